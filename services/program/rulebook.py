"""The program's law as data: dated, cited, and refused for a program year that it does not cover. Pure.

A rule is a list of versions; a version states its whole content anew, with the citation it comes from.
"""

import hashlib
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, RootModel, model_validator

from services.program.program_year import year_begins
from shared.schema.roster import Grade
from shared.schema.ruling import Citation

Level = Literal["elementary", "middle", "high", "span"]
Reading = Literal["points", "relative"]


class NoLawInForce(LookupError):
    """The rulebook has no version of a rule for this program year, and we do not guess."""


class Law(BaseModel):
    """Anything read from a law file: immutable, and intolerant of keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Version(Law):
    in_force_from: date = Field(alias="from")
    cite: str
    reading: str | None = None
    checked_on: date | None = None

    @property
    def citation(self) -> Citation:
        return Citation(self.cite, self.in_force_from, self.reading)


V = TypeVar("V", bound=Version)


class Dated(RootModel[tuple[V, ...]], Generic[V]):
    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def versions_follow_one_another(self) -> Self:
        dates = [version.in_force_from for version in self.root]
        if not dates or dates != sorted(set(dates)):
            raise ValueError("versions must exist, and ascend strictly by `from`")
        return self

    def in_force(self, program_year: int) -> V:
        """The version that governs a program year, named by the year in which it ends."""
        begins = year_begins(program_year)
        for version in reversed(self.root):
            if version.in_force_from <= begins:
                return version
        first = self.root[0]
        raise NoLawInForce(f"no version reaches back to {begins}; the first is of {first.in_force_from}: {first.cite}")


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
    target_grades: Dated[TargetGrades]
    line: Dated[Line]
    selection: Dated[SelectionRule]
    counselor_days: Dated[CounselorDays]
    increase: Dated[Increase]
    objectives: Dated[Objectives]
    text: str

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the law file as it was read."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_law(text: str) -> ProgramLaw:
    """The law in a TOML text. Raises pydantic's ValidationError for a key or value it does not know."""
    return ProgramLaw.model_validate(tomllib.loads(text) | {"text": text})
