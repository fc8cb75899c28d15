"""Hand a stream out whole, as lines of JSON that a stranger can check with docs/verify_export.py and nothing else."""

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from services.roll.feed import NoSuchStream
from services.roll.verify_stream import PAGE, VERIFIERS, StreamName, entries_of, head_of
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals

router = APIRouter(tags=["proof"])
NDJSON = "application/x-ndjson"


@router.get(
    "/v1/streams/{stream}/export",
    response_class=StreamingResponse,
    responses=refusals(NoSuchStream)
    | {200: {"content": {NDJSON: {}}, "description": "A line that says which stream and head, then a line an entry."}},
)
async def export_stream(stream: StreamName, asking: WhoAsks, database: Storage) -> StreamingResponse:
    """Every entry up to the head as it is now. Check that the last line is the head's: a cut answer looks like one."""
    asking.require_role(*VERIFIERS)
    head, hash_ = await find_head(database, asking.district_id, stream)
    named = f'attachment; filename="{stream.encode("ascii", "replace").decode()}.ndjson"'
    pages = export(database, asking.district_id, stream, head, hash_)
    return StreamingResponse(
        (text async for _, text in pages),
        media_type=NDJSON,
        headers={"Content-Disposition": named.replace("?", "_"), "Cache-Control": "no-store"},
    )


async def find_head(database: Database, district_id: str, stream: str) -> tuple[int, bytes]:
    """Raises NoSuchStream."""
    async with database.bare(district_id, readonly=True) as connection:
        return await head_of(connection, district_id, stream)


async def export(
    database: Database, district_id: str, stream: str, head: int, hash_: bytes
) -> AsyncIterator[tuple[int, str]]:
    """How far, and the lines up to there, a page at a time. No connection is held while a slow reader reads."""
    first = {"export": "rollbook-stream/1", "district_id": district_id, "stream": stream}
    yield 0, json.dumps(first | {"head": head, "hash": hash_.hex()}, ensure_ascii=False) + "\n"
    after = 0
    while after < head:
        async with database.bare(district_id, readonly=True) as connection:
            page = [entry async for entry in entries_of(connection, district_id, stream, after, PAGE)]
        page = [entry for entry in page if entry[0] <= head]
        if not page:
            return  # the last entries are missing: whoever checks the export sees it
        after = page[-1][0]
        yield after, "".join(line(*entry) for entry in page)


def line(sequence: int, hash_: bytes, body: bytes) -> str:
    entry = {"sequence": sequence, "hash": hash_.hex(), "body": body.decode(errors="replace")}
    return json.dumps(entry, ensure_ascii=False) + "\n"
