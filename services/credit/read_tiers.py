"""One call for a district's dashboard: tiers, chronic absence, bands and truancy, by school and grade."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.attendance_tiers import Standing, count_standings, together
from services.credit.built_sheets import count_cases
from services.credit.day_count import in_days
from services.credit.not_taken import NOT_TAKEN
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.roster import Grade

router = APIRouter(tags=["attendance"])


class TierRow(Schema):
    """Students of one school and grade; of a whole school without `grade`, of the district without `school_id`.

    `standings`: in each way of judging, how many students stand where. "tier" and "chronic absence" are the country's
    (US-2 and US-1), "band" is LAUSD's, the others the state's own. California's truancy is by full days alone: a
    tardy of more than 30 minutes is judged pupil by pupil.
    """

    school_id: Id | None
    grade: Grade | None
    students: int
    not_taken_days: str
    standings: dict[str, dict[str, int]]


class NotCounted(Schema):
    """What a school's rows leave out: days that a problem stops, and student-days that cannot be ruled."""

    school_id: Id
    school_days_with_problems: int
    student_days_not_ruled: int


class AttendanceTiers(Schema):
    district_id: Id
    begins_on: date
    ends_before: date
    not_taken: dict[str, str]
    law_digest: str
    followed_through: dict[str, int]
    rows: tuple[TierRow, ...]
    not_counted: tuple[NotCounted, ...]


@router.get("/v1/attendance-tiers", responses=refusals(NoSuchWindow))
async def read_tiers(
    reader: Reader,
    library: Library,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> AttendanceTiers:
    """Every school that you may see, by grade and whole; and, when you may see all, the district."""
    check_window(begins_on, ends_before)
    async with library.view(reader) as view:
        by_school: dict[str, dict[Grade, Standing]] = {}
        for school_id, school in view.schools.items():
            before = counted_before(ends_before, view.today(school_id))
            by_school[school_id] = count_standings(
                school.facts, school.built, view.values, view.cases, view.lawbook, begins_on, before
            )
        return AttendanceTiers(
            district_id=reader.district_id,
            begins_on=begins_on,
            ends_before=ends_before,
            not_taken=dict(NOT_TAKEN),
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            rows=tuple(_rows(by_school, whole=reader.principal.schools is None)),
            not_counted=tuple(
                left_out
                for school_id, school in view.schools.items()
                for left_out in _not_counted(view, school_id, school, begins_on, ends_before)
            ),
        )


def _rows(by_school: dict[str, dict[Grade, Standing]], *, whole: bool) -> Iterator[TierRow]:
    of_grade: dict[Grade, list[Standing]] = {}
    for school_id, by_grade in by_school.items():
        for grade, standing in by_grade.items():
            of_grade.setdefault(grade, []).append(standing)
            yield _row(school_id, grade, standing)
        yield _row(school_id, None, together(by_grade.values()))
    if whole:
        for grade, standings in sorted(of_grade.items()):
            yield _row(None, grade, together(standings))
        yield _row(None, None, together(standing for standings in of_grade.values() for standing in standings))


def _row(school_id: str | None, grade: Grade | None, standing: Standing) -> TierRow:
    return TierRow(
        school_id=school_id,
        grade=grade,
        students=standing.students,
        not_taken_days=in_days(standing.not_taken),
        standings={way: dict(sorted(counts.items())) for way, counts in standing.by.items()},
    )


def _not_counted(view: View, school_id: str, school: SchoolSheets, first: date, before: date) -> Iterator[NotCounted]:
    problems, counts = 0, Counter[int]()
    for sheets in school.built.values():
        window = sheets.between(first, counted_before(before, view.today(school_id)))
        problems += sum(bool(said) for said in sheets.problems[window])
        counted = count_cases(sheets.cases[window], view.values)
        counts.update({case_no: int(counted[case_no]) for case_no in counted.nonzero()[0].tolist()})
    unruled = sum(days for case_no, days in counts.items() if view.cases[case_no].cannot_rule is not None)
    if problems or unruled:
        yield NotCounted(school_id=school_id, school_days_with_problems=problems, student_days_not_ruled=unruled)
