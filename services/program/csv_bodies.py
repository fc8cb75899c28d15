"""A body of comma-separated values: refused before it is read when it is too large or something else."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.requests import ClientDisconnect

from shared.plumbing.circumstances import WhoAsks
from shared.schema.refusals import Malformed, TooLarge, UnsupportedMediaType

CSV: Final = "text/csv"
MOST_BYTES: Final = 8 * 1024 * 1024
CSV_BODY: Final[dict[str, Any]] = {"requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}}


class NotACsv(UnsupportedMediaType):
    """This route reads text/csv, not compressed."""


async def _received(request: Request, asking: WhoAsks) -> bytes:
    """Whoever has no valid token is told so first."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != CSV or "content-encoding" in request.headers:
        raise NotACsv("Send Content-Type: text/csv, in UTF-8 or Latin-1 and not compressed.")
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                raise TooLarge(f"Send at most {MOST_BYTES // 2**20} MiB.")
            parts.append(part)
    except ClientDisconnect:
        raise Malformed("The body did not arrive whole and in time.") from None
    if not size:
        raise Malformed("Send a table with a heading.")
    return b"".join(parts)


CsvBody = Annotated[bytes, Depends(_received)]
