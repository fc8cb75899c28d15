"""Refusals and failures as RFC 9457 problems. No problem repeats a value that was sent, or a word of the database's."""

import json
from collections.abc import Iterable
from traceback import extract_tb
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.schema.refusals import Conflict, Refusal, Unavailable, Unprocessable

log = structlog.get_logger()
JSON = "application/problem+json"

TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg raises when a connection dies in the middle of a statement
    ConnectionError,
    TimeoutError,
    PoolTimeout,
)


class InvalidRequest(Unprocessable):
    """The request does not have the form that this route asks for."""


class BeingChanged(Conflict):
    """Somebody else is changing this at the moment."""

    retry_after = 1


def problem(
    request: Request,
    status: int,
    slug: str,
    title: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    body: dict[str, Any] = {"type": f"/problems/{slug}", "title": title, "status": status, "detail": detail}
    if request_id := request.scope.get("request_id"):
        body["instance"] = f"urn:uuid:{request_id}"
    if errors:
        body["errors"] = errors
    return Response(json.dumps(body), status, media_type=JSON, headers={"Cache-Control": "no-store"} | (headers or {}))


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, Refusal)
    headers = {}
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return problem(
        request,
        refusal.status,
        refusal.slug(),
        refusal.title(),
        refusal.detail,
        errors=refusal.errors[:100],
        headers=headers,
    )


async def answer_invalid(request: Request, invalid: Exception) -> Response:
    assert isinstance(invalid, RequestValidationError)
    errors = [{"pointer": pointer(error["loc"]), "detail": str(error["msg"])} for error in invalid.errors()]
    first = errors[0] if errors else {"pointer": "", "detail": "it cannot be read"}
    return problem(
        request,
        422,
        InvalidRequest.slug(),
        InvalidRequest.title(),
        f"Mend {first['pointer'] or 'the body'}: {first['detail']}",
        errors=errors[:50],
    )


def pointer(location: Iterable[int | str]) -> str:
    """Pydantic's location as a JSON pointer into the body, or as `query/limit`, `path/on`.

    Where a field has no business to be there its name is the caller's own word: it comes back cut to 64 characters.
    """
    parts = [str(part)[:64].replace("~", "~0").replace("/", "~1") for part in location]
    if parts and parts[0] == "body":
        return "".join(f"/{part}" for part in parts[1:])
    return "/".join(parts)


async def answer_http_exception(request: Request, exception: Exception) -> Response:
    assert isinstance(exception, HTTPException)
    title = {404: "There is nothing at this address.", 405: "This address does not answer that method."}
    return problem(
        request,
        exception.status_code,
        f"http-{exception.status_code}",
        title.get(exception.status_code, "The request was refused."),
        "See /openapi.json for the addresses and methods of this service.",
        headers=dict(exception.headers or {}),
    )


async def answer_failure(request: Request, failure: Exception) -> Response:
    """The database is away, busy or contested: say so, and when to come back. Anything else is our fault."""
    cause: BaseException = failure
    if isinstance(failure, DBAPIError) and failure.orig is not None:
        cause = failure.orig.__cause__ or failure.orig
    if isinstance(cause, asyncpg.LockNotAvailableError):
        return await answer_refusal(request, BeingChanged("Try again in a second."))
    if isinstance(cause, asyncpg.DataError | asyncpg.exceptions.DataError):
        return await answer_refusal(request, Unprocessable("A value is outside what can be stored."))
    if isinstance(cause, TRANSIENT) or getattr(failure, "connection_invalidated", False):
        log.warning("database unavailable", failure=type(cause).__name__)
        return await answer_refusal(request, Unavailable("The database does not answer; nothing is known to be kept."))
    log.error("failure", failure=type(cause).__name__, where=where_it_failed(failure))
    return problem(
        request, 500, "failure", "The service failed.", "This is our fault. Quote the instance when you report it."
    )


def where_it_failed(failure: BaseException) -> list[str]:
    """File, line and function of each frame. Never the failure's own words: the database quotes rows in them."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(failure.__traceback__)]


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, answer_refusal)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(HTTPException, answer_http_exception)
    for kind in (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, *TRANSIENT):
        app.add_exception_handler(kind, answer_failure)
    app.add_exception_handler(Exception, answer_failure)


def refusals(*kinds: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route, for OpenAPI: its own refusals and the ones that any route may give."""
    described: dict[int, list[str]] = {}
    for kind in kinds:
        described.setdefault(kind.status, []).append(kind.title())
    for status, words in (
        (400, "The request cannot be read."),
        (401, "The request carries no valid access token."),
        (403, "You may not do this."),
        (422, "The request does not have the form that this route asks for."),
        (503, "The service cannot answer now; ask again later."),
    ):
        described.setdefault(status, []).append(words)
    content = {JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": " ".join(words), "content": content} for status, words in described.items()}
