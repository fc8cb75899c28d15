"""Sign how far a stream has come, and never twice about different streams: each checkpoint extends the last one."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from services.roll.checkpoint import Checkpoint, Signer, origin
from services.roll.feed import NoSuchStream
from services.roll.verification import Broken, Chain
from services.roll.verify_stream import VERIFIERS, StreamName, entries_of, head_of
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.refusals import Conflict, NotFound

router = APIRouter(tags=["proof"])
KEEPERS = (*VERIFIERS, "service")


class NoCheckpointKey(NotFound):
    """This service has no key to sign checkpoints with."""


class StreamDoesNotExtend(Conflict):
    """The stream does not continue what was signed before: it is not signed."""


def signer_of(request: Request) -> Signer:
    signer: Signer | None = request.app.state.settings.signer
    if signer is None:
        raise NoCheckpointKey("Make one with `python -m services.roll checkpoint-key`, and set ROLL_CHECKPOINT_KEY.")
    return signer


@router.get("/v1/checkpoint-verifier", response_class=PlainTextResponse, responses=refusals(NoCheckpointKey))
async def read_verifier(request: Request, asking: WhoAsks) -> PlainTextResponse:
    """The public key of this service's checkpoints, as `name+id+key`."""
    asking.require_role(*KEEPERS)
    return PlainTextResponse(f"{signer_of(request).verifier}\n")


@router.get(
    "/v1/streams/{stream}/checkpoint",
    response_class=PlainTextResponse,
    responses=refusals(NoSuchStream, NoCheckpointKey, StreamDoesNotExtend),
)
async def read_checkpoint(
    stream: StreamName, request: Request, asking: WhoAsks, connection: BareTransaction
) -> PlainTextResponse:
    """A signed note of the stream's head. The same note again, until the stream has grown."""
    asking.require_role(*KEEPERS)
    note = await sign_head(connection, signer_of(request), asking.district_id, stream, asking.at)
    return PlainTextResponse(note, headers={"Cache-Control": "no-store"})


async def sign_head(connection: Any, signer: Signer, district_id: str, stream: str, at: datetime) -> str:
    """The note, signed once the chain has been followed from the last signed place to the head.

    Raises NoSuchStream, StreamDoesNotExtend. `connection` is in a transaction of the district.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('checkpoint ' || $1 || ' ' || $2, 0))", district_id, stream
    )
    head, hash_ = await head_of(connection, district_id, stream)
    last = await connection.fetchrow(
        "SELECT size, hash, note FROM roll.checkpoint WHERE district_id = $1 AND stream = $2 "
        "ORDER BY size DESC LIMIT 1",
        district_id, stream,
    )  # fmt: skip
    chain = Chain(district_id, stream, last["size"], bytes(last["hash"])) if last else Chain(district_id, stream)
    try:
        async for sequence, stored, body in entries_of(connection, district_id, stream, chain.sequence):
            if sequence > head:
                break
            chain.follow(sequence, stored, body)
        chain.ends_at(head, hash_)
    except Broken as broken:
        raise StreamDoesNotExtend(f"Verify it; {broken}.") from None
    if last is not None and last["size"] == head:
        return str(last["note"])
    note = signer.sign(Checkpoint(origin(signer.name, district_id, stream), head, hash_, at))
    await connection.execute(
        "INSERT INTO roll.checkpoint (district_id, stream, size, hash, signed_at, note) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        district_id, stream, head, hash_, at, note,
    )  # fmt: skip
    return note
