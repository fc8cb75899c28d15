"""The change feed: every entry of a stream, once, in order, by a cursor that is dense.

The cursor is a place in a stream, not a time or an id of the database's: an entry is numbered under a lock that is
held until commit, so no reader can see number n before n - 1 (docs/decisions/0003).
"""

import asyncio
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, FastAPI, Path, Query, Request

from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.entries import FeedEntry, FeedPage, StreamHead, StreamHeads
from shared.schema.refusals import Conflict, Gone, Malformed, NotFound

router = APIRouter(tags=["feed"])
READERS = ("service", "auditor")
LOOK_AGAIN_SECONDS = 0.1
PAGE_BYTES = 4 * 1024 * 1024


class BadCursor(Malformed):
    """This is not a cursor of this stream."""


class CursorAhead(Conflict):
    """The cursor is beyond the stream's end."""


class FeedEpochChanged(Gone):
    """The database was restored: this cursor belongs to what was before."""


class NoSuchStream(NotFound):
    """There is no such stream in this district."""


@asynccontextmanager
async def epoch_of_this_cluster(app: FastAPI) -> AsyncIterator[None]:
    """Know this database from a restored one: a new cluster or timeline is a new epoch, and old cursors are void."""
    async with app.state.database.pool.acquire() as connection:
        arguments = await connection.fetchrow(
            "SELECT s.system_identifier, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c"
        )
        await connection.execute(
            "INSERT INTO roll.feed_epoch (system_identifier, timeline_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            *arguments,
        )
        app.state.epoch = await connection.fetchval(
            "SELECT epoch FROM roll.feed_epoch WHERE system_identifier = $1 AND timeline_id = $2", *arguments
        )
    yield


def cursor(epoch: UUID, stream: str, sequence: int) -> str:
    return urlsafe_b64encode(f"{epoch}|{stream}|{sequence}".encode()).decode().rstrip("=")


def sequence_of(text: str | None, epoch: UUID, stream: str) -> int:
    """The place that a cursor means; 0, before the first entry, for none."""
    if text is None:
        return 0
    try:
        words = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().split("|")
        named, sequence = UUID(words[0]), int(words[2])
    except (ValueError, IndexError):
        raise BadCursor("Send the cursor of the last page, unchanged.") from None
    if words[1] != stream or len(words) != 3 or not 0 <= sequence < 2**62:
        raise BadCursor("Send the cursor of the last page of this stream, unchanged.")
    if named != epoch:
        raise FeedEpochChanged("Read the stream again from its beginning and compare.")
    return sequence


@router.get("/v1/streams", responses=refusals())
async def list_streams(
    request: Request,
    asking: WhoAsks,
    database: Storage,
    reached: Annotated[
        int | None, Query(ge=0, le=2**62, description="Wait until the district has passed this.")
    ] = None,
    wait: Annotated[float, Query(ge=0, le=20)] = 0,
) -> StreamHeads:
    """Every stream of the district and where it ends. With `reached` and `wait`: as soon as there is anything new."""
    asking.require_role(*READERS)

    async def heads() -> StreamHeads:
        async with database.bare(asking.district_id, readonly=True) as connection:
            rows = await connection.fetch(
                "SELECT stream, sequence, hash FROM roll.stream_head WHERE district_id = $1 ORDER BY stream",
                asking.district_id,
            )
        streams = tuple(
            StreamHead(stream=row["stream"], head=row["sequence"], hash=bytes(row["hash"]).hex()) for row in rows
        )
        return StreamHeads(epoch=request.app.state.epoch, reached=sum(head.head for head in streams), streams=streams)

    return await until(heads, lambda found: reached is None or found.reached > reached, wait, request)


@router.get("/v1/streams/{stream}/entries", responses=refusals(BadCursor, CursorAhead, FeedEpochChanged, NoSuchStream))
async def read_entries(
    request: Request,
    stream: Annotated[str, Path(max_length=100)],
    asking: WhoAsks,
    database: Storage,
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    wait: Annotated[float, Query(ge=0, le=20)] = 0,
) -> FeedPage:
    """The entries after a cursor, in order; an empty page when there are none after `wait` seconds."""
    asking.require_role(*READERS)
    epoch: UUID = request.app.state.epoch
    begins_after = sequence_of(after, epoch, stream)
    return await until(
        lambda: page(database, asking.district_id, epoch, stream, begins_after, limit),
        lambda found: bool(found.entries),
        wait,
        request,
    )


async def page(
    database: Database, district_id: str, epoch: UUID, stream: str, begins_after: int, limit: int
) -> FeedPage:
    async with database.bare(district_id, isolation="repeatable_read", readonly=True) as connection:
        head = await connection.fetchval(
            "SELECT sequence FROM roll.stream_head WHERE district_id = $1 AND stream = $2", district_id, stream
        )
        rows = await connection.fetch(
            "SELECT sequence, hash, body FROM roll.entry WHERE district_id = $1 AND stream = $2 AND sequence > $3 "
            "ORDER BY sequence LIMIT $4",
            district_id, stream, begins_after, limit,
        )  # fmt: skip
    if head is None:
        raise NoSuchStream("See GET /v1/streams.")
    if begins_after > head:
        raise CursorAhead("Read the stream again from its beginning and compare.")
    entries: list[FeedEntry] = []
    size = 0
    for row in rows:
        size += len(row["body"])
        if entries and size > PAGE_BYTES:
            break
        entries.append(
            FeedEntry(sequence=row["sequence"], hash=bytes(row["hash"]).hex(), body=bytes(row["body"]).decode())
        )
    last = entries[-1].sequence if entries else begins_after
    return FeedPage(epoch=epoch, stream=stream, entries=tuple(entries), cursor=cursor(epoch, stream, last), head=head)


Found = TypeVar("Found")


async def until(
    look: Callable[[], Awaitable[Found]], enough: Callable[[Found], bool], wait: float, request: Request
) -> Found:
    """Look until there is enough, the wait is over, or nobody waits any more. No connection is held meanwhile."""
    deadline = time.monotonic() + wait
    while True:
        found = await look()
        if enough(found) or time.monotonic() >= deadline or await request.is_disconnected():
            return found
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
