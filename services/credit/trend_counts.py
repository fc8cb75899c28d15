"""A school's student-days by grade, week and weekday: counted, never averaged. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from services.credit.built_sheets import Built, CaseValues
from services.credit.school_facts import SchoolFacts
from shared.schema.roster import Grade
from shared.schema.trends import GradeTrend, Series

Ints = NDArray[np.int64]
WEEKDAYS = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Kinds:
    """The few distinct things that a case can add, as [kinds, (students, attended, absent, not taken)], and which."""

    of_case: Ints
    adds: Ints

    @classmethod
    def of(cls, values: CaseValues) -> "Kinds":
        membership, absent, eligible, ineligible, not_taken = values.columns.T
        columns = np.stack([membership > 0, eligible + ineligible, absent, not_taken], axis=1).astype(np.int64)
        adds, of_case = np.unique(columns, axis=0, return_inverse=True)
        return cls(of_case.reshape(-1).astype(np.int64), adds)


def mondays(first: date, last: date) -> tuple[date, ...]:
    """The Monday of each week that has a day from `first` until before `last`."""
    monday = first - timedelta(days=first.weekday())
    return tuple(monday + timedelta(weeks=week) for week in range(((last - monday).days + 6) // 7))


def count_trends(
    facts: SchoolFacts, built: Built, kinds: Kinds, first: date, last: date, weeks: Sequence[date]
) -> Iterator[GradeTrend]:
    """Each grade with a student-day in the window. A day counts in the grade that the student was in on that day."""
    grades: list[Grade] = sorted({enrollment.grade for enrollment in facts.enrollments})
    number = {grade: index for index, grade in enumerate(grades)}
    grade_of = np.array([number[enrollment.grade] for enrollment in facts.enrollments], dtype=np.int64)
    students = len(facts.students)
    spans = {"weeks": len(weeks), "weekdays": len(WEEKDAYS)}
    sums = {name: np.zeros((span, len(grades), 3), dtype=np.int64) for name, span in spans.items()}
    seen = {name: np.zeros((span, len(grades), students), dtype=np.bool_) for name, span in spans.items()}
    for sheets in built.values():
        window = sheets.between(first, last)
        days = sheets.days[window]
        if not days:
            continue
        kind = kinds.of_case[sheets.cases[window].astype(np.int64)]
        enrollment = facts.members(days)[:, 1:]
        rows, places = np.nonzero((kinds.adds[kind, 0] > 0) & (enrollment >= 0))
        of_day = {
            "weeks": np.array([(on - weeks[0]).days // 7 for on in days], dtype=np.int64),
            "weekdays": np.array([on.weekday() for on in days], dtype=np.int64),
        }
        grade, kind_here = grade_of[enrollment[rows, places]], kind[rows, places]
        for name, span in spans.items():
            bucket = of_day[name][rows]
            seen[name][bucket, grade, places] = True
            keys = (bucket * len(grades) + grade) * len(kinds.adds) + kind_here
            counts = np.bincount(keys, minlength=span * len(grades) * len(kinds.adds))
            sums[name] += counts.reshape(span, len(grades), len(kinds.adds)) @ kinds.adds[:, 1:]
    for grade_name, index in number.items():
        if seen["weeks"][:, index].any():
            yield GradeTrend(
                school_id=facts.school.school_id,
                grade=grade_name,
                weeks=_series(seen["weeks"][:, index], sums["weeks"][:, index]),
                weekdays=_series(seen["weekdays"][:, index], sums["weekdays"][:, index]),
            )


def _series(seen: NDArray[np.bool_], sums: Ints) -> Series:
    attended, absent, not_taken = (tuple(column) for column in sums.T.tolist())
    return Series(students=tuple(seen.sum(axis=1).tolist()), attended=attended, absent=absent, not_taken=not_taken)
