"""Verify a stream of any length in one call, tables and all: a line of progress for every page, and then the finding.

Pages are read each in a transaction of its own. Only the last entries and the comparison of the tables share a
snapshot, so nothing is held for as long as a stream is long.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

from services.roll.export_stream import NDJSON, find_head
from services.roll.feed import NoSuchStream
from services.roll.standing import Standing
from services.roll.verification import Broken, Chain, read_body
from services.roll.verify_stream import PAGE, VERIFIERS, StreamName, entries_of, nothing_stands, verify
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.proof import StreamVerification, VerificationProgress

router = APIRouter(tags=["proof"])


@asynccontextmanager
async def one_at_a_time(app: FastAPI) -> AsyncIterator[None]:
    """A process reads one stream at a time: it has rolls to take meanwhile."""
    app.state.verifying = asyncio.Lock()
    yield


async def _turn(request: Request) -> asyncio.Lock:
    turn: asyncio.Lock = request.app.state.verifying
    return turn


@router.get(
    "/v1/streams/{stream}/verification/whole",
    response_class=StreamingResponse,
    responses=refusals(NoSuchStream)
    | {200: {"content": {NDJSON: {}}, "description": "Lines of VerificationProgress, the last a StreamVerification."}},
)
async def verify_whole(
    stream: StreamName, asking: WhoAsks, database: Storage, turn: Annotated[asyncio.Lock, Depends(_turn)]
) -> StreamingResponse:
    """From the first entry to the head, and whether what stands is what they say. A cut answer has no last line."""
    asking.require_role(*VERIFIERS)
    head, _ = await find_head(database, asking.district_id, stream)
    found = follow(database, Chain(asking.district_id, stream), head, turn)
    return StreamingResponse(
        (f"{each.model_dump_json()}\n" async for each in found),
        media_type=NDJSON,
        headers={"Cache-Control": "no-store"},
    )


async def follow(
    database: Database, chain: Chain, head: int, turn: asyncio.Lock
) -> AsyncIterator[VerificationProgress | StreamVerification]:
    yield VerificationProgress(stream=chain.stream, verified=0, head=head)
    async with turn:
        fold = nothing_stands()
        while chain.sequence < head:
            async with database.bare(chain.district_id, readonly=True) as connection:
                entries = entries_of(connection, chain.district_id, chain.stream, chain.sequence, PAGE)
                page = [entry async for entry in entries]
            if not page:
                break  # the last entries are missing: what follows says so
            try:
                await asyncio.to_thread(read_page, chain, fold, page)
            except Broken as broken:
                yield StreamVerification(
                    stream=chain.stream, after=0, verified=chain.sequence, hash=chain.hash.hex(), head=head,
                    fault=broken.fault,
                )  # fmt: skip
                return
            yield VerificationProgress(stream=chain.stream, verified=chain.sequence, head=max(head, chain.sequence))
        async with database.bare(chain.district_id, isolation="repeatable_read", readonly=True) as connection:
            found = await verify(connection, chain, so_far=fold)
        yield found.model_copy(update={"after": 0})


def read_page(chain: Chain, fold: Standing, page: Sequence[tuple[int, bytes, bytes]]) -> None:
    """Raises Broken."""
    for sequence, hash_, body in page:
        chain.follow(sequence, hash_, body)
        fold.fold(sequence, read_body(sequence, body))
