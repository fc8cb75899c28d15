"""What credit's laws have in common: thresholds in minutes, shares in percent, the days on which they changed. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Self

from pydantic import Field, PositiveInt, model_validator

from shared.schema.law import Dated, Law, NoLawInForce

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
    changes = sorted({version.in_force_from for _, rule in rules(law) for version in rule.root})
    return [changes[place - 1] if (place := bisect_right(changes, on)) else None for on in days]


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
