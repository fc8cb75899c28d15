"""A body of comma-separated values: refused before it is read when it is too large or something else."""

from typing import Annotated, Any, Final

from fastapi import Depends, Request

from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import read_whole
from shared.schema.refusals import UnsupportedMediaType

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
    return await read_whole(request, MOST_BYTES)


CsvBody = Annotated[bytes, Depends(_received)]
