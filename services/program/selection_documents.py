"""What a selection rests on, and what it says: frozen documents with canonical bytes. Pure."""

import hashlib
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import Field, StringConstraints, field_validator, model_validator

from services.program.concealment import NOT_SHOWN
from services.program.school_facts import SchoolFacts
from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import SchoolYear

Percent = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]


class ByCount(Schema):
    """So many candidates."""

    by: Literal["count"]
    schools: Annotated[int, Field(ge=1, le=100_000)]


class ByShare(Schema):
    """Every candidate whose share is below this percentage; a share equal to it is not below."""

    by: Literal["share"]
    below_percent: Percent


class ByCounselorDays(Schema):
    """As many as these days a week can serve, strictly in order: a less needy school never overtakes a needier one."""

    by: Literal["counselor_days"]
    days_a_week: Annotated[int, Field(ge=1, le=1_000_000)]


HowMany = Annotated[ByCount | ByShare | ByCounselorDays, Field(discriminator="by")]


class SelectionInput(Schema):
    """All that a selection rests on beside the law. Schools and targets are kept in order, so order cannot matter."""

    program_year: SchoolYear
    how_many: HowMany
    targets: Annotated[tuple[ShortText, ...], Field(min_length=1)]
    schools: tuple[SchoolFacts, ...]

    @field_validator("targets")
    @classmethod
    def targets_in_order(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(targets)))

    @field_validator("schools")
    @classmethod
    def schools_in_order(cls, schools: tuple[SchoolFacts, ...]) -> tuple[SchoolFacts, ...]:
        return tuple(
            school.model_copy(update={"targets": tuple(sorted(school.targets, key=lambda facts: facts.target))})
            for school in sorted(schools, key=lambda school: school.school_id)
        )

    @model_validator(mode="after")
    def a_school_is_listed_once(self) -> Self:
        if any(one.school_id == next_.school_id for one, next_ in pairwise(self.schools)):
            raise ValueError("a school is listed once")
        return self

    @property
    def digest(self) -> str:
        return digest_of(self)


class Outcome(StrEnum):
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    NEEDS_DATA = "needs_data"
    NOT_APPLICABLE = "not_applicable"


class Ground(Schema):
    """A ruling as it is written down: what, its value, because of what, under which law."""

    what: str
    value: str
    because: str
    under: str


class Line(Schema):
    """One school in one target grade. `rank` is among the schools that qualify; days are those the table gives."""

    school_id: Id
    name: ShortText
    target: str | None
    outcome: Outcome
    rank: int | None
    api: int | None
    at_or_above: int | None
    with_a_rate: int | None
    without_a_rate: int | None
    share_percent: str | None
    enrollment: int | None
    days_a_week: int | None
    because: str
    under: str
    resting_on: tuple[Ground, ...]
    warnings: tuple[str, ...]

    @property
    def is_hidden(self) -> bool:
        """Of a small group, as others read it."""
        return self.because == NOT_SHOWN


class Selection(Schema):
    """The outcome: selected first, in rank order; then the rest that rank; then the rest by school id.

    `input_digest` is None only for readers from whom small groups are hidden.
    """

    program_year: int
    how_many: HowMany
    targets: tuple[str, ...]
    input_digest: str | None
    law_digest: str
    days_a_week: int
    lines: tuple[Line, ...]

    @property
    def selected(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.outcome == Outcome.SELECTED)

    @property
    def digest(self) -> str:
        return digest_of(self)


def canonical(document: Schema) -> bytes:
    """RFC 8785 bytes: the same document always has the same."""
    return rfc8785.dumps(document.model_dump(mode="json"))


def request_bytes(said: Schema, *later: str) -> bytes:
    """As `canonical`, without the fields that came `later` and say nothing: an old request sent again is the same."""
    unsaid = {name for name in later if not getattr(said, name)}
    return rfc8785.dumps(said.model_dump(mode="json", exclude=unsaid))


def digest_of(document: Schema) -> str:
    return hashlib.sha256(canonical(document)).hexdigest()
