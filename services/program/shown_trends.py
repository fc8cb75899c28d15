"""Trends as they are shown: schools with their grades, and what small groups take out of sight with them. Pure."""

from collections.abc import Iterable, Mapping

from services.program.concealment import concealed, is_small
from shared.schema.base import Id, Schema
from shared.schema.roster import Grade
from shared.schema.trends import GradeTrend, Series

Pair = tuple[Series, Series]
"""By week and by weekday."""


class GradeShown(Schema):
    grade: Grade
    weeks: Series | None
    weekdays: Series | None


class SchoolTrend(Schema):
    """A school and its grades. None: not shown, because few students could be told apart by it."""

    school_id: Id
    name: str | None
    weeks: Series | None
    weekdays: Series | None
    grades: tuple[GradeShown, ...]


def conceal(rows: Iterable[GradeTrend], names: Mapping[str, str]) -> tuple[tuple[SchoolTrend, ...], Pair | None]:
    """Schools by id, and the district's total. A school that is not shown shows none of its grades."""
    grades = _by_school(rows)
    schools = {school_id: _total(of_school.values()) for school_id, of_school in grades.items()}
    if not schools:
        return (), None
    district = _total(schools.values())
    if is_small(_students(district)):
        hidden, shown_district = frozenset(schools), None
    else:
        hidden, shown_district = concealed({key: _students(pair) for key, pair in schools.items()}), district
    shown = []
    for school_id, pair in sorted(schools.items()):
        within = {grade: _students(one) for grade, one in grades[school_id].items()}
        hidden_grades = frozenset(within) if school_id in hidden else concealed(within)
        shown.append(_school(school_id, names, None if school_id in hidden else pair, grades[school_id], hidden_grades))
    return tuple(shown), shown_district


def uncovered(rows: Iterable[GradeTrend], names: Mapping[str, str]) -> tuple[SchoolTrend, ...]:
    """For the school itself: nothing is concealed."""
    return tuple(
        _school(school_id, names, _total(grades.values()), grades, frozenset())
        for school_id, grades in sorted(_by_school(rows).items())
    )


def _school(
    school_id: str, names: Mapping[str, str], pair: Pair | None, grades: Mapping[Grade, Pair], hidden: frozenset[Grade]
) -> SchoolTrend:
    return SchoolTrend(
        school_id=school_id,
        name=names.get(school_id),
        weeks=pair and pair[0],
        weekdays=pair and pair[1],
        grades=tuple(
            GradeShown(
                grade=grade,
                weeks=None if grade in hidden else weeks,
                weekdays=None if grade in hidden else weekdays,
            )
            for grade, (weeks, weekdays) in sorted(grades.items())
        ),
    )


def _by_school(rows: Iterable[GradeTrend]) -> dict[str, dict[Grade, Pair]]:
    found: dict[str, dict[Grade, Pair]] = {}
    for row in rows:
        found.setdefault(row.school_id, {})[row.grade] = row.weeks, row.weekdays
    return found


def _total(pairs: Iterable[Pair]) -> Pair:
    weeks, weekdays = zip(*pairs, strict=True)
    return Series.add(list(weeks)), Series.add(list(weekdays))


def _students(pair: Pair) -> tuple[int, ...]:
    return pair[0].students + pair[1].students
