"""Read a school's facts out of the tables, and keep them in memory for as long as they have not changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from services.credit import tables
from services.credit.school_facts import SchoolFacts, SectionSpans
from services.credit.seats import Seats
from shared.schema.base import Schema
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    ReportingPeriod,
    School,
    SchoolEnrollment,
    Section,
    Track,
)

Row = TypeVar("Row", bound=Schema)


@dataclass(frozen=True, slots=True)
class KnownSchool:
    """A school's facts with the seats that follow from them, as of a version of its and the district's facts."""

    version: tuple[int, int]
    facts: SchoolFacts
    seats: Seats


class SchoolShelf:
    """The schools of a process. A version is read in the caller's transaction, so nothing stale is ever handed out."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], KnownSchool] = {}

    async def school(self, connection: Any, district_id: str, school_id: str) -> KnownSchool | None:
        """None for a school whose own row has not come yet."""
        versions = await tables.versions(connection, district_id)
        version = versions.get(school_id, (0, 0))[0], versions.get("", (0, 0))[0]
        known = self._known.get((district_id, school_id))
        if known is None or known.version != version:
            facts = await _read_facts(connection, district_id, school_id)
            if facts is None:
                return None
            known = KnownSchool(version, facts, Seats(facts))
            self._known[district_id, school_id] = known
        return known


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
        return [model.model_validate_json(text) for text in texts[collection]]

    schools = read("schools", School)
    if not schools:
        return None
    codes: dict[str, list[AttendanceCode]] = defaultdict(list)
    for code in read("attendance_codes", AttendanceCode):
        codes[code.code].append(code)
    enrollments = read("school_enrollments", SchoolEnrollment)
    return SchoolFacts(
        school=schools[0],
        tracks=tuple(read("tracks", Track)),
        reporting_periods=tuple(read("reporting_periods", ReportingPeriod)),
        calendar={(day.track_id, day.on): day for day in read("calendar_days", CalendarDay)},
        bell_periods=tuple(read("bell_periods", BellPeriod)),
        enrollments=tuple(sorted(enrollments, key=lambda row: (row.entry_date, row.student_id))),
        sections={section.section_id: section for section in read("sections", Section)},
        section_spans=await _read_section_spans(connection, district_id, school_id),
        students=await _read_students(connection, district_id, school_id),
        codes={code: tuple(rows) for code, rows in codes.items()},
    )


async def _read_section_spans(connection: Any, district_id: str, school_id: str) -> SectionSpans:
    rows: Sequence[Any] = await connection.fetch(
        "SELECT f.row ->> 'section_id', n.number, (f.row ->> 'begins_on')::date - '0001-01-01'::date + 1, "
        "coalesce((f.row ->> 'ends_before')::date, '9999-12-31') - '0001-01-01'::date + 1 "
        "FROM fact f JOIN student_number n ON n.district_id = f.district_id AND n.school_id = f.school_id "
        "AND n.student_id = f.row ->> 'student_id' "
        "WHERE f.district_id = $1 AND f.school_id = $2 AND f.collection = 'section_enrollments' ORDER BY f.key",
        district_id,
        school_id,
    )
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    return SectionSpans(columns[0], *(np.array(column, dtype=np.int32) for column in columns[1:]))


async def _read_students(connection: Any, district_id: str, school_id: str) -> tuple[str, ...]:
    rows = await connection.fetch(
        "SELECT student_id FROM student_number WHERE district_id = $1 AND school_id = $2 ORDER BY number",
        district_id,
        school_id,
    )
    return tuple(row[0] for row in rows)
