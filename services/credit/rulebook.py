"""The law as data: dated, cited, and refused when it does not cover the day in question.

A rule is a list of versions. A version states its whole content anew, together with the citation it comes from, so
that a value can never drift away from its authority. Nothing here opens a file: a law is read from text.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, PositiveInt, RootModel, model_validator

from shared.schema.ruling import Citation


class CannotRule(LookupError):
    """The facts or the law do not allow a ruling. The message says what is missing; the answer is never zero."""


class NoLawInForce(CannotRule):
    """The rulebook has no version of a rule for this day, and we do not guess."""


class Law(BaseModel):
    """Anything read from a law file: immutable, and intolerant of keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Percent = Annotated[Decimal, Field(ge=0, le=100, allow_inf_nan=False)]


class Threshold(Law):
    """So many minutes. The law's own comparison is part of the value: at least, or more than."""

    at_least_minutes: PositiveInt | None = None
    more_than_minutes: PositiveInt | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.at_least_minutes is None) == (self.more_than_minutes is None):
            raise ValueError("a threshold is either at_least_minutes or more_than_minutes")
        return self

    def is_met_by(self, minutes: int | Fraction) -> bool:
        if self.at_least_minutes is not None:
            return minutes >= self.at_least_minutes
        return minutes > (self.more_than_minutes or 0)

    def __str__(self) -> str:
        if self.at_least_minutes is not None:
            return f"at least {self.at_least_minutes} min"
        return f"more than {self.more_than_minutes} min"


class Share(Law):
    """A share of a whole, in percent, with the law's own comparison. Compared exactly, before any rounding (GEN-2)."""

    at_least_percent: Percent | None = None
    more_than_percent: Percent | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.at_least_percent is None) == (self.more_than_percent is None):
            raise ValueError("a share is either at_least_percent or more_than_percent")
        return self

    @property
    def percent(self) -> Fraction:
        percent = self.more_than_percent if self.at_least_percent is None else self.at_least_percent
        return Fraction(percent or 0)

    def is_met_by(self, part: int | Fraction, whole: int | Fraction) -> bool:
        """Whether `part` is this share of `whole`, which must be positive: nobody has a share of nothing."""
        if whole <= 0:
            raise ValueError("a share of nothing is not computable")
        exact, required = Fraction(part) * 100, self.percent * whole
        return exact > required if self.at_least_percent is None else exact >= required

    def __str__(self) -> str:
        if self.at_least_percent is not None:
            return f"at least {self.at_least_percent} %"
        return f"more than {self.more_than_percent} %"


class Version(Law):
    """What a rule says from a day on. `checked_on` is absent until someone has held it against its source."""

    in_force_from: date = Field(alias="from")
    cite: str = Field(min_length=1)
    url: HttpUrl | None = None
    reading: str | None = None
    checked_on: date | None = None

    @property
    def citation(self) -> Citation:
        return Citation(self.cite, self.in_force_from, self.reading)


VersionT = TypeVar("VersionT", bound=Version)
LawT = TypeVar("LawT", bound=Law)


class Dated(RootModel[tuple[VersionT, ...]], Generic[VersionT]):
    """A rule: its versions, in the order in which they took force."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _versions_follow_one_another(self) -> Self:
        dates = [version.in_force_from for version in self.root]
        if not dates or dates != sorted(set(dates)):
            raise ValueError("versions must exist, and ascend strictly by `from`")
        return self

    def in_force(self, on: date) -> VersionT:
        for version in reversed(self.root):
            if version.in_force_from <= on:
                return version
        first = self.root[0]
        raise NoLawInForce(f"no version reaches back to {on}: the first, {first.cite}, is of {first.in_force_from}")


def read_law(kind: type[LawT], text: str) -> LawT:
    """Read a law from TOML; decimals are exact. A mistake is a ValidationError in the file's own words."""
    return kind.model_validate(tomllib.loads(text, parse_float=Decimal))


def rules(law: Law) -> Iterator[tuple[str, Dated[Any]]]:
    """Every rule of a law, by name."""
    for name in type(law).model_fields:
        yield name, getattr(law, name)


def unchanged_since(law: Law, on: date) -> date:
    """The latest day not after `on` on which any rule changed: both days have exactly the same law.

    Lets a caller rule once for all days of one state of the law. Raises NoLawInForce before the first version.
    """
    changes: list[date] = [version.in_force_from for _, rule in rules(law) for version in rule.root]
    if on < min(changes):
        raise NoLawInForce(f"no rule of this law reaches back to {on}")
    return max(change for change in changes if change <= on)


def states_since(law: Law, days: Iterable[date]) -> list[date | None]:
    """`unchanged_since` of each day; None for one that the law does not reach back to."""
    changes = {version.in_force_from for _, rule in rules(law) for version in rule.root}
    return [max((change for change in changes if change <= on), default=None) for on in days]


@dataclass(frozen=True, slots=True)
class LawReportLine:
    """One version of one rule, as a reviewer lists it."""

    law: str
    rule: str
    in_force_from: date
    cite: str
    reading: str | None
    checked_on: date | None


def report_law(name: str, law: Law) -> Iterator[LawReportLine]:
    for rule, dated in rules(law):
        for version in dated.root:
            yield LawReportLine(name, rule, version.in_force_from, version.cite, version.reading, version.checked_on)
