"""Hand the minutes of flexible attendance in a six-weeks over to Texas, as CSV or in Ed-Fi's shape (rule TX-23).

They are as given now: statements freeze the days of the official roll, and these are none. No row leaves that does not
pass the edits, nor any while a student's minutes are unknown.
"""

from datetime import date, timedelta
from typing import Annotated

import rfc8785
from fastapi import APIRouter, Header, Response

from services.credit.formulas.texas_flexible_rows import COLUMNS, FlexibleRow, csv_row, ed_fi_row, edits
from services.credit.formulas.texas_layout import Taught
from services.credit.read_ada import SchoolYear
from services.credit.read_statements import READERS
from services.credit.sheet_library import Library, NoSuchSchool, SchoolSheets, View
from services.credit.texas_flexible import FlexibleStudent, flexible_students
from services.credit.texas_hand_offs import (
    EditsFailed,
    OneSchool,
    Period,
    StateNumbers,
    as_csv,
    find_state_numbers,
    refused,
)
from services.credit.texas_tables import find_rows
from services.credit.texas_view import BeforeTheLaw, texas_view
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.roster import ReportingPeriod
from shared.schema.texas import FlexibleMinutes

router = APIRouter(tags=["hand-offs"])


@router.get(
    "/v1/hand-offs/texas/flexible-attendance",
    response_class=Response,
    responses=refusals(EditsFailed, NoSuchSchool, BeforeTheLaw)
    | {200: {"description": "The rows.", "content": {"text/csv": {}, "application/json": {}}}},
)
async def hand_off_flexible(
    asking: WhoAsks,
    library: Library,
    school_year: SchoolYear,
    period: Period,
    school_id: OneSchool = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """CSV; or, when the caller accepts application/json, a list in Ed-Fi's shape. Texas's schools only."""
    asking.require_role(*READERS)
    rows: list[FlexibleRow] = []
    named: list[str] = []
    calendar: set[Taught] = set()
    async with texas_view(library, asking, school_id) as view:
        numbers = await find_state_numbers(view.connection, asking.district_id)
        rule = view.lawbook["texas_year"].law.flexible_attendance.in_force(date(school_year - 1, 7, 1))
        for name, school in view.schools.items():
            minutes = await find_rows(view.connection, asking.district_id, "flexible_minutes", FlexibleMinutes, name)
            for of_track in school.facts.reporting_periods:
                if (of_track.school_year, of_track.number) == (school_year, period):
                    taught, students = _of_track(view, school, of_track, minutes, numbers)
                    calendar.add(taught)
                    rows += [_row(taught, student, numbers.student(name, student.student_id)) for student in students]
                    named += [f"{name}, {student.student_id}" for student in students]
    if found := list(edits(rows, calendar, rule)):
        raise refused(rows, found, named)
    if "application/json" in accept:
        return Response(rfc8785.dumps([ed_fi_row(row, school_year) for row in rows]), media_type="application/json")
    return Response(as_csv(COLUMNS, map(csv_row, rows)), media_type="text/csv")


def _of_track(
    view: View, school: SchoolSheets, period: ReportingPeriod, minutes: list[FlexibleMinutes], numbers: StateNumbers
) -> tuple[Taught, list[FlexibleStudent]]:
    """A track's six-weeks through today."""
    facts, name, track_id = school.facts, school.facts.school.school_id, period.track_id
    last = min(period.ends_before or date.max, view.today(name) + timedelta(days=1))
    rule = view.lawbook["texas_year"].law.flexible_attendance.in_force(period.begins_on)
    days_law = view.lawbook["texas"].law
    taught = facts.days_that_count(track_id, period.begins_on, last)
    students = flexible_students(facts, minutes, track_id, period.begins_on, last, days_law, rule)
    return Taught(numbers.campus(name), track_id, period.number, taught), students


def _row(taught: Taught, student: FlexibleStudent, number: str) -> FlexibleRow:
    return FlexibleRow(
        taught.campus, number, taught.track, taught.period, taught.days_taught, student.grade, student.program,
        student.eligible, student.ineligible, student.unknown,
    )  # fmt: skip
