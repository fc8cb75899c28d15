"""Around every request: an id, a deadline for the body, a bound on how many are served at once, a line in the log.

The log line names the route's template and never the path, the query or the body: ids of students are in those.
"""

import asyncio
import json
import logging
import time
from functools import cache
from typing import get_origin
from uuid import uuid4

import structlog
from fastapi import Request, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.plumbing.health import IN_FLIGHT, REQUESTS, SECONDS
from shared.schema.refusals import HeadersTooLarge, NotAcceptable, Refusal, Unavailable, Unprocessable

log = structlog.get_logger()
BODY_DEADLINE_SECONDS = 10
HEADER_LIMIT = 16 * 1024
UNCOUNTED = ("/health/live", "/health/ready", "/metrics")


def configure_logs(service: str) -> None:
    """One JSON object a line on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


class UnknownParameter(Unprocessable):
    """A query parameter is not one of this address's."""


class Edge:
    """The outermost middleware, plain ASGI so that nothing is cancelled or buffered behind a handler's back."""

    def __init__(self, app: ASGIApp, service: str, most_at_once: int = 200) -> None:
        self.app, self.service, self.most_at_once = app, service, most_at_once
        self.serving = 0
        self.in_flight = IN_FLIGHT.labels(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = request_id = str(uuid4())
        counted = scope["path"] not in UNCOUNTED
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_LIMIT:
            await refuse(send, request_id, HeadersTooLarge(f"Send at most {HEADER_LIMIT // 1024} KiB of headers."))
            return
        if counted and self.serving >= self.most_at_once:
            await refuse(send, request_id, Unavailable("This process serves as many requests at once as it may."))
            REQUESTS.labels(self.service, scope["method"], "overload", "503").inc()
            return
        began, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        async def receive_in_time() -> Message:
            if "body_received" in scope:
                return await receive()
            try:
                async with asyncio.timeout(max(0.0, began + BODY_DEADLINE_SECONDS - time.perf_counter())):
                    message = await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}
            if not message.get("more_body", False):
                scope["body_received"] = True
            return message

        self.serving += counted
        self.in_flight.set(self.serving)
        try:
            await self.app(scope, receive_in_time, send_with_id)
        finally:
            self.serving -= counted
            self._account(scope, status, time.perf_counter() - began, counted, request_id)

    def _account(self, scope: Scope, status: int, seconds: float, counted: bool, request_id: str) -> None:
        if not counted:
            return
        route = getattr(scope.get("route"), "path", "unknown")
        self.in_flight.set(self.serving)
        counter, histogram = self._metrics(scope["method"], route, status)
        counter.inc()
        if "refused_at_once" in scope:
            return  # a line for each would cost more than the refusal
        histogram.observe(seconds)
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            request_id=request_id,
        )

    @cache  # noqa: B019 - an edge lives as long as its process, and routes and statuses are few
    def _metrics(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        return REQUESTS.labels(self.service, method, route, str(status)), SECONDS.labels(self.service, route)


async def refuse(send: Send, request_id: str, refusal: Refusal) -> None:
    problem = {
        "type": f"/problems/{refusal.slug()}",
        "title": refusal.title(),
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": f"urn:uuid:{request_id}",
    }
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", str(refusal.retry_after).encode()))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def asked_as_declared(request: Request) -> None:
    """Refuse a query parameter that the route does not know or that is given twice, and an answer it cannot give."""
    route = request.scope["route"]
    if "declared" not in route.__dict__:  # kept on the route itself, once it has been asked for
        route.__dict__["declared"] = _declared(route)
    parameters, media = route.__dict__["declared"]
    for name, value in request.query_params.multi_items():
        if name not in parameters:
            raise UnknownParameter("Leave out what /openapi.json does not name for this address.", "query")
        if not parameters[name] and len(request.query_params.getlist(name)) > 1:
            raise UnknownParameter("Name every parameter once.", f"query/{name}")
        if "\ufffd" in value or not value.isprintable():
            raise UnknownParameter("Send text in UTF-8 without control characters.", f"query/{name}")
    wanted = request.headers.get("accept")
    if wanted and media and not any(_accepts(choice, kind) for choice in wanted.split(",") for kind in media):
        raise NotAcceptable(f"Accept {' or '.join(sorted(media))}.")


def _declared(route: APIRoute) -> tuple[dict[str, bool], frozenset[str]]:
    """The query parameters (and which of them are lists) and media types of a route, as /openapi.json says them."""
    queries = [field for field in get_flat_params(route.dependant) if isinstance(field.field_info, params.Query)]
    parameters = {field.alias: get_origin(field.field_info.annotation) is list for field in queries}
    contents = [answer.get("content", {}) for status, answer in route.responses.items() if str(status)[0] == "2"]
    kinds = {kind for content in contents for kind in content}
    if not kinds:
        kinds = {getattr(getattr(route.response_class, "value", route.response_class), "media_type", None)} - {None}
    return parameters, frozenset(kinds)


def _accepts(choice: str, kind: str) -> bool:
    choice = choice.partition(";")[0].strip().lower()
    return choice in ("*/*", kind, kind.partition("/")[0] + "/*")
