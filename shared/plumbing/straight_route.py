"""Routes that are asked so often that FastAPI's way to them costs more than what they do (docs/decisions/0070).

`APIRouter(route_class=StraightRoute)` changes nothing of how a route is written, described or refused: it is still
FastAPI's, and is answered by FastAPI when telemetry is on. Otherwise `Straight`, just inside the edge, calls the
endpoint itself. Such an endpoint may ask for parts of its path, one body, the response, and what is had of the request
alone, such as `WhoAsks` and `Storage`; its answer is a model. Anything else is said when the application starts.
"""

import time
from collections.abc import Sequence
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.plumbing.circumstances import who_is_asking
from shared.plumbing.edge import asked_as_declared, refuse
from shared.plumbing.json_body import JSONRoute, read_as, read_bytes
from shared.schema.refusals import Unavailable


class StraightRoute(JSONRoute):
    """A JSONRoute that `Straight` may answer."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        asked, answer = self.dependant, self.response_model
        named = asked.query_params or asked.header_params or asked.cookie_params or asked.request_param_name
        if named or self.body_model is None or not all(_of_the_request(part) for part in asked.dependencies):
            raise TypeError(f"{self.path} asks for more than a straight route may")
        if not (isinstance(answer, type) and issubclass(answer, BaseModel)):
            raise TypeError(f"{self.path} does not answer with a model")
        self.validate = self.body_model.__pydantic_validator__.validate_json

    async def answer(self, request: Request) -> Response:
        """What FastAPI would answer: the token first, then the body, then the rest."""
        asking = await who_is_asking(request)
        raw = await read_bytes(request, self.body_limit)
        values: dict[str, Any] = {self.dependant.body_params[0].name: read_as(self.validate, raw)}
        await asked_as_declared(request)
        errors: list[Any] = []
        for field in self.dependant.path_params:
            value, wrong = field.validate(request.path_params[field.alias], {}, loc=("path", field.alias))
            values[field.name] = value
            errors += wrong
        if errors:
            raise RequestValidationError(errors)
        for part in self.dependant.dependencies:
            if part.name is not None and part.call is not None:
                values[part.name] = asking if part.call is who_is_asking else await part.call(request)
        response = Response(status_code=self.status_code or 200, media_type="application/json")
        if self.dependant.response_param_name:
            values[self.dependant.response_param_name] = response
        said: BaseModel = await self.endpoint(**values)
        response.body = said.__pydantic_serializer__.to_json(said)
        response.headers["content-length"] = str(len(response.body))
        return response


def _of_the_request(part: Dependant) -> bool:
    flat = part.path_params or part.query_params or part.header_params or part.cookie_params or part.body_params
    return iscoroutinefunction(part.call) and not flat and not part.dependencies


class Admission:
    """Whether one request more of a route would be answered in time, as far as those before it can tell.

    It would wait for those that are being answered, at the pace at which they have lately been finished. Few are never
    refused: a pace is no measure of them.
    """

    few = 16

    def __init__(self, longest_wait: float) -> None:
        self.longest_wait = longest_wait
        self.waiting, self.pace, self._counted_from = 0, 0.0, 0.0

    def would_wait(self) -> float:
        """Seconds that a request would wait which came now."""
        return self.waiting * self.pace if self.waiting >= self.few else 0.0

    def began(self, moment: float) -> None:
        if self.waiting == 0:
            self._counted_from = moment
        self.waiting += 1

    def ended(self, moment: float) -> None:
        self.waiting -= 1
        took = min(moment - self._counted_from, self.longest_wait)  # a stall is not the pace of what comes after it
        self.pace += (took - self.pace) / 64
        self._counted_from = moment


class Straight:
    """The innermost of our middleware: answers straight routes, and leaves everything else to FastAPI.

    It refuses at once, before it looks at token or body, what would not be answered within `longest_wait` seconds.
    """

    def __init__(self, app: ASGIApp, routers: Sequence[APIRouter], longest_wait: float) -> None:
        self.app = app
        routes = [route for router in routers for route in router.routes if isinstance(route, StraightRoute)]
        self.routes = [(route, Admission(longest_wait)) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "fastapi.telemetry" not in scope and not scope.get("root_path"):
            for route, admission in self.routes:
                if scope["method"] in (route.methods or ()) and (match := route.path_regex.match(scope["path"])):
                    scope["route"], scope["path_params"] = route, match.groupdict()
                    await _answer_in_time(route, admission, scope, receive, send)
                    return
        await self.app(scope, receive, send)


async def _answer_in_time(
    route: StraightRoute, admission: Admission, scope: Scope, receive: Receive, send: Send
) -> None:
    if admission.would_wait() > admission.longest_wait:
        scope["refused_at_once"] = True
        await refuse(send, scope["request_id"], Unavailable("More is asked than can be answered in time."))
        return
    admission.began(time.perf_counter())
    try:
        await _answer(route, scope, receive, send)
    finally:
        admission.ended(time.perf_counter())


async def _answer(route: StraightRoute, scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    try:
        response = await route.answer(request)
    except Exception as trouble:
        handlers = scope["app"].exception_handlers
        kind = next((kind for kind in type(trouble).__mro__ if kind in handlers), Exception)
        if kind is Exception:
            raise  # a fault of ours, which is answered and logged outside
        response = await handlers[kind](request, trouble)
    await response(scope, receive, send)
