"""What readers of sheets share: one consistent view of a district, from memory where nothing has changed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import Depends, FastAPI, Request

from services.credit import stream_tables, tables
from services.credit.another_reading import in_every_block
from services.credit.built_sheets import Built, CaseValues, stack_sheets
from services.credit.cases import COLUMNS, CaseBook, LawCase
from services.credit.count_period import PeriodCount, count_periods
from services.credit.day_count import DayCount, in_days
from services.credit.formulas.texas import TexasLaw
from services.credit.lawbook import LawFile, read_lawbook
from services.credit.minimum_time_tables import find_lawbook
from services.credit.not_taken import BLOCKS, Setting
from services.credit.not_taken_tables import find_settings
from services.credit.off_campus_days import OffCampusDay, beyond_the_most, held_against_the_most, twins
from services.credit.off_campus_rolls import find_off_campus
from services.credit.own_streams import may_see_stream
from services.credit.read_school import KnownSchool, SchoolShelf, Versions
from services.credit.school_facts import SchoolFacts
from services.credit.texas_tables import find_rows
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.schema.credit import DayTotals
from shared.schema.refusals import NotFound
from shared.schema.roster import Jurisdiction
from shared.schema.texas import OffCampusCode

READERS = ("district_office", "principal", "attendance_clerk", "auditor", "service", "coordinator")


Counted = tuple[int, date, tuple[int, ...]]
"""A school year, the last day that is counted, and the version of the cases and their settings."""
KEPT = 16
Look = Callable[[Any], Awaitable[None]]


class NoSuchSchool(NotFound):
    """There is no such school here."""


@dataclass(frozen=True, slots=True)
class SchoolSheets:
    """A school: its facts, its sheets by track, and what they were counted to before, for as long as they stand."""

    facts: SchoolFacts
    seats: Any
    built: Built
    off_campus: tuple[OffCampusDay, ...] = ()
    counted: dict[Counted, tuple[PeriodCount, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class View:
    """A district as of one moment: the schools that the asker may see, the cases, and how far roll was followed: in the
    streams of those schools and in the district's own."""

    asking: Asking
    connection: Any
    schools: dict[str, SchoolSheets]
    cases: dict[int, LawCase]
    values: CaseValues
    lawbook: dict[str, LawFile]
    law_digest: str
    followed_through: dict[str, int]
    version: tuple[int, ...]

    def today(self, school_id: str) -> date:
        zone = ZoneInfo(self.schools[school_id].facts.school.time_zone)
        return self.asking.at.astimezone(zone).date()

    def school(self, school_id: str) -> SchoolSheets:
        """Raises NoSuchSchool, also for one that the asker may not see."""
        if school_id not in self.schools:
            raise NoSuchSchool("Check the school's id, and that your token is good for the school.")
        return self.schools[school_id]

    def periods(self, school_id: str, school_year: int, through: date | None) -> tuple[PeriodCount, ...]:
        """The school's periods of the year, counted through that day or today; counted once while nothing changes."""
        school, today = self.schools[school_id], self.today(school_id)
        asked = school_year, min(through or today, today), self.version
        if asked not in school.counted:
            if len(school.counted) >= KEPT:
                school.counted.clear()
            school.counted[asked] = tuple(
                count_periods(school.facts, school.built, self.values, self.cases, self.lawbook, *asked[:2])
            )
        return school.counted[asked]


@dataclass
class SheetLibrary:
    """Keeps arrays of sheets and case books in memory, and reads again what has another version."""

    database: Any
    lawbook: dict[str, LawFile] = field(default_factory=read_lawbook)
    shelf: SchoolShelf = field(default_factory=SchoolShelf)
    _sheets: dict[tuple[str, str], tuple[tuple[int, ...], SchoolSheets]] = field(default_factory=dict)
    _books: dict[str, "KeptCases"] = field(default_factory=dict)
    _beyond: dict[tuple[str, str], tuple[tuple[tuple[int, ...], ...], SchoolSheets]] = field(default_factory=dict)

    @asynccontextmanager
    async def view(self, asking: Asking, only: str | None = None, first: Look | None = None) -> AsyncIterator[View]:
        """One snapshot of the asker's district, of one school when `only` names it; `first` looks at it before."""
        options = {"isolation": "repeatable_read", "readonly": True}
        async with self.database.bare(asking.district_id, **options) as connection:
            if first is not None:
                await first(connection)
            versions = await tables.versions(connection, asking.district_id)
            visible = [
                school_id
                for school_id in sorted(versions)
                if school_id and only in (None, school_id) and asking.principal.may_see_school(school_id)
            ]
            kept = await self._cases(connection, asking.district_id)
            schools: dict[str, SchoolSheets] = {}
            for school_id in visible:
                school = await self._read(connection, asking.district_id, school_id, versions, kept)
                if school is not None:
                    schools[school_id] = school
            through = await stream_tables.built_through(connection, asking.district_id)
            through = {name: built for name, built in through.items() if may_see_stream(asking.principal, name)}
            digest = ",".join(f"{name}:{file.digest[:16]}" for name, file in sorted(kept.lawbook.items()))
            yield View(
                asking, connection, schools, kept.cases, kept.values, kept.lawbook, digest, through, kept.version
            )

    async def read_ahead(self, district_id: str) -> None:
        """Read a district's schools into memory, each in a snapshot of its own: who asks meanwhile gets a turn."""
        async with self.database.bare(district_id, readonly=True) as connection:
            schools = sorted(await tables.versions(connection, district_id))
        for school_id in filter(None, schools):
            async with self.database.bare(district_id, isolation="repeatable_read", readonly=True) as connection:
                versions = await tables.versions(connection, district_id)
                kept = await self._cases(connection, district_id)
                await self._read(connection, district_id, school_id, versions, kept)

    async def _read(
        self, connection: Any, district_id: str, school_id: str, versions: Versions, kept: "KeptCases"
    ) -> SchoolSheets | None:
        """None for a school whose own row has not come yet."""
        known = await self.shelf.school(connection, district_id, school_id, versions)
        if known is None:
            return None
        school = await self._school(connection, district_id, known, versions)
        return await self._off_campus(connection, district_id, school, versions[school_id], kept)

    async def _school(self, connection: Any, district_id: str, known: KnownSchool, versions: Versions) -> SchoolSheets:
        facts, place = known.facts, (district_id, known.facts.school.school_id)
        version = *versions[facts.school.school_id], *known.version
        kept = self._sheets.get(place)
        if kept is None or kept[0] != version:
            built = stack_sheets(await tables.find_sheets(connection, *place), len(facts.students))
            kept = self._sheets[place] = version, SchoolSheets(facts, known.seats, built)
        return kept[1]

    async def _cases(self, connection: Any, district_id: str) -> "KeptCases":
        version = await connection.fetchrow(
            "SELECT (SELECT count(*) FROM law_case WHERE district_id = $1), "
            "(SELECT count(*) FROM not_taken_setting WHERE district_id = $1), "
            "(SELECT count(*) FROM minimum_time_setting WHERE district_id = $1)",
            district_id,
        )
        kept = self._books.get(district_id)
        if kept is None or kept.version != tuple(version):
            book = CaseBook.of(await tables.find_cases(connection, district_id))
            settings = await find_settings(connection, district_id)
            lawbook = await find_lawbook(connection, district_id, self.lawbook)
            kept = self._books[district_id] = _keep_cases(tuple(version), book, settings, lawbook)
        return kept

    async def _off_campus(
        self, connection: Any, district_id: str, school: SchoolSheets, version: tuple[int, int], kept: "KeptCases"
    ) -> SchoolSheets:
        """Texas: days off campus beyond the most that count present are absences (rule TX-14)."""
        facts = school.facts
        if facts.school.jurisdiction is not Jurisdiction.TEXAS or not kept.twin:
            return school
        place, key = (district_id, facts.school.school_id), (version, kept.version)
        known = self._beyond.get(place)
        if known is None or known[0] != key:
            codes = await find_rows(connection, district_id, "off_campus_codes", OffCampusCode)
            law: TexasLaw = self.lawbook["texas"].law
            found = await find_off_campus(
                connection, district_id, facts, school.seats, school.built, kept.twin, codes, law
            )
            days = tuple(held_against_the_most(found, law))
            built = beyond_the_most(school.built, days, facts.number_of, kept.twin)
            known = self._beyond[place] = key, SchoolSheets(facts, school.seats, built, days)
        return known[1]


@dataclass(frozen=True, slots=True)
class KeptCases:
    """A district's cases and what they add, and the law, as its settings read them. `twin`: days off campus, beyond the
    most."""

    version: tuple[int, ...]
    cases: dict[int, LawCase]
    values: CaseValues
    twin: Mapping[int, int]
    lawbook: dict[str, LawFile]


def _keep_cases(
    version: tuple[int, ...], book: CaseBook, settings: tuple[Setting, ...], lawbook: dict[str, LawFile]
) -> KeptCases:
    beyond = twins(book.cases, lawbook, book.last)
    twin = {case_no: case.case_no for case_no, case in beyond.items()}
    cases = book.cases | {case.case_no: case for case in beyond.values()}
    block, size = book.last + len(twin) + 1, 1
    if settings:
        cases, size = in_every_block(cases, lawbook, block), len(BLOCKS)
    columns = np.zeros((size * block, len(COLUMNS)), dtype=np.int64)
    every = CaseBook(cases, last=max(cases, default=0))
    known = every.values()
    columns[: len(known)] = known
    return KeptCases(version, cases, CaseValues.of(columns, settings, every.beyond()), twin, lawbook)


def library_of(app: FastAPI) -> SheetLibrary:
    if not hasattr(app.state, "library"):
        app.state.library = SheetLibrary(app.state.database, shelf=app.state.shelf)
    library: SheetLibrary = app.state.library
    return library


def _library(request: Request) -> SheetLibrary:
    return library_of(request.app)


async def _may_read(asking: WhoAsks) -> Asking:
    asking.require_role(*READERS)
    return asking


Library = Annotated[SheetLibrary, Depends(_library)]
Reader = Annotated[Asking, Depends(_may_read)]


def totals(count: DayCount) -> DayTotals:
    return DayTotals(
        membership_days=in_days(count.membership),
        absent_days=in_days(count.absent),
        eligible_days=in_days(count.eligible),
        ineligible_days=in_days(count.ineligible),
        not_taken_days=in_days(count.not_taken),
    )
