"""Refusals: what a service says when it will not do as asked, as RFC 9457 problems.

A refusal is a class with a docstring; the docstring is the problem's title, the class its type. `detail` says what
to do, and never repeats the value that was sent.
"""

import re
from typing import ClassVar


class Refusal(Exception):
    """The request was refused."""

    status: ClassVar[int] = 422
    retry_after: ClassVar[int | None] = None

    def __init__(self, detail: str, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors: list[dict[str, str]] = [{"pointer": pointer, "detail": detail}] if pointer is not None else []

    @classmethod
    def slug(cls) -> str:
        """The class's name in kebab case: the last part of the problem's `type`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def title(cls) -> str:
        return (cls.__doc__ or "").strip().splitlines()[0]


class Malformed(Refusal):
    """The request cannot be read."""

    status = 400


class Unauthenticated(Refusal):
    """The request carries no valid access token."""

    status = 401


class Forbidden(Refusal):
    """You may not do this."""

    status = 403


class NotFound(Refusal):
    """There is no such thing here."""

    status = 404


class NotAcceptable(Refusal):
    """This address does not answer in a form that you accept."""

    status = 406


class Conflict(Refusal):
    """The request does not fit what is already recorded."""

    status = 409


class Gone(Refusal):
    """What the request refers to is no longer served."""

    status = 410


class StaleVersion(Refusal):
    """Somebody has changed this since you read it."""

    status = 412


class TooLarge(Refusal):
    """The request is larger than this route accepts."""

    status = 413


class UnsupportedMediaType(Refusal):
    """This route reads application/json in UTF-8, not compressed."""

    status = 415


class Unprocessable(Refusal):
    """The request can be read, but what it says cannot be."""

    status = 422


class PreconditionRequired(Refusal):
    """Say which version you are changing."""

    status = 428


class HeadersTooLarge(Refusal):
    """The request's headers are larger than this service accepts."""

    status = 431


class Unavailable(Refusal):
    """The service cannot answer now; ask again later."""

    status = 503
    retry_after = 1
