"""A school's students near the line: who can still end the year at it, with how many absences, and who just fell."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from services.credit.built_sheets import CaseValues, TrackSheets
from services.credit.day_count import DAY
from services.credit.nearness_to_line import absences_left, day_of_fall, is_at
from services.credit.own_schools import OfOwnSchool
from services.credit.sheet_library import NoSuchSchool, SchoolSheets
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from services.credit.window_values import say_used, window_values
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.roster import Grade, SchoolEnrollment
from shared.schema.trends import NearStudent, StudentsNearTheLine

router = APIRouter(tags=["attendance"])
LineText = Annotated[str, Query(pattern=r"^(0\.[0-9]{1,4}|1)$", description="A rate, such as 0.96.")]
RECENT = timedelta(days=14)


@router.get("/v1/students-near-the-line", responses=refusals(NoSuchWindow, NoSuchSchool) | UNLESS_UNCHANGED)
async def read_near_line(
    school_id: Annotated[Id, Query()],
    reader: OfOwnSchool,
    library: UnlessUnchanged,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
    year_ends_before: Annotated[date, Query(description="Days of instruction until before this one remain.")],
    grade: Annotated[Grade | None, Query(description="Every grade if none.")] = None,
    line: LineText = "0.96",
    absences_left_at_most: Annotated[int, Query(ge=0, le=400)] = 5,
    fell_since: Annotated[date | None, Query(description="Two weeks before the last day counted, if none.")] = None,
) -> StudentsNearTheLine:
    """Students enrolled now, from exact counts and the calendar's remaining days of instruction; no names.

    Days whose roll was not taken are in no rate, unless the district has set otherwise: they are shown, and may still
    move it.
    """
    check_window(begins_on, ends_before)
    check_window(begins_on, year_ends_before, "query/year_ends_before")
    async with library.view(reader, school_id) as view:
        last = counted_before(ends_before, view.today(school_id)) if school_id in view.schools else ends_before
        school = view.school(school_id)
        before = max(begins_on, last)
        window = window_values(school.facts, school.built, view.values, begins_on, before)
        everyone = _everyone(window.values, school, begins_on, before, year_ends_before, grade, Fraction(line))
    since = fell_since or last - RECENT
    rated = [one for one in everyone if one.attended + one.absent]
    near = [one for one in rated if one.absences_left is not None and one.absences_left <= absences_left_at_most]
    fallen = [one for one in rated if one.absences_left is None and one.fell_on is not None and one.fell_on >= since]
    safe = sum(one.absences_left is not None and one.absences_left > absences_left_at_most for one in rated)
    return StudentsNearTheLine(
        district_id=reader.district_id,
        school_id=school_id,
        line=str(Decimal(line)),
        begins_on=begins_on,
        counted_before=before,
        year_ends_before=year_ends_before,
        law_digest=view.law_digest,
        followed_through=view.followed_through,
        rows=tuple(sorted(near, key=lambda one: (one.absences_left, one.student_id)) + fallen),
        safe=safe,
        lost=len(rated) - len(near) - len(fallen) - safe,
        without_a_rate=len(everyone) - len(rated),
        not_taken=say_used([window]),
    )


def _everyone(
    values: CaseValues, school: SchoolSheets, first: date, last: date, end: date, grade: Grade | None, line: Fraction
) -> list[NearStudent]:
    """By student id. Her days are those on every track of the school; what remains is on her present one."""
    present: dict[str, SchoolEnrollment] = {
        enrollment.student_id: enrollment
        for enrollment in school.facts.enrollments  # by entry date: the last one stays
        if enrollment.entry_date < last and (enrollment.withdrawal_date is None or enrollment.withdrawal_date >= last)
    }
    return [
        _student(values, school, enrollment, first, last, end, line)
        for _, enrollment in sorted(present.items())
        if grade in (None, enrollment.grade)
    ]


def _student(
    values: CaseValues,
    school: SchoolSheets,
    enrollment: SchoolEnrollment,
    first: date,
    last: date,
    end: date,
    line: Fraction,
) -> NearStudent:
    place = school.facts.number_of[enrollment.student_id] - 1
    days = sorted(
        (on, int(case)) for sheets in school.built.values() for on, case in _days(sheets, first, last, place) if case
    )
    added = values.columns[[case for _, case in days]].reshape(-1, values.columns.shape[1])
    membership, absent, eligible, ineligible, not_taken = added.T
    attended = eligible + ineligible
    a_day = int(membership[-1]) if len(membership) else DAY
    withdrawn = min(enrollment.withdrawal_date or end, end)
    remaining = sum(last <= on < withdrawn for on in school.facts.days_taught.get(enrollment.track_id, ()))
    sums = int(attended.sum()), int(absent.sum())
    left = absences_left(line, *sums, remaining, a_day or DAY)
    fell = day_of_fall(line, attended, absent)
    return NearStudent(
        student_id=enrollment.student_id,
        grade=enrollment.grade,
        standing="at_the_line" if is_at(line, *sums) else "out_of_reach" if left is None else "within_reach",
        attended=sums[0],
        absent=sums[1],
        not_taken=int(not_taken.sum()),
        remaining_days=remaining,
        absences_left=left,
        fell_on=None if fell is None else days[fell][0],
    )


def _days(sheets: TrackSheets, first: date, last: date, place: int) -> list[tuple[date, np.uint16]]:
    window = sheets.between(first, last)
    return list(zip(sheets.days[window], sheets.cases[window, place], strict=True))
