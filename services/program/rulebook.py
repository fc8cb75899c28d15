"""The program's law as data: dated, cited, and refused for a program year that it does not cover. Pure.

A rule is a list of versions; a version states its whole content anew, with the citation it comes from.
"""

import hashlib
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Generic, Literal, Self, TypeVar

from pydantic import NonNegativeInt, PositiveInt, model_validator

from services.program.program_year import year_begins
from shared.schema.law import Dated, Law, Version
from shared.schema.roster import Grade

Level = Literal["elementary", "middle", "high", "span"]
Reading = Literal["points", "relative"]


V = TypeVar("V", bound=Version)


class Yearly(Dated[V], Generic[V]):
    """A rule whose version at the beginning of a program year governs the whole of it."""

    def of_year(self, program_year: int) -> V:
        """The version for a program year, named by the year in which it ends. Raises NoLawInForce."""
        return self.in_force(year_begins(program_year))


class Target(Law):
    target: str
    grades: tuple[Grade, ...]
    taught_at: tuple[Level, ...]


class TargetGrades(Version):
    targets: tuple[Target, ...]

    @model_validator(mode="after")
    def a_grade_has_one_target(self) -> Self:
        grades = [grade for target in self.targets for grade in target.grades]
        if len(grades) != len(set(grades)) or len({target.target for target in self.targets}) != len(self.targets):
            raise ValueError("targets are named once, and a grade belongs to one target")
        return self


class Line(Version):
    at_least_percent: PositiveInt

    def is_drawn_at(self, rate: str) -> bool:
        """Is a rate as credit writes it, such as 0.96, this line?"""
        return Fraction(rate) * 100 == self.at_least_percent

    @property
    def as_rate(self) -> str:
        """As credit reads it: 0.96."""
        return str(Decimal(self.at_least_percent) / 100)


class Scale(Law):
    lowest: PositiveInt
    highest: PositiveInt


class SelectionRule(Version):
    api_below: PositiveInt
    api_scale: Scale


class DaysRow(Law):
    students_at_least: NonNegativeInt
    days_a_week: PositiveInt


class CounselorDays(Version):
    days_in_a_week: PositiveInt
    rows: tuple[DaysRow, ...]

    @model_validator(mode="after")
    def rows_start_at_nobody_and_ascend(self) -> Self:
        starts = [row.students_at_least for row in self.rows]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("rows start at 0 students and ascend strictly")
        if any(row.days_a_week > self.days_in_a_week for row in self.rows):
            raise ValueError("no row gives more days than a week has")
        return self


class Increase(Version):
    at_least_percent: PositiveInt
    read_as: Reading


class ObjectiveRule(Law):
    """`measures` must each rise; `reviews_a_month` must each be held; the objective with neither is the increase."""

    objective: str
    text: str
    measures: tuple[str, ...] = ()
    reviews_a_month: NonNegativeInt = 0


class Objectives(Version):
    items: tuple[ObjectiveRule, ...]

    def named(self, objective: str) -> ObjectiveRule:
        return next(item for item in self.items if item.objective == objective)


class ProgramLaw(Law):
    target_grades: Yearly[TargetGrades]
    line: Yearly[Line]
    selection: Yearly[SelectionRule]
    counselor_days: Yearly[CounselorDays]
    increase: Yearly[Increase]
    objectives: Yearly[Objectives]
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the law file as it was read."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_law(text: str) -> ProgramLaw:
    """The law in a TOML text. Raises pydantic's ValidationError for a key or value it does not know."""
    return ProgramLaw.model_validate(tomllib.loads(text) | {"text": text})
