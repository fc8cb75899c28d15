"""Trends as they are shown: schools with their grades, and what small groups take out of sight with them. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from services.program.concealment import Buckets, concealed, is_small
from services.program.rulebook import Target
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


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is not shown: the district's total, schools with all their grades, and grades."""

    district: bool = False
    schools: frozenset[str] = frozenset()
    grades: frozenset[tuple[str, Grade]] = frozenset()

    def __or__(self, other: "Hidden") -> "Hidden":
        return Hidden(self.district or other.district, self.schools | other.schools, self.grades | other.grades)


def hide(rows: Iterable[GradeTrend], targets: Collection[Target]) -> Hidden:
    """What must not be shown of these trends. A school that is not shown shows none of its grades."""
    grades = {
        school_id: {grade: _students(pair) for grade, pair in within.items()}
        for school_id, within in _by_school(rows).items()
    }
    schools = {school_id: _sum(within.values()) for school_id, within in grades.items()}
    small = bool(schools) and is_small(_sum(schools.values()))
    hidden = frozenset(schools) if small else concealed(schools)
    return Hidden(
        small,
        hidden,
        frozenset(
            (school_id, grade)
            for school_id, within in grades.items()
            for grade in (within if school_id in hidden else hidden_grades(within, targets))
        ),
    )


def hidden_grades(within: Mapping[Grade, Buckets], targets: Collection[Target]) -> frozenset[Grade]:
    """Of one school. Grades of one target stand together, as selections and objectives count them."""
    groups: dict[str, dict[Grade, Buckets]] = defaultdict(dict)
    for grade, students in within.items():
        groups[next((one.target for one in targets if grade in one.grades), grade)][grade] = students
    hidden = concealed({name: _sum(grades.values()) for name, grades in groups.items()})
    return frozenset(
        grade for name, grades in groups.items() for grade in (grades if name in hidden else concealed(grades))
    )


def conceal(
    rows: Iterable[GradeTrend], names: Mapping[str, str], hidden: Hidden
) -> tuple[tuple[SchoolTrend, ...], Pair | None]:
    """Schools by id, and the district's total, less what is hidden."""
    grades = _by_school(rows)
    schools = {school_id: _total(of_school.values()) for school_id, of_school in grades.items()}
    shown = tuple(
        _school(
            school_id,
            names,
            None if school_id in hidden.schools else pair,
            grades[school_id],
            frozenset(grade for grade in grades[school_id] if (school_id, grade) in hidden.grades),
        )
        for school_id, pair in sorted(schools.items())
    )
    return shown, _total(schools.values()) if schools and not hidden.district else None


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


def _sum(buckets: Iterable[Buckets]) -> Buckets:
    return tuple(map(sum, zip(*buckets, strict=True)))
