"""Read a stream again and say whether it is whole, and whether what stands is what it says."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll.conflicts import STILL_OPEN
from services.roll.feed import BadCursor, NoSuchStream
from services.roll.roster_collections import KEPT
from services.roll.standing import Standing, StandingRoll
from services.roll.standing_locks import StandingApproval, StandingLock
from services.roll.stored_rows import stored_rows
from services.roll.tables import columns_of
from services.roll.verification import Broken, Chain, read_body
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.chain import GENESIS
from shared.schema.entries import DISTRICT_STREAM
from shared.schema.proof import Compared, Fault, StreamVerification

router = APIRouter(tags=["proof"])
VERIFIERS = ("auditor", "district_office")
PAGE = 250
LOCKS = """
    SELECT statement_id, begins_on, ends_before, released, sequence FROM roll.certified_period
    WHERE district_id = $1 AND school_id = $2
"""
CHANGES = """
    SELECT c.section_id, c."on", c.period_id, c.sequence, c.student_id FROM roll.roll_change c
    JOIN roll.section s USING (district_id, section_id) WHERE c.district_id = $1 AND s.school_id = $2
"""
"""By which the trail of a mark finds its entries."""
APPROVALS = "SELECT approval_id, sequence, expires_at FROM roll.approval WHERE district_id = $1 AND school_id = $2"
StreamName = Annotated[str, Path(max_length=100)]


@router.get("/v1/streams/{stream}/verification", responses=refusals(NoSuchStream, BadCursor))
async def read_verification(
    stream: StreamName,
    asking: WhoAsks,
    database: Storage,
    after: Annotated[str | None, Query(max_length=200, description="The `next` of the call before.")] = None,
    limit: Annotated[int, Query(ge=1, le=20_000)] = 5_000,
) -> StreamVerification:
    """Read up to `limit` entries again; send `next` as `after` until there is none."""
    asking.require_role(*VERIFIERS)
    sequence, hash_ = place_of(after)
    chain = Chain(asking.district_id, stream, sequence, hash_)
    async with database.bare(asking.district_id, isolation="repeatable_read", readonly=True) as connection:
        return await verify(connection, chain, limit)


def place_of(after: str | None) -> tuple[int, bytes]:
    """Where the call before had come to, as it said itself. Raises BadCursor."""
    if after is None:
        return 0, GENESIS
    try:
        sequence, _, hexadecimal = urlsafe_b64decode(after + "=" * (-len(after) % 4)).decode().partition(" ")
        place = int(sequence), bytes.fromhex(hexadecimal)
    except ValueError:
        raise BadCursor("Send the `next` of the call before, unchanged.") from None
    if len(place[1]) != len(GENESIS) or not 0 < place[0] < 2**62:
        raise BadCursor("Send the `next` of the call before, unchanged.")
    return place


async def verify(
    connection: Any, chain: Chain, limit: int | None = None, progress: Any = None, so_far: Standing | None = None
) -> StreamVerification:
    """Follow the chain from where it is, through the snapshot that `connection` has. `progress` is told each sequence.

    `so_far` is the fold of the entries before, for who has followed the chain from its beginning. Raises NoSuchStream.
    """
    head, head_hash = await head_of(connection, chain.district_id, chain.stream)
    began, fold = chain.sequence, so_far or nothing_stands()
    from_beginning = began == 0 or so_far is not None
    fault: Fault | None = None
    standing: Compared = "not compared"
    stopped = False
    try:
        async for sequence, hash_, body in entries_of(connection, chain.district_id, chain.stream, began, limit):
            chain.follow(sequence, hash_, body)
            entry = read_body(sequence, body)
            if from_beginning:
                fold.fold(sequence, entry)
            if progress is not None:
                progress(sequence, head)
        stopped = limit is not None and chain.sequence == began + limit and chain.sequence < head
        if not stopped:
            chain.ends_at(head, head_hash)
        if not stopped and from_beginning:
            standing = "otherwise"
            await _compare(connection, chain, fold)
            standing = "as the entries say"
    except Broken as broken:
        fault = broken.fault
    return StreamVerification(
        stream=chain.stream,
        after=began,
        verified=chain.sequence,
        hash=chain.hash.hex(),
        head=head,
        fault=fault,
        standing=standing,
        next=cursor(chain) if stopped else None,
    )


def nothing_stands() -> Standing:
    """What stands before the first entry."""
    return Standing({kind.name: kind.key for kind in KEPT})


def cursor(chain: Chain) -> str:
    return urlsafe_b64encode(f"{chain.sequence} {chain.hash.hex()}".encode()).decode().rstrip("=")


async def head_of(connection: Any, district_id: str, stream: str) -> tuple[int, bytes]:
    """Where the stream ends, and the hash there. Raises NoSuchStream."""
    row = await connection.fetchrow(
        "SELECT sequence, hash FROM roll.stream_head WHERE district_id = $1 AND stream = $2", district_id, stream
    )
    if row is None:
        raise NoSuchStream("See GET /v1/streams.")
    return row["sequence"], bytes(row["hash"])


async def entries_of(
    connection: Any, district_id: str, stream: str, after: int = 0, limit: int | None = None
) -> AsyncIterator[tuple[int, bytes, bytes]]:
    """Sequence, hash and body of the entries after a place, a page at a time."""
    left = limit
    while left is None or left > 0:
        rows = await connection.fetch(
            "SELECT sequence, hash, body FROM roll.entry WHERE district_id = $1 AND stream = $2 AND sequence > $3 "
            "ORDER BY sequence LIMIT $4",
            district_id, stream, after, PAGE if left is None else min(PAGE, left),
        )  # fmt: skip
        for row in rows:
            yield row["sequence"], bytes(row["hash"]), bytes(row["body"])
        if len(rows) < PAGE:
            return
        after = rows[-1]["sequence"]
        left = None if left is None else left - len(rows)


async def _compare(connection: Any, chain: Chain, standing: Standing) -> None:
    """Raises Broken when a table says otherwise than the entries."""
    school_id = None if chain.stream == DISTRICT_STREAM else chain.stream.removeprefix("school.")
    for kind in KEPT:
        if (school_id is not None) == ("school_id" in columns_of(kind.table)):
            kept = await stored_rows(connection, chain.district_id, kind.table, kind.row, school_id)
            standing.compare(kind.name, standing.rows.get(kind.name, {}), kept)
    if school_id is None:
        return
    rosters = await connection.fetch(
        "SELECT r.section_id, r.roster, r.students FROM roll.section_roster r "
        "JOIN roll.section s USING (district_id, section_id) WHERE r.district_id = $1 AND s.school_id = $2",
        chain.district_id, school_id,
    )  # fmt: skip
    kept_rosters = {(row["section_id"], row["roster"]): tuple(row["students"]) for row in rosters}
    standing.compare("section_roster", standing.rosters, kept_rosters)
    standing.compare("roll", standing.rolls, await _rolls_of(connection, chain.district_id, school_id))
    place = chain.district_id, school_id
    kept_changes = {
        ((row["section_id"], row["on"], row["period_id"]), row["sequence"]): row["student_id"]
        for row in await connection.fetch(CHANGES, *place)
    }
    standing.compare("roll_change", standing.changes, kept_changes)
    locks = await connection.fetch(LOCKS, *place)
    kept_locks = {row["statement_id"]: StandingLock(*tuple(row)[1:]) for row in locks}
    standing.compare("certified_period", standing.certified.locks, kept_locks)
    approvals = await connection.fetch(APPROVALS, *place)
    kept_approvals = {row["approval_id"]: StandingApproval(*tuple(row)[1:]) for row in approvals}
    standing.compare("approval", standing.certified.approvals, kept_approvals)


CONFLICTS = f"""
    SELECT c.section_id, c."on", c.period_id, jsonb_object_agg(c.student_id, c.claims) AS conflicts
    FROM roll.roll_conflict c WHERE c.district_id = $1 AND c.school_id = $2 AND {STILL_OPEN}
    GROUP BY c.section_id, c."on", c.period_id
"""  # noqa: S608 - both halves are ours


async def _rolls_of(connection: Any, district_id: str, school_id: str) -> dict[Any, StandingRoll]:
    rows = await connection.fetch(
        'SELECT section_id, "on", period_id, version, roster, sequence, codes, marks, teacher_said, times '
        "FROM roll.roll WHERE district_id = $1 AND school_id = $2",
        district_id, school_id,
    )  # fmt: skip
    conflicts = {
        (row["section_id"], row["on"], row["period_id"]): json.loads(row["conflicts"])
        for row in await connection.fetch(CONFLICTS, district_id, school_id)
    }
    return {
        (row["section_id"], row["on"], row["period_id"]): StandingRoll(
            version=row["version"],
            roster=row["roster"],
            first=row["sequence"],
            codes=tuple(row["codes"]),
            marks=row["marks"],
            teacher_said=json.loads(row["teacher_said"] or "{}"),
            times=json.loads(row["times"] or "{}"),
            conflicts=conflicts.get((row["section_id"], row["on"], row["period_id"]), {}),
        )
        for row in rows
    }
