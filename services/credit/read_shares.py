"""Shares of students who attend at the line (96 %: rule LA-6) or higher, by school and grade."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from services.credit.behind import behind
from services.credit.built_sheets import Sixths, as_count, beyond_by_student, sum_by_student
from services.credit.count_period import unruled
from services.credit.day_count import DayCount, in_days
from services.credit.formulas.lausd import TargetLine, share_at_line
from services.credit.sheet_library import Reader, SchoolSheets, View
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from services.credit.window_values import WindowValues, say_used, window_values
from services.credit.windows import NoSuchWindow, check_window, counted_before, last_grades
from shared.plumbing.problems import refusals
from shared.schema.credit import AttendanceShares, GradeShare
from shared.schema.roster import Grade

router = APIRouter(tags=["attendance"])


@router.get("/v1/attendance-shares", responses=refusals(NoSuchWindow) | UNLESS_UNCHANGED)
async def read_shares(
    reader: Reader,
    library: UnlessUnchanged,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> AttendanceShares:
    """Students by school and grade (her last one in the window), and how many attend at the line or higher.

    A student's rate is days attended over days of membership whose roll was taken, or that count as absent or present
    by the district's setting. Who has no such day has no rate: she is counted among the students, and beside them in
    `students_without_a_rate`.
    """
    check_window(begins_on, ends_before)
    async with library.view(reader) as view:
        rule: TargetLine = view.lawbook["lausd"].law.target_line.in_force(begins_on)
        windows = {name: _window(view, school, begins_on, ends_before) for name, school in view.schools.items()}
        rows = [
            row
            for name, school in view.schools.items()
            for row in _shares_of_school(view, school, windows[name], begins_on, ends_before, rule)
        ]
        return AttendanceShares(
            district_id=reader.district_id,
            begins_on=begins_on,
            ends_before=ends_before,
            line=str(Decimal(rule.rate.percent.numerator) / (100 * rule.rate.percent.denominator)),
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            behind=await behind(view),
            not_counted={
                school_id: why
                for school_id, school in view.schools.items()
                if (why := _why_not_counted(view, school, windows[school_id], begins_on, ends_before))
            },
            not_taken=say_used(windows.values()),
            rows=tuple(rows),
        )


def _window(view: View, school: SchoolSheets, first: date, last: date) -> WindowValues:
    before = counted_before(last, view.today(school.facts.school.school_id))
    return window_values(school.facts, school.built, view.values, first, before)


def _why_not_counted(view: View, school: SchoolSheets, window: WindowValues, first: date, last: date) -> str:
    last = counted_before(last, view.today(school.facts.school.school_id))
    problems = unruled(window.counts, view.cases)
    for sheets in school.built.values():
        days = sheets.between(first, last)
        for on, said in zip(sheets.days[days], sheets.problems[days], strict=True):
            problems |= {f"{on}: {problem}" for problem in said}
    return "; ".join(sorted(problems)[:20])


def _shares_of_school(
    view: View, school: SchoolSheets, window: WindowValues, first: date, last: date, rule: TargetLine
) -> list[GradeShare]:
    school_id = school.facts.school.school_id
    last = counted_before(last, view.today(school_id))
    days_of_student: Sixths = np.zeros((len(school.facts.students), window.values.columns.shape[1]), dtype=np.int64)
    for sheets in school.built.values():
        days_of_student += sum_by_student(sheets.cases[sheets.between(first, last)], window.values)

    beyond = beyond_by_student(school.built, window.values, first, last)
    by_grade: dict[Grade, list[DayCount]] = {}
    for student_id, grade in last_grades(school.facts.enrollments, first, last).items():
        place = school.facts.number_of[student_id] - 1
        days = as_count(days_of_student[place]) + beyond.get(place, DayCount())
        if days.membership > 0:
            by_grade.setdefault(grade, []).append(days)
    shares = {grade: share_at_line(counts, rule) for grade, counts in by_grade.items()}
    return [
        GradeShare(
            school_id=school_id,
            grade=grade,
            students=len(by_grade[grade]),
            at_or_above=share.at_or_above,
            students_without_a_rate=share.without_a_rate,
            not_taken_days=in_days(sum(count.not_taken for count in by_grade[grade])),
        )
        for grade, share in sorted(shares.items())
    ]
