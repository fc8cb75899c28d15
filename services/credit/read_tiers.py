"""One call for a district: enrollment, rates, shares at the line, tiers, chronic absence, bands and truancy, by school
and grade, with TK and K together as the Attendance Improvement Program counts them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.attendance_tiers import NOT_MOVED, Reported, Standing, count_standings, together
from services.credit.averaging import as_percent
from services.credit.day_count import Exact, in_days
from services.credit.formulas.lausd import LausdLaw
from services.credit.minimum_time import readings
from services.credit.not_taken import NOT_TAKEN
from services.credit.sheet_library import Reader, SchoolSheets, View
from services.credit.truancy_on_record import OnRecord
from services.credit.truancy_tables import standing_truancy_acts
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from services.credit.window_values import WindowValues, say_used, window_values
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.not_taken import NotTakenUsed
from shared.schema.roster import Grade
from shared.schema.truancy import TruancyAct

router = APIRouter(tags=["attendance"])


class TierRow(Schema):
    """Students of one school and grade; of a whole school without `grade`, of the district without `school_id`.

    `grade` "TK/KG" is both together. `enrolled` on the last day counted. `rate` and `share` are percents with two
    decimals: of attended days among those attended and absent, and of students at `line` or higher among those with a
    rate; null where there are none. `standings`: in each way of judging, how many students stand where. "tier" and
    "chronic absence" are the country's (US-2 and US-1), "band" is LAUSD's, the others the state's own. California's
    truancy is by full days and the reports on record: a tardy of more than 30 minutes is judged pupil by pupil.
    """

    school_id: Id | None
    grade: str | None
    students: int
    enrolled: int
    attended_days: str
    absent_days: str
    not_taken_days: str
    rate: str | None
    at_or_above: int
    students_without_a_rate: int
    share: str | None
    standings: dict[str, dict[str, int]]


class NotCounted(Schema):
    """What a school's rows leave out: days that a problem stops, and student-days that cannot be ruled."""

    school_id: Id
    school_days_with_problems: int
    student_days_not_ruled: int


class AttendanceTiers(Schema):
    """`not_taken`: what is made of days whose roll nobody took, by default; `not_taken_used`: what was made of them
    here, by the setting in force on the first day; `not_moved_by_it`: the standings that no setting moves, and why."""

    district_id: Id
    begins_on: date
    ends_before: date
    line: str
    not_taken: dict[str, str]
    not_taken_used: tuple[NotTakenUsed, ...]
    not_moved_by_it: dict[str, str]
    readings: tuple[str, ...]
    law_digest: str
    followed_through: dict[str, int]
    rows: tuple[TierRow, ...]
    not_counted: tuple[NotCounted, ...]


@router.get("/v1/attendance-tiers", responses=refusals(NoSuchWindow) | UNLESS_UNCHANGED)
async def read_tiers(
    reader: Reader,
    library: UnlessUnchanged,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> AttendanceTiers:
    """Every school that you may see, by grade and whole; and, when you may see all, the district."""
    check_window(begins_on, ends_before)
    async with library.view(reader) as view:
        law: LausdLaw = view.lawbook["lausd"].law
        groups = law.target_grades.in_force(begins_on).groups
        by_school: dict[str, dict[Grade, Standing]] = {}
        windows: dict[str, WindowValues] = {}
        for school_id, school in view.schools.items():
            before = counted_before(ends_before, view.today(school_id))
            window = windows[school_id] = window_values(school.facts, school.built, view.values, begins_on, before)
            by_school[school_id] = count_standings(
                school.facts, school.built, window.values, view.cases, view.lawbook, begins_on, before,
                await _reported(view, school, begins_on, before), view.values,
            )  # fmt: skip
        return AttendanceTiers(
            district_id=reader.district_id,
            begins_on=begins_on,
            ends_before=ends_before,
            line=str(law.target_line.in_force(begins_on).rate),
            not_taken=dict(NOT_TAKEN),
            not_taken_used=say_used(windows.values()),
            not_moved_by_it=dict(NOT_MOVED),
            readings=tuple(
                dict.fromkeys(
                    said
                    for school in view.schools.values()
                    for said in readings(view.lawbook, school.facts.school.jurisdiction, begins_on, ends_before)
                )
            ),
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            rows=tuple(_rows(by_school, groups, whole=reader.principal.schools is None)),
            not_counted=tuple(
                left_out
                for school_id, school in view.schools.items()
                for left_out in _not_counted(view, school_id, school, windows[school_id], begins_on, ends_before)
            ),
        )


async def _reported(view: View, school: SchoolSheets, first: date, before: date) -> Reported:
    """California's reports of truancy on record in the window, by student."""
    if school.facts.school.jurisdiction != "california":
        return {}
    school_id, last = school.facts.school.school_id, before - timedelta(days=1)
    acts: dict[str, list[TruancyAct]] = {}
    for act in await standing_truancy_acts(view.connection, view.asking.district_id, school_id, first, last):
        acts.setdefault(act.student_id, []).append(act)
    done = {student_id: OnRecord.of(of_student) for student_id, of_student in acts.items()}
    return {student_id: (one.reports, one.conference_effort_on is not None) for student_id, one in done.items()}


def _rows(
    by_school: dict[str, dict[Grade, Standing]], groups: Iterable[tuple[Grade, ...]], *, whole: bool
) -> Iterator[TierRow]:
    of_grade: dict[Grade, list[Standing]] = {}
    for school_id, by_grade in by_school.items():
        for grade, standing in by_grade.items():
            of_grade.setdefault(grade, []).append(standing)
        yield from _rows_of(school_id, by_grade, groups)
    if whole:
        yield from _rows_of(None, {grade: together(of_grade[grade]) for grade in sorted(of_grade)}, groups)


def _rows_of(
    school_id: str | None, by_grade: Mapping[Grade, Standing], groups: Iterable[tuple[Grade, ...]]
) -> Iterator[TierRow]:
    """Each grade, each group of several grades that are one target grade, and the whole."""
    for grade, standing in by_grade.items():
        yield _row(school_id, grade, standing)
    for group in groups:
        standings = [by_grade[grade] for grade in group if grade in by_grade]
        if len(group) > 1 and standings:
            yield _row(school_id, "/".join(group), together(standings))
    yield _row(school_id, None, together(by_grade.values()))


def _row(school_id: str | None, grade: str | None, standing: Standing) -> TierRow:
    rated = standing.students - standing.without_a_rate
    return TierRow(
        school_id=school_id,
        grade=grade,
        students=standing.students,
        enrolled=standing.enrolled,
        attended_days=in_days(standing.attended),
        absent_days=in_days(standing.absent),
        not_taken_days=in_days(standing.not_taken),
        rate=_percent(standing.attended, standing.attended + standing.absent),
        at_or_above=standing.at_or_above,
        students_without_a_rate=standing.without_a_rate,
        share=_percent(standing.at_or_above, rated),
        standings={way: dict(sorted(counts.items())) for way, counts in standing.by.items()},
    )


def _percent(part: Exact, whole: Exact) -> str | None:
    return str(as_percent(Fraction(part) / whole)) if whole else None


def _not_counted(
    view: View, school_id: str, school: SchoolSheets, window: WindowValues, first: date, before: date
) -> Iterator[NotCounted]:
    before = counted_before(before, view.today(school_id))
    problems = sum(bool(said) for s in school.built.values() for said in s.problems[s.between(first, before)])
    met = window.counts.nonzero()[0].tolist()
    unruled = sum(int(window.counts[case_no]) for case_no in met if view.cases[case_no].cannot_rule is not None)
    if problems or unruled:
        yield NotCounted(school_id=school_id, school_days_with_problems=problems, student_days_not_ruled=unruled)
