"""How many students of a school and grade stand where: tiers, chronic absence, bands, truancy. Pure.

Students whose days come to the same stand the same: each distinct count of days is judged once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from services.credit.built_sheets import Built, CaseValues, Sixths, as_count, sum_by_student
from services.credit.cases import LawCase
from services.credit.day_count import DAY, DayCount
from services.credit.formulas import california_year, illinois_claim, lausd, national, new_york_year
from services.credit.lawbook import LawFile
from services.credit.school_facts import SchoolFacts
from services.credit.windows import last_grades
from shared.schema.roster import Grade
from shared.schema.ruling import Ruling

NOT_COMPUTABLE = "not computable"


class DaysOfStudent(NamedTuple):
    """What a window comes to for one student, and on how many school days she was enrolled."""

    total: DayCount
    school_days: int


@dataclass
class Standing:
    """Students by where they stand, in each of the ways that their state and the country ask; days in sixths."""

    students: int = 0
    not_taken: int = 0
    by: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, other: "Standing") -> None:
        self.students += other.students
        self.not_taken += other.not_taken
        for way, counts in other.by.items():
            self.by.setdefault(way, Counter()).update(counts)


def judge(days: DaysOfStudent, jurisdiction: str, lawbook: Mapping[str, LawFile], on: date) -> dict[str, Ruling[Any]]:
    """Every way of judging that holds in the student's state, by name, under the law in force on a day."""
    country, lausd_law = lawbook["national"].law, lawbook["lausd"].law
    ways: dict[str, Ruling[Any]] = {
        "tier": national.tier(days.total, country.tiers.in_force(on)),
        "chronic absence": national.chronically_absent(days.total, country.chronic_absence.in_force(on)),
        "band": lausd.band(days.total, lausd_law.bands.in_force(on)),
    }
    match jurisdiction:
        case "california":
            year: california_year.CaliforniaYearLaw = lawbook["california_year"].law
            record = california_year.TruancyRecord(days.total.unexcused // DAY, (), days.school_days)
            ways["state chronic absence"] = california_year.chronic_absentee(
                days.total, year.chronic_absentee.in_force(on)
            )
            ways["truancy by full days alone"] = california_year.truancy(record, year.truancy.in_force(on))
        case "illinois":
            rule = lawbook["illinois_claim"].law.truancy.in_force(on)
            known = days.school_days - -(-days.total.not_taken // DAY)
            ways["state chronic absence"] = illinois_claim.chronically_absent(days.total.absent, known, rule)
            ways["truancy"] = illinois_claim.truancy(days.total.unexcused, known, rule)
        case "new_york":
            group = lawbook["new_york_year"].law.chronic_absence.in_force(on)
            ways["state chronic absence"] = new_york_year.report_group(days.total, group)
    return ways


def count_standings(
    facts: SchoolFacts,
    built: Built,
    values: CaseValues,
    cases: Mapping[int, LawCase],
    lawbook: Mapping[str, LawFile],
    first: date,
    before: date,
) -> dict[Grade, Standing]:
    """By the grade of a student's last enrollment in the window. Who is a member on no day of it is in none."""
    sums = _sums(len(facts.students), built, values, cases, first, before)
    grades = last_grades(facts.enrollments, first, before)
    numbered = {grade: number for number, grade in enumerate(sorted(set(grades.values())))}
    grade = np.full(len(facts.students), -1)
    for student_id, of_student in grades.items():
        grade[facts.number_of[student_id] - 1] = numbered[of_student]
    here = (grade >= 0) & (sums[:, 0] > 0)
    distinct, students = np.unique(np.column_stack((grade, sums))[here], axis=0, return_counts=True)
    names = list(numbered)
    standings: dict[Grade, Standing] = {}
    for row, number in zip(distinct, students.tolist(), strict=True):
        days = _days(row[1:])
        said = {
            way: Counter({_name(ruling.value): number})
            for way, ruling in judge(days, facts.school.jurisdiction, lawbook, first).items()
        }
        standing = standings.setdefault(names[row[0]], Standing())
        standing.add(Standing(number, number * days.total.not_taken, said))
    return standings


def _sums(
    students: int, built: Built, values: CaseValues, cases: Mapping[int, LawCase], first: date, before: date
) -> Sixths:
    """[students, columns + 2]: the sums of each student, then unexcused sixths and school days."""
    unexcused = np.zeros(len(values.columns), dtype=np.int64)
    enrolled = values.columns[:, 0] > 0
    for case_no, case in cases.items():
        unexcused[case_no] = case.count.unexcused
    width = values.columns.shape[1]
    sums = np.zeros((students, width + 2), dtype=np.int64)
    for sheets in built.values():
        window = sheets.cases[sheets.between(first, before)]
        sums[:, :width] += sum_by_student(window, values)
        sums[:, width] += unexcused[window].sum(axis=0)
        sums[:, width + 1] += enrolled[window].sum(axis=0)
    return sums


def days_of_student(
    alone: Built, values: CaseValues, cases: Mapping[int, LawCase], first: date, last: date
) -> DaysOfStudent:
    """What the days through `last` come to, in sheets of one student alone."""
    return _days(_sums(1, alone, values, cases, first, last + timedelta(days=1))[0])


def _days(row: Sixths) -> DaysOfStudent:
    *_, unexcused, school_days = row.tolist()
    count = as_count(row[:-2])
    whole = DayCount(count.membership, count.absent, count.eligible, count.ineligible, count.not_taken, unexcused)
    return DaysOfStudent(whole, school_days)


def _name(value: object) -> str:
    if value is None:
        return NOT_COMPUTABLE
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def together(standings: Iterable[Standing]) -> Standing:
    whole = Standing()
    for standing in standings:
        whole.add(standing)
    return whole
