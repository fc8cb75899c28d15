"""Around every request: an id, a deadline for the body, a bound on how many are served at once, a line in the log.

The log line names the route's template and never the path, the query or the body: ids of students are in those.
"""

import asyncio
import json
import logging
import time
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.plumbing.health import IN_FLIGHT, REQUESTS, SECONDS

log = structlog.get_logger()
BODY_DEADLINE_SECONDS = 10
UNCOUNTED = ("/health/live", "/health/ready", "/metrics")


def configure_logs(service: str) -> None:
    """One JSON object a line on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


class Edge:
    """The outermost middleware, plain ASGI so that nothing is cancelled or buffered behind a handler's back."""

    def __init__(self, app: ASGIApp, service: str, most_at_once: int = 200) -> None:
        self.app, self.service, self.most_at_once = app, service, most_at_once
        self.serving = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["request_id"] = request_id = str(uuid4())
        counted = scope["path"] not in UNCOUNTED
        if counted and self.serving >= self.most_at_once:
            await _overloaded(send, request_id)
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
        IN_FLIGHT.labels(self.service).set(self.serving)
        try:
            await self.app(scope, receive_in_time, send_with_id)
        finally:
            self.serving -= counted
            self._account(scope, status, time.perf_counter() - began, counted, request_id)

    def _account(self, scope: Scope, status: int, seconds: float, counted: bool, request_id: str) -> None:
        if not counted:
            return
        route = getattr(scope.get("route"), "path", "unknown")
        IN_FLIGHT.labels(self.service).set(self.serving)
        REQUESTS.labels(self.service, scope["method"], route, str(status)).inc()
        SECONDS.labels(self.service, route).observe(seconds)
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            request_id=request_id,
        )


async def _overloaded(send: Send, request_id: str) -> None:
    problem = {
        "type": "/problems/unavailable",
        "title": "The service cannot answer now; ask again later.",
        "status": 503,
        "detail": "More requests are being served than this process takes on at once.",
        "instance": f"urn:uuid:{request_id}",
    }
    headers = [(b"content-type", b"application/problem+json"), (b"retry-after", b"1"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
