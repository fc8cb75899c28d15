"""What is known of a school before it is selected: its API, and its target grades' attendance. Pure.

Unknown is not zero: an API that cannot be read is no API, and says what was wrong with it (rule AMB-31).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from pydantic import NonNegativeInt, model_validator

from services.program.rulebook import Level, Scale, TargetGrades
from shared.schema.base import Id, Schema, ShortText
from shared.schema.credit import GradeShare


@dataclass(frozen=True, slots=True)
class ApiReading:
    """An API as an integer, or None and what is wrong with the text."""

    api: int | None
    problem: str | None = None


def read_api(text: str | None, scale: Scale) -> ApiReading:
    """Read an Academic Performance Index. Nothing is guessed: `79O`, `800.5` and `1,000` are problems, not numbers."""
    words = (text or "").strip()
    if not words:
        return ApiReading(None, "no API is given")
    if not (words.isascii() and words.isdigit() and len(words) <= 4):
        return ApiReading(None, "the API is not a whole number")
    if not scale.lowest <= int(words) <= scale.highest:
        return ApiReading(None, f"the API is off its scale of {scale.lowest} to {scale.highest}")
    return ApiReading(int(words))


class TargetFacts(Schema):
    """One target grade of one school, in students.

    `enrollment` is the target grade's in the program year (it sets counselor days); `at_or_above` of `with_a_rate`
    students attended at the line or higher in the year before (they make the share). Students without a rate are in
    neither.
    """

    target: ShortText
    enrollment: NonNegativeInt
    at_or_above: NonNegativeInt
    with_a_rate: NonNegativeInt
    without_a_rate: NonNegativeInt

    @model_validator(mode="after")
    def a_part_is_not_more_than_its_whole(self) -> Self:
        if self.at_or_above > self.with_a_rate:
            raise ValueError("more students at or above the line than have a rate")
        return self

    @property
    def share(self) -> Fraction | None:
        """The share at or above the line; None where no student has a rate (GEN-5)."""
        return Fraction(self.at_or_above, self.with_a_rate) if self.with_a_rate else None


class SchoolFacts(Schema):
    """One school as a selection sees it. `api` is None with `api_problem`, never one without the other."""

    school_id: Id
    name: ShortText
    level: Level
    api: NonNegativeInt | None
    api_problem: ShortText | None = None
    targets: tuple[TargetFacts, ...] = ()

    @model_validator(mode="after")
    def says_each_thing_once(self) -> Self:
        if (self.api is None) == (self.api_problem is None):
            raise ValueError("a school has an api, or an api_problem that says why not")
        if len({facts.target for facts in self.targets}) != len(self.targets):
            raise ValueError("a target grade is named once")
        return self

    def in_target(self, target: str) -> TargetFacts | None:
        return next((facts for facts in self.targets if facts.target == target), None)


def gather_targets(
    shares: Iterable[GradeShare], law: TargetGrades, enrollments: dict[str, int] | None = None
) -> tuple[TargetFacts, ...]:
    """Add up one school's grades into its target grades: TK and K are one (example B-LA-09).

    `enrollments` by target, where the program year's is known, stands in for last year's count of students.
    """
    rows, known = tuple(shares), enrollments or {}
    found = []
    for target in law.targets:
        grades = [row for row in rows if row.grade in target.grades]
        if not grades and target.target not in known:
            continue
        students, unrated = sum(row.students for row in grades), sum(row.students_without_a_rate for row in grades)
        found.append(
            TargetFacts(
                target=target.target,
                enrollment=known.get(target.target, students),
                at_or_above=sum(row.at_or_above for row in grades),
                with_a_rate=students - unrated,
                without_a_rate=unrated,
            )
        )
    return tuple(found)
