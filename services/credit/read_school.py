"""Read a school's facts out of the tables, and keep them in memory for as long as they have not changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
from pydantic import TypeAdapter

from services.credit import tables
from services.credit.formulas.texas import TexasLaw, is_half_day
from services.credit.lawbook import read_law_file
from services.credit.school_facts import SchoolFacts, SectionSpans
from services.credit.seats import Seats
from services.credit.texas_tables import find_waived
from shared.schema.base import Schema
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    Jurisdiction,
    ReportingPeriod,
    School,
    SchoolEnrollment,
    Section,
    Track,
)

Versions = Mapping[str, tuple[int, int]]
Row = TypeVar("Row", bound=Schema)
_SENT: set[str] = set()


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A school's facts with the seats that follow from them, as of a version of its and the district's facts."""

    version: tuple[int, int]
    facts: SchoolFacts
    seats: Seats


class SchoolShelf:
    """The schools of a process, at most so many of them: without limit where every school is asked for again and again.

    A version is read in the caller's transaction, so nothing stale is ever handed out.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._known: dict[tuple[str, str], KnownSchool] = {}

    async def school(
        self, connection: Any, district_id: str, school_id: str, versions: Versions | None = None
    ) -> KnownSchool | None:
        """None for a school whose own row has not come yet. `versions`, if the caller has just read them."""
        versions = await tables.versions(connection, district_id) if versions is None else versions
        version = versions.get(school_id, (0, 0))[0], versions.get("", (0, 0))[0]
        known = self._known.get((district_id, school_id))
        if known is None or known.version != version:
            facts = await _read_facts(connection, district_id, school_id)
            if facts is None:
                return None
            known = KnownSchool(version, facts, Seats(facts, half_day_enrollments(facts)))
            self._known[district_id, school_id] = known
            if self._most is not None and len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        return known


@cache
def _is_half_day(on: date, minutes: int | None, code: str | None) -> bool:
    law: TexasLaw = read_law_file("texas").law
    return is_half_day(on, minutes, code, law)


def half_day_enrollments(facts: SchoolFacts) -> set[int]:
    """The indices of Texas's half-day students, who are taken in their own half (rule TX-10)."""
    if facts.school.jurisdiction is not Jurisdiction.TEXAS:
        return set()
    return {
        index
        for index, row in enumerate(facts.enrollments)
        if _is_half_day(row.entry_date, row.scheduled_minutes, row.ada_eligibility_code)
    }


@cache
def _many(model: type[Row]) -> TypeAdapter[list[Row]]:
    return TypeAdapter(list[model])  # type: ignore[valid-type]  # of whatever model is asked for


async def _read_facts(connection: Any, district_id: str, school_id: str) -> SchoolFacts | None:
    rows = await connection.fetch(
        "SELECT collection, row FROM fact WHERE district_id = $1 AND school_id IN ($2, '') "
        "AND collection NOT IN ('section_enrollments', 'section_teachers') ORDER BY collection, key",
        district_id,
        school_id,
    )
    texts: dict[str, list[str]] = defaultdict(list)
    for collection, text in rows:
        texts[collection].append(text)

    def read(collection: str, model: type[Row]) -> list[Row]:
        rows = _many(model).validate_json(f"[{','.join(texts[collection])}]")
        for row in rows:  # nobody asks any more which fields the SIS sent, and a set a row is a third of the memory
            object.__setattr__(row, "__pydantic_fields_set__", _SENT)
        return rows

    schools = read("schools", School)
    if not schools:
        return None
    codes: dict[str, list[AttendanceCode]] = defaultdict(list)
    for code in read("attendance_codes", AttendanceCode):
        codes[code.code].append(code)
    enrollments = read("school_enrollments", SchoolEnrollment)
    students = await _read_students(connection, district_id, school_id)
    number_of = {student_id: number for number, student_id in enumerate(students, start=1)}
    texan = schools[0].jurisdiction is Jurisdiction.TEXAS
    return SchoolFacts(
        school=schools[0],
        tracks=tuple(read("tracks", Track)),
        reporting_periods=tuple(read("reporting_periods", ReportingPeriod)),
        calendar={(day.track_id, day.on): day for day in read("calendar_days", CalendarDay)},
        bell_periods=tuple(read("bell_periods", BellPeriod)),
        enrollments=tuple(sorted(enrollments, key=lambda row: (row.entry_date, row.student_id))),
        sections={section.section_id: section for section in read("sections", Section)},
        section_spans=await _read_section_spans(connection, district_id, school_id, number_of),
        students=students,
        codes={code: tuple(rows) for code, rows in codes.items()},
        waived=await find_waived(connection, district_id, school_id) if texan else frozenset(),
    )


async def _read_section_spans(
    connection: Any, district_id: str, school_id: str, number_of: Mapping[str, int]
) -> SectionSpans:
    rows: Sequence[Any] = await connection.fetch(  # a row a section, and not one a student of it
        "SELECT row ->> 'section_id', array_agg(row ->> 'student_id'), "
        "array_agg((row ->> 'begins_on')::date - '0001-01-01'::date + 1), "
        "array_agg(coalesce((row ->> 'ends_before')::date, '9999-12-31') - '0001-01-01'::date + 1) "
        "FROM fact WHERE district_id = $1 AND school_id = $2 AND collection = 'section_enrollments' GROUP BY 1",
        district_id,
        school_id,
    )
    sections = [section_id for section_id, students, *_ in rows for _ in students]
    numbers = [number_of[student_id] for _, students, *_ in rows for student_id in students]
    begins = [day for *_, days, _ in rows for day in days]
    ends = [day for *_, days in rows for day in days]
    return SectionSpans(
        sections, np.array(numbers, dtype=np.int32), np.array(begins, dtype=np.int32), np.array(ends, dtype=np.int32)
    )


async def _read_students(connection: Any, district_id: str, school_id: str) -> tuple[str, ...]:
    rows = await connection.fetch(
        "SELECT student_id FROM student_number WHERE district_id = $1 AND school_id = $2 ORDER BY number",
        district_id,
        school_id,
    )
    return tuple(row[0] for row in rows)
