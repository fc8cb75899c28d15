"""Los Angeles Unified: each student's band of attendance, and the share of students at 96 % or higher."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from pydantic import NonNegativeInt, model_validator

from services.credit.averaging import Average, as_percent, percent_in_attendance, quotient
from services.credit.day_count import DayCount
from services.credit.rulebook import Share
from shared.schema.law import Dated, Law, Version
from shared.schema.roster import Grade
from shared.schema.ruling import Ruling


class Band(Law):
    band: str
    rate: Share


class Bands(Version):
    rows: tuple[Band, ...]

    @model_validator(mode="after")
    def _every_rate_has_a_band(self) -> Self:
        floors = [row.rate.percent for row in self.rows]
        if not floors or floors != sorted(set(floors), reverse=True) or not self.rows[-1].rate.is_met_by(0, 1):
            raise ValueError("bands descend strictly, and the last one holds everybody else")
        return self


class TargetLine(Version):
    rate: Share
    places: NonNegativeInt


class TargetGrades(Version):
    groups: tuple[tuple[Grade, ...], ...]


class LausdLaw(Law):
    target_grades: Dated[TargetGrades]
    bands: Dated[Bands]
    target_line: Dated[TargetLine]


@dataclass(frozen=True, slots=True)
class ShareAtLine:
    """Students at the line or above, of those who have a rate at all; and those who have none."""

    at_or_above: int
    students: int
    without_a_rate: int

    def share(self, rule: TargetLine) -> Average:
        """From 0 to 1; None where no student has a rate."""
        said = f"{self.at_or_above} of {self.students} students at {rule.rate}, {self.without_a_rate} without a rate"
        what, none = "share of students at the line", "no student has a rate"
        return quotient(what, self.at_or_above, self.students, rule.citation, said=said, none=none)

    def published(self, rule: TargetLine) -> Decimal | None:
        exact = self.share(rule).value
        return None if exact is None else as_percent(exact, rule.places)


def band(days: DayCount, rule: Bands) -> Ruling[str | None]:
    """The band of one student's days (rule LA-5), None for a student none of whose rolls was taken."""
    rate = percent_in_attendance(days, rule)
    if rate.value is None:
        return Ruling("band", None, rate.because, rule.citation)
    row = next(row for row in rule.rows if row.rate.is_met_by(rate.value, 1))
    return Ruling("band", row.band, f"{rate.because}: {as_percent(rate.value)} %", rule.citation)


def is_at_line(days: DayCount, rule: TargetLine) -> bool | None:
    """Whether a student attends at the line or higher, exactly (rule LA-6); None without a rate."""
    rate = percent_in_attendance(days, rule).value
    return None if rate is None else rule.rate.is_met_by(rate, 1)


def share_at_line(students: Iterable[DayCount], rule: TargetLine) -> ShareAtLine:
    standing: Counter[bool | None] = Counter()
    for days, times in Counter(students).items():  # many students have the same days
        standing[is_at_line(days, rule)] += times
    return ShareAtLine(standing[True], standing[True] + standing[False], standing[None])
