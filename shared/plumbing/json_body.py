"""Bodies are validated from their bytes, strictly: FastAPI's own way lets `true` be a number, and echoes the value.

`APIRouter(route_class=JSONRoute)` keeps `async def f(roll: Roll)` and the OpenAPI that FastAPI makes of it. It leans
on `get_route_handler`, which is why pyproject.toml pins FastAPI to a minor version.
"""

import json
from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from shared.plumbing.circumstances import who_is_asking
from shared.schema.refusals import Malformed, Refusal, TooLarge, UnsupportedMediaType

BODY_LIMIT = 256 * 1024
BULK_BODY_LIMIT = 16 * 1024 * 1024


class DuplicateKey(Malformed):
    """The JSON names a key twice."""


class _Refused(HTTPException):  # an HTTPException is the one error that FastAPI lets out of body parsing
    def __init__(self, why: Refusal | RequestValidationError) -> None:
        super().__init__(400)
        self.why = why


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise DuplicateKey("Name every key once.")
    return keys


def _no_constant(_: str) -> None:
    raise Malformed("NaN and Infinity are not JSON.")


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body, refused before it is read when it is too large, compressed, or not JSON in UTF-8."""
    headers = request.headers
    media, _, parameters = headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() != "application/json" or charset not in ("", "utf-8") or "content-encoding" in headers:
        raise UnsupportedMediaType("Send Content-Type: application/json, in UTF-8 and not compressed.")
    return await read_whole(request, limit)


async def read_whole(request: Request, limit: int) -> bytes:
    """The body of whatever type. Raises TooLarge, and Malformed when it is empty or cut off."""
    length = request.headers.get("content-length")
    if length is not None and (not length.isdigit() or int(length) > limit):
        raise TooLarge(f"Send at most {limit // 1024} KiB.")
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise TooLarge(f"Send at most {limit // 1024} KiB.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Malformed("The body did not arrive whole and in time.") from None
    if not size:
        raise Malformed("Send a body.")
    return b"".join(chunks)


def check_json(raw: bytes) -> None:
    """What pydantic's own parser lets through: duplicate keys, `Infinity`, a byte-order mark, another encoding."""
    try:
        json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed("The body is not JSON in UTF-8.") from None


def read_as(validate: Callable[[bytes], Any], raw: bytes) -> Any:
    """The body as its model. Raises Malformed, or RequestValidationError without a word of what was sent."""
    check_json(raw)
    try:
        return validate(raw)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False, include_input=False, include_context=False)
    if errors[0]["type"] == "json_invalid":  # what Python's parser lets through and pydantic's does not
        raise Malformed("The body is not JSON in UTF-8.")
    raise RequestValidationError([{**error, "loc": ("body", *error["loc"])} for error in errors])


class JSONRoute(APIRoute):
    """Asks who is there before it reads the body, and reads no more of it than the route allows."""

    body_limit = BODY_LIMIT

    @cached_property
    def body_model(self) -> type[BaseModel] | None:
        """What a body must be; None where there is none, or it is no model."""
        body = self.body_field.field_info.annotation if self.body_field is not None else None
        return body if isinstance(body, type) and issubclass(body, BaseModel) else None

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler, limit = super().get_route_handler(), self.body_limit
        if self.body_model is None:
            return handler
        validate = self.body_model.__pydantic_validator__.validate_json

        class JSONRequest(Request):
            async def body(self) -> bytes:
                if not hasattr(self, "_body"):
                    try:
                        self._body = await read_bytes(self, limit)
                    except Refusal as refusal:
                        raise _Refused(refusal) from None
                return self._body

            async def json(self) -> Any:  # FastAPI sees a ready instance of the model and passes it through
                raw = await self.body()
                try:
                    return read_as(validate, raw)
                except (Refusal, RequestValidationError) as why:
                    raise _Refused(why) from None

        async def run(request: Request) -> Response:
            await who_is_asking(request)
            try:
                return await handler(JSONRequest(request.scope, request.receive))
            except _Refused as refused:
                raise refused.why from None

        return run


class BulkJSONRoute(JSONRoute):
    """For routes that take thousands of rows a call."""

    body_limit = BULK_BODY_LIMIT
