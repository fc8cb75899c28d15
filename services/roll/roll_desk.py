"""Where rolls are looked up and recorded: the hot path, in which all that come at once share statements and commits."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import Depends, FastAPI, Request

from services.roll.grouped import Grouped
from services.roll.known_sections import KnownPlace, KnownSections
from services.roll.record_roll import FixedRoster, times_of
from services.roll.rolls import NoSuchSection
from shared.schema.entries import RollTaken
from shared.schema.roll import Receipt

FACTS = """
    SELECT q.number, c.* FROM unnest($1::text[], $2::text[], $3::date[])
        WITH ORDINALITY AS q (district_id, section_id, "on", number)
    CROSS JOIN LATERAL roll.section_facts(q.district_id, q.section_id, q."on") c
"""
TAKE = "SELECT * FROM roll.take_rolls($1::roll.first_roll[], $2)"


KEPT_FROM = 4


class Held:
    """One connection of a pool, not given back between statements: the pool costs four times what a statement does.

    Of a pool of fewer than `KEPT_FROM` none is kept, since the others have to live on the rest.
    """

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool, self._keeps = pool, pool.get_max_size() >= KEPT_FROM
        self._connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | None = None

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """One statement after the other, each in a transaction of its own."""
        if self._connection is None or self._connection.is_closed():
            await self.release()
            self._connection = await self._pool.acquire(timeout=2)
        try:
            rows: list[asyncpg.Record] = await self._connection.fetch(query, *arguments)
        finally:
            if not self._keeps:
                await self.release()
        return rows

    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await self._pool.release(connection)


class RollDesk:
    """One a process. What it answers is committed."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._for_finding, self._for_taking = Held(pool), Held(pool)
        self._known = KnownSections()
        self._finding: Grouped[tuple[str, str, date], asyncpg.Record | None] = Grouped(self._find)
        self._taking: Grouped[tuple[Any, ...], asyncpg.Record] = Grouped(self._take)

    @classmethod
    @asynccontextmanager
    async def opened(cls, pool: "asyncpg.Pool[asyncpg.Record]") -> AsyncIterator["RollDesk"]:
        desk = cls(pool)
        try:
            yield desk
        finally:
            await desk._for_finding.release()
            await desk._for_taking.release()

    async def find_known(
        self, district_id: str, section_id: str, on: date, period_id: str, staff_id: str, *, fresh: bool
    ) -> KnownPlace:
        """Where a roll belongs that nobody has taken: as it is now if `fresh`, or as it was. Raises NoSuchSection."""
        if not fresh and (known := self._known.find(district_id, section_id, on, period_id, staff_id)) is not None:
            return known
        row = await self._finding.ask((district_id, section_id, on))
        if row is None:
            raise NoSuchSection("Check the section's id against GET /v1/me/sections.")
        self._known.keep(district_id, section_id, on, row)
        known = self._known.find(district_id, section_id, on, period_id, staff_id)
        assert known is not None, "it was put there just now"
        return known

    async def take_first(
        self,
        known: KnownPlace,
        entry: RollTaken,
        roster: FixedRoster | None,
        body: bytes,
        write_id: UUID,
        write_digest: bytes,
    ) -> tuple[str, Receipt | None]:
        """Record a roll as the first of its place, and say what became of it.

        It is recorded, moved (something is no longer as it was known, or the day is locked) or other (it is not the
        first, or has been sent before).
        """
        place = known.place
        roll = (
            place.district_id,
            place.stream,
            place.school_id,
            place.section_id,
            place.on,
            place.period_id,
            entry.roster,
            roster[0].students if roster else None,
            roster[1] if roster else None,
            entry.codes,
            entry.marks,
            times_of(entry),
            body,
            write_id,
            write_digest,
            *known.stamps,
        )
        row = await self._taking.ask(roll)
        if row["outcome"] == "busy":  # wait for its stream alone, not with the others
            row = (await self._pool.fetch(TAKE, [roll], True))[0]
        if row["outcome"] != "recorded":
            return row["outcome"], None
        if roster is not None:
            self._known.forget(place.district_id, place.section_id)
        return "recorded", Receipt(
            write_id=write_id,
            stream=place.stream,
            sequence=row["sequence"],
            hash=row["hash"].hex(),
            version=entry.version,
            recorded_at=entry.at,
        )

    async def _find(self, places: Sequence[tuple[str, str, date]]) -> list[asyncpg.Record | None]:
        rows = await self._for_finding.fetch(FACTS, *(list(column) for column in zip(*places, strict=True)))
        found = {row["number"]: row for row in rows}
        return [found.get(number) for number in range(1, len(places) + 1)]

    async def _take(self, rolls: Sequence[tuple[Any, ...]]) -> list[asyncpg.Record]:
        return sorted(await self._for_taking.fetch(TAKE, rolls, False), key=itemgetter("number"))


@asynccontextmanager
async def desk_of_this_process(app: FastAPI) -> AsyncIterator[None]:
    async with RollDesk.opened(app.state.database.pool) as app.state.desk:
        yield


async def _desk(request: Request) -> RollDesk:
    desk: RollDesk = request.app.state.desk
    return desk


Desk = Annotated[RollDesk, Depends(_desk)]
