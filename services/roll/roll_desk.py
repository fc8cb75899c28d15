"""Where rolls are looked up and recorded: the hot path, in which all that come at once share statements and commits."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI, Request

from services.roll.grouped import Grouped
from services.roll.ledger import WriteIdReused
from services.roll.rolls import RollPlace, place_from, receipt_for
from shared.schema.entries import RollTaken, RosterFixed
from shared.schema.roll import Receipt

FIND = """
    SELECT q.number, c.* FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[])
        WITH ORDINALITY AS q (district_id, section_id, "on", period_id, staff_id, number)
    CROSS JOIN LATERAL roll.roll_circumstances(q.district_id, q.section_id, q."on", q.period_id, q.staff_id) c
"""
RECORD_MANY = "SELECT * FROM roll.record_rolls($1::roll.roll_to_record[])"
RECORD_ONE = "SELECT * FROM roll.record_roll($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)"

Row: TypeAlias = "asyncpg.Record | None"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a write: `outcome` is recorded, replayed, stale or roster_moved."""

    outcome: str
    receipt: Receipt | None
    version: int


class RollDesk:
    """One a process. What it answers is committed."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._finding: Grouped[tuple[str, str, date, str, str], Row] = Grouped(self._find)
        self._recording: Grouped[tuple[Any, ...], Row] = Grouped(self._record)

    async def find_place(self, district_id: str, section_id: str, on: date, period_id: str, staff_id: str) -> RollPlace:
        """Where a roll belongs, as it is now; `staff_id` is whoever may be its teacher. Raises NoSuchSection."""
        row = await self._finding.ask((district_id, section_id, on, period_id, staff_id))
        return place_from(row, district_id, section_id, on, period_id)

    async def record(
        self,
        place: RollPlace,
        entry: RollTaken,
        body: bytes,
        roster: tuple[RosterFixed, bytes] | None,
        write_id: UUID,
        write_digest: bytes,
    ) -> Recorded:
        """Append the roll to its school's stream and let it stand, in one transaction. Raises WriteIdReused."""
        said = entry.model_dump(mode="json", include={"teacher_said", "times"}, exclude_none=True)
        roll = (
            place.district_id,
            place.stream,
            place.school_id,
            place.section_id,
            place.on,
            place.period_id,
            entry.version - 1,
            entry.roster,
            list(roster[0].students) if roster else None,
            roster[1] if roster else None,
            list(entry.codes),
            entry.marks,
            json.dumps(said["teacher_said"]) if "teacher_said" in said else None,
            json.dumps(said["times"]) if "times" in said else None,
            body,
            write_id,
            write_digest,
        )
        row = await self._recording.ask(roll)
        assert row is not None, "every roll of a group is answered"
        if row["outcome"] == "busy":  # another transaction holds the stream: wait for it alone, not with the others
            row = await self._pool.fetchrow(RECORD_ONE, *roll)
            assert row is not None, "record_roll always answers"
        if row["outcome"] == "reused":
            raise WriteIdReused("Make a new id for a new write; send the same body to retry the old one.")
        receipt = receipt_for(write_id, row) if row["sequence"] is not None else None
        return Recorded(row["outcome"], receipt, row["version"] or (receipt.version if receipt else 0))

    async def _find(self, places: Sequence[tuple[str, str, date, str, str]]) -> list[Row]:
        rows = await self._pool.fetch(FIND, *(list(column) for column in zip(*places, strict=True)))
        return _in_order(rows, len(places))

    async def _record(self, rolls: Sequence[tuple[Any, ...]]) -> list[Row]:
        return _in_order(await self._pool.fetch(RECORD_MANY, list(rolls)), len(rolls))


def _in_order(rows: Sequence[asyncpg.Record], count: int) -> list[Row]:
    numbered: dict[int, asyncpg.Record] = {row["number"]: row for row in rows}
    return [numbered.get(number) for number in range(1, count + 1)]


@asynccontextmanager
async def desk_of_this_process(app: FastAPI) -> AsyncIterator[None]:
    app.state.desk = RollDesk(app.state.database.pool)
    yield


async def _desk(request: Request) -> RollDesk:
    desk: RollDesk = request.app.state.desk
    return desk


Desk = Annotated[RollDesk, Depends(_desk)]
