"""Build the sheets of the school-days that were touched, and of no others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.credit import stream_tables, tables
from services.credit.cases import CaseBook
from services.credit.day_facts import READINGS
from services.credit.kept_memory import keep_freed_memory
from services.credit.lawbook import LawFile
from services.credit.minimum_time_tables import find_lawbook
from services.credit.read_school import KnownSchool, SchoolShelf
from services.credit.roll_times import find_times
from services.credit.sheets import SheetOfDay, build_sheets, wanted_slots
from services.credit.stored_runs import find_runs
from shared.plumbing.database import Database


@dataclass
class Builder:
    """Builds a district's sheets. It keeps the case book and the schools in memory between builds.

    Several may build one district at once, in as many processes: `start_at`, from 0 to 1, says where among the
    schools this one begins.
    """

    database: Database
    district_id: str
    lawbook: dict[str, LawFile]
    start_at: float = 0
    shelf: SchoolShelf = field(default_factory=SchoolShelf)
    _book: CaseBook | None = None

    def __post_init__(self) -> None:
        keep_freed_memory()

    async def build_everything_touched(self) -> int:
        """The number of school-days built. A school that fails holds up no other; then its failure is raised."""
        async with self.database.bare(self.district_id, readonly=True) as connection:
            waiting = list(await tables.schools_waiting(connection, self.district_id))
        built, failures, first = 0, [], int(self.start_at * len(waiting))
        for school_id in (*waiting[first:], *waiting[:first]):
            try:
                built += await self.build_school(school_id)
            except Exception as failure:
                failures.append(failure)
        if failures:
            raise failures[0]
        if waiting:
            async with self.database.bare(self.district_id) as connection:
                await tables.lock_following(connection, self.district_id)
                await stream_tables.keep_built(connection, self.district_id)
        return built

    async def build_school(self, school_id: str) -> int:
        """Build the school's touched days in one transaction: they are all built and no longer touched, or neither.

        0 when there are none, or when another process is building them.
        """
        try:
            async with self.database.bare(self.district_id) as connection:
                await tables.lock_following(connection, self.district_id)
                if not await tables.lock_school(connection, self.district_id, school_id):
                    return 0
                days = await tables.take_touched(connection, self.district_id, school_id)
                if not days:
                    return 0
                sheets = await self._sheets(connection, school_id, days)
                await tables.replace_sheets(connection, self.district_id, school_id, days, sheets)
        except BaseException:
            self._book = None  # it may hold cases that were not kept
            raise
        return len(days)

    async def _sheets(self, connection: Any, school_id: str, days: Sequence[date]) -> list[SheetOfDay]:
        known = await self.shelf.school(connection, self.district_id, school_id)
        if known is None or known.facts.school.jurisdiction not in READINGS:
            return []
        if self._book is None:
            self._book = CaseBook.of(await tables.find_cases(connection, self.district_id))
        known_cases = self._book.last
        sheets = await self._build(connection, known, days, self._book)
        if not self._book.new:
            return sheets
        if await tables.lock_cases(connection, self.district_id) != known_cases:  # another builder has met some too
            self._book = CaseBook.of(await tables.find_cases(connection, self.district_id))
            sheets = await self._build(connection, known, days, self._book)
        await tables.keep_cases(connection, self.district_id, self._book.new)
        self._book.new.clear()
        return sheets

    async def _build(
        self, connection: Any, known: KnownSchool, days: Sequence[date], book: CaseBook
    ) -> list[SheetOfDay]:
        facts, seats = known.facts, known.seats
        lawbook = await find_lawbook(connection, self.district_id, self.lawbook)
        law = lawbook[facts.school.jurisdiction]
        place = self.district_id, facts.school.school_id
        slots = await asyncio.to_thread(wanted_slots, facts, seats, days)
        runs = await find_runs(connection, *place, days, slots)
        minutes_count = READINGS[facts.school.jurisdiction].counts_minutes
        times = await find_times(connection, *place, days) if minutes_count else None
        rosters = await tables.find_rosters(connection, *place, {(run.section_id, run.roster) for run in runs})
        return await asyncio.to_thread(build_sheets, facts, seats, days, runs, rosters, law, book, times)


async def touch_where_law_changed(database: Database, district_id: str, lawbook: dict[str, LawFile]) -> list[str]:
    """When a law file is another than the one the sheets rest on, every day of its schools is built again."""
    async with database.bare(district_id) as connection:
        await tables.lock_district(connection, district_id)
        lawbook = await find_lawbook(connection, district_id, lawbook)
        used = await connection.fetch("SELECT jurisdiction, digest FROM law_used WHERE district_id = $1", district_id)
        before = {row["jurisdiction"]: row["digest"] for row in used}
        changed = [name for name in READINGS if before.get(name) != lawbook[name].digest]
        for name in changed:
            schools = await connection.fetch(
                "SELECT school_id FROM fact "
                "WHERE district_id = $1 AND collection = 'schools' AND row ->> 'jurisdiction' = $2",
                district_id,
                name,
            )
            for school in schools:
                await tables.touch(connection, district_id, school["school_id"], [(date.min, date.max)])
            await connection.execute(
                "INSERT INTO law_used (district_id, jurisdiction, digest) VALUES ($1, $2, $3) "
                "ON CONFLICT (district_id, jurisdiction) DO UPDATE SET digest = excluded.digest",
                district_id,
                name,
                lawbook[name].digest,
            )
        return changed
