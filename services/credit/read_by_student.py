"""A school's students, each with her days in up to a hundred windows: what an intervention is measured by."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from services.credit.built_sheets import CaseValues, Sixths, sum_by_student
from services.credit.own_schools import OfOwnSchool
from services.credit.sheet_library import NoSuchSchool, SchoolSheets
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from services.credit.window_values import WindowValues, say_used, window_values
from services.credit.windows import NoSuchWindow, check_window, counted_before, last_grades
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.trends import AttendanceByStudent, StudentWindows

router = APIRouter(tags=["attendance"])
MOST_WINDOWS = 100
Window = tuple[date, date]


@router.get("/v1/attendance-by-student", responses=refusals(NoSuchWindow, NoSuchSchool) | UNLESS_UNCHANGED)
async def read_by_student(
    school_id: Annotated[Id, Query()],
    reader: OfOwnSchool,
    library: UnlessUnchanged,
    windows: Annotated[
        str,
        Query(
            max_length=MOST_WINDOWS * 22,
            description="First day, then first day not counted: 2026-01-05/2026-02-02,2026-02-02/2026-03-02",
        ),
    ],
) -> AttendanceByStudent:
    """Sixths of days, student by student; no names. Days to come are never counted."""
    spans = _spans(windows)
    async with library.view(reader, school_id) as view:
        school = view.school(school_id)
        last = counted_before(date.max.replace(year=9998), view.today(school_id))
        counted = [
            window_values(school.facts, school.built, view.values, first, max(first, min(end, last)))
            for first, end in spans
        ]
        return AttendanceByStudent(
            district_id=reader.district_id,
            school_id=school_id,
            windows=spans,
            counted_before=last,
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            rows=tuple(_rows(school, counted, spans, last)),
            not_taken=say_used(counted),
        )


def _spans(text: str) -> tuple[Window, ...]:
    spans: list[Window] = []
    for one in text.split(","):
        try:
            first, last = (date.fromisoformat(day) for day in one.split("/"))
        except ValueError:
            raise NoSuchWindow("Name windows as 2026-01-05/2026-02-02, with commas between.", "query/windows") from None
        check_window(first, last, "query/windows")
        spans.append((first, last))
    if len(spans) > MOST_WINDOWS:
        raise NoSuchWindow(f"Name at most {MOST_WINDOWS} windows.", "query/windows")
    return tuple(spans)


def _rows(
    school: SchoolSheets, windows: Sequence[WindowValues], spans: tuple[Window, ...], last: date
) -> list[StudentWindows]:
    counts = np.stack(
        [
            _sums(window.values, school, first, max(first, min(end, last)))
            for window, (first, end) in zip(windows, spans, strict=True)
        ]
    )
    grades = last_grades(school.facts.enrollments, min(first for first, _ in spans), max(end for _, end in spans))
    rows = []
    for student_id, grade in sorted(grades.items()):
        membership, absent, eligible, ineligible, not_taken = counts[:, school.facts.number_of[student_id] - 1].T
        if membership.any():
            rows.append(
                StudentWindows(
                    student_id=student_id,
                    grade=grade,
                    attended=tuple((eligible + ineligible).tolist()),
                    absent=tuple(absent.tolist()),
                    not_taken=tuple(not_taken.tolist()),
                )
            )
    return rows


def _sums(values: CaseValues, school: SchoolSheets, first: date, last: date) -> Sixths:
    sums: Sixths = np.zeros((len(school.facts.students), values.columns.shape[1]), dtype=np.int64)
    for sheets in school.built.values():
        sums += sum_by_student(sheets.cases[sheets.between(first, last)], values)
    return sums
