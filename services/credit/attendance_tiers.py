"""How many students of a school and grade stand where: tiers, chronic absence, bands, truancy. Pure.

Students whose days come to the same stand the same: each distinct count of days is judged once. Who is served in
blocks, whose days are no whole sixths, is judged by herself, exactly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.built_sheets import Built, CaseValues, Sixths, as_count, beyond_by_student, sum_by_student
from services.credit.cases import COLUMNS, LawCase
from services.credit.day_count import DAY, DayCount, Exact
from services.credit.formulas import california_year, illinois_claim, lausd, national, new_york_year
from services.credit.lawbook import LawFile
from services.credit.school_facts import SchoolFacts
from services.credit.windows import last_grades
from shared.schema.roster import Grade
from shared.schema.ruling import Ruling

NOT_COMPUTABLE = "not computable"
NOT_AN_ABSENCE = (
    "a day whose roll nobody took is no absence without a valid excuse, whatever the district's reports make of it"
)
NOT_MOVED = {
    "truancy": NOT_AN_ABSENCE,
    "truancy by full days and reports": NOT_AN_ABSENCE,
    "state chronic absence in New York": "the state's own report counts attendance that is missing as absent (NY-12)",
}
"""What the district's setting for days not taken does not move, and why."""
NOTHING = DayCount(), DayCount()
MOST_REPORTS = 1_000
"""More reports of one student are told as so many: the law asks for three."""


class DaysOfStudent(NamedTuple):
    """What a window comes to for one student, and on how many school days she was enrolled.

    `recent`: of its last 180 school days alone, where the state asks for these. `reports` of truancy on record, and
    whether an effort to confer was made after the first. `seen`: the days as they were seen, where the district's
    setting reads those not taken otherwise.
    """

    total: DayCount
    school_days: int
    recent: "DaysOfStudent | None" = None
    reports: int = 0
    conference_attempted: bool = False
    seen: DayCount | None = None

    @property
    def as_seen(self) -> DayCount:
        return self.seen or self.total


Reported = Mapping[str, tuple[int, bool]]
"""By student: reports of truancy on record, and whether an effort to confer was made after the first."""


@dataclass
class Standing:
    """Students by where they stand, in each of the ways that their state and the country ask; days in sixths.

    `enrolled` on the last day counted; `at_or_above` the line of LAUSD, of those who have a rate at all.
    """

    students: int = 0
    enrolled: int = 0
    attended: Exact = 0
    absent: Exact = 0
    not_taken: Exact = 0
    at_or_above: int = 0
    without_a_rate: int = 0
    by: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, other: "Standing") -> None:
        for name in COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for way, counts in other.by.items():
            self.by.setdefault(way, Counter()).update(counts)


COUNTED = ("students", "enrolled", "attended", "absent", "not_taken", "at_or_above", "without_a_rate")


def judge(days: DaysOfStudent, jurisdiction: str, lawbook: Mapping[str, LawFile], on: date) -> dict[str, Ruling[Any]]:
    """Every way of judging that holds in the student's state, by name, under the law in force on a day.

    Truancy, and New York's report (rule NY-12), are judged by the days as they were seen: see NOT_MOVED.
    """
    country, lausd_law = lawbook["national"].law, lawbook["lausd"].law
    ways: dict[str, Ruling[Any]] = {
        "tier": national.tier(days.total, country.tiers.in_force(on)),
        "chronic absence": national.chronically_absent(days.total, country.chronic_absence.in_force(on)),
        "band": lausd.band(days.total, lausd_law.bands.in_force(on)),
    }
    match jurisdiction:
        case "california":
            year: california_year.CaliforniaYearLaw = lawbook["california_year"].law
            record = california_year.TruancyRecord(
                days.total.unexcused // DAY, (), days.school_days, days.reports, days.conference_attempted
            )
            ways["state chronic absence"] = california_year.chronic_absentee(
                days.total, year.chronic_absentee.in_force(on)
            )
            ways["truancy by full days and reports"] = california_year.truancy(record, year.truancy.in_force(on))
        case "illinois":
            rule = lawbook["illinois_claim"].law.truancy.in_force(on)
            ways["state chronic absence"] = illinois_claim.chronically_absent(days.total.absent, _known(days), rule)
            last = days.recent or days
            ways["truancy"] = illinois_claim.truancy(last.total.unexcused, _known(last), rule)
        case "new_york":
            group = lawbook["new_york_year"].law.chronic_absence.in_force(on)
            ways["state chronic absence"] = new_york_year.report_group(days.as_seen, group)
    return ways


def _known(days: DaysOfStudent) -> int:
    return days.school_days - int(-(-days.as_seen.not_taken // DAY))


def count_standings(
    facts: SchoolFacts,
    built: Built,
    values: CaseValues,
    cases: Mapping[int, LawCase],
    lawbook: Mapping[str, LawFile],
    first: date,
    before: date,
    reported: Reported | None = None,
    seen: CaseValues | None = None,
) -> dict[Grade, Standing]:
    """By the grade of a student's last enrollment in the window. Who is a member on no day of it is in none.

    `seen`: what days add as they were seen, where `values` are as the district's setting reads days not taken.
    """
    everyone = len(facts.students)
    sums = _sums(everyone, built, values, cases, first, before, seen)
    recent, since = np.zeros((everyone, 0), dtype=np.int64), first
    if facts.school.jurisdiction == "illinois":
        days = lawbook["illinois_claim"].law.truancy.in_force(first).days
        since = _last_days(built, first, before, days)
        recent = _sums(everyone, built, values, cases, since, before, seen)
    told = np.zeros((everyone, 3), dtype=np.int64)
    told[:, 0] = _enrolled(facts, built, first, before)
    for student_id, (reports, attempted) in (reported or {}).items():
        told[facts.number_of[student_id] - 1, 1:] = min(reports, MOST_REPORTS), attempted
    grades = last_grades(facts.enrollments, first, before)
    numbered = {grade: number for number, grade in enumerate(sorted(set(grades.values())))}
    grade = np.full(len(facts.students), -1)
    for student_id, of_student in grades.items():
        grade[facts.number_of[student_id] - 1] = numbered[of_student]
    in_blocks = _beyond(built, values, cases, first, before, seen)
    rows, here = np.column_stack((grade, told, sums, recent)), (grade >= 0) & (sums[:, 0] > 0)
    alone = [place for place in in_blocks if grade[place] >= 0]
    here[alone] = False
    distinct, students = np.unique(rows[here], axis=0, return_counts=True)
    names = list(numbered)
    standings: dict[Grade, Standing] = {}
    lately = _beyond(built, values, cases, since, before, seen)
    exactly = [(rows[place], 1, (in_blocks[place], lately.get(place, NOTHING))) for place in alone]
    whole = [(row, number, None) for row, number in zip(distinct, students.tolist(), strict=True)]
    for row, number, beyond in (*whole, *exactly):
        enrolled, reports, attempted = row[1:4].tolist()
        student = _days(row[4 : 4 + sums.shape[1]])._replace(
            recent=_days(row[4 + sums.shape[1] :]) if recent.shape[1] else None,
            reports=reports, conference_attempted=bool(attempted),
        )  # fmt: skip
        if beyond is not None:
            recently = student.recent and _with(student.recent, beyond[1])
            student = _with(student, beyond[0])._replace(recent=recently)
        standing = standings.setdefault(names[row[0]], Standing())
        standing.add(_standing(student, number, enrolled, facts.school.jurisdiction, lawbook, first))
    return standings


def _standing(
    student: DaysOfStudent, number: int, enrolled: int, jurisdiction: str, lawbook: Mapping[str, LawFile], on: date
) -> Standing:
    """So many students who all stand where this one does."""
    days = student.total
    at_line = lausd.is_at_line(days, lawbook["lausd"].law.target_line.in_force(on))
    return Standing(
        number, number * enrolled, number * (days.eligible + days.ineligible), number * days.absent,
        number * days.not_taken, number * (at_line is True), number * (at_line is None),
        {
            way: Counter({_name(ruling.value): number})
            for way, ruling in judge(student, jurisdiction, lawbook, on).items()
        },
    )  # fmt: skip


def _beyond(
    built: Built, values: CaseValues, cases: Mapping[int, LawCase], first: date, before: date,
    seen: CaseValues | None = None,
) -> dict[int, tuple[DayCount, DayCount]]:  # fmt: skip
    """By student's place, what is beyond whole sixths in `_sums`: as set, and as seen."""

    def of(some: CaseValues) -> dict[int, DayCount]:
        exact = {number: cases[number].count.unexcused % 1 for number in some.beyond}
        parts = {
            number: replace(part, unexcused=min(exact[number], part.absent)) for number, part in some.beyond.items()
        }
        return beyond_by_student(built, replace(some, beyond=parts), first, before)

    as_set = of(values)
    as_seen = as_set if seen is None else of(seen)
    return {place: (count, as_seen.get(place, DayCount())) for place, count in as_set.items()}


def _with(days: DaysOfStudent, beyond: tuple[DayCount, DayCount]) -> DaysOfStudent:
    return days._replace(total=days.total + beyond[0], seen=days.as_seen + beyond[1])


def _last_days(built: Built, first: date, before: date, days: int) -> date:
    """The first of the last so many school days of the window."""
    taught = sorted({on for sheets in built.values() for on in sheets.days if first <= on < before})
    return taught[-days] if len(taught) > days else first


def _enrolled(facts: SchoolFacts, built: Built, first: date, before: date) -> NDArray[np.bool_]:
    """Who is enrolled on the last day of the window that was taught."""
    taught = [on for sheets in built.values() for on in sheets.days if first <= on < before]
    if not taught:
        return np.zeros(len(facts.students), dtype=np.bool_)
    return facts.members([max(taught)])[0, 1:] >= 0


def _sums(
    students: int,
    built: Built,
    values: CaseValues,
    cases: Mapping[int, LawCase],
    first: date,
    before: date,
    seen: CaseValues | None = None,
) -> Sixths:
    """[students, 2 columns + 2]: each student's sums, those as they were seen, unexcused sixths and school days."""
    unexcused = np.zeros(max(cases, default=0) + 1, dtype=np.int64)
    enrolled = values.columns[:, 0] > 0
    for case_no, case in cases.items():
        unexcused[case_no] = case.count.unexcused
    width = len(COLUMNS)
    sums = np.zeros((students, 2 * width + 2), dtype=np.int64)
    for sheets in built.values():
        window = sheets.cases[sheets.between(first, before)]
        of_window = sum_by_student(window, values)
        sums[:, :width] += of_window
        sums[:, width : 2 * width] += of_window if seen is None else sum_by_student(window, seen)
        sums[:, -2] += unexcused[window].sum(axis=0)
        sums[:, -1] += enrolled[window].sum(axis=0)
    return sums


def days_of_student(
    alone: Built, values: CaseValues, cases: Mapping[int, LawCase], first: date, last: date
) -> DaysOfStudent:
    """What the days through `last` come to, in sheets of one student alone."""
    before = last + timedelta(days=1)
    beyond = _beyond(alone, values, cases, first, before).get(0, NOTHING)
    return _with(_days(_sums(1, alone, values, cases, first, before)[0]), beyond)


def _days(row: Sixths) -> DaysOfStudent:
    *_, unexcused, school_days = row.tolist()
    total, seen = (
        replace(as_count(columns), unexcused=unexcused) for columns in (row[: len(COLUMNS)], row[len(COLUMNS) : -2])
    )
    return DaysOfStudent(total, school_days, seen=seen)


def _name(value: object) -> str:
    if value is None:
        return NOT_COMPUTABLE
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def together(standings: Iterable[Standing]) -> Standing:
    whole = Standing()
    for standing in standings:
        whole.add(standing)
    return whole
