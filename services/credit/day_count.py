"""What one student-day adds to the sums: whole SIXTHS of a day; only a block in Illinois has fractions of one."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Self

DAY = 6
HALF_DAY = 3
Exact = int | Fraction


@dataclass(frozen=True, slots=True)
class DayCount:
    """Days in sixths: membership = absent + eligible + ineligible + not_taken (rules TX-15 and GEN-6).

    `not_taken` is the membership of days whose roll nobody took: neither absent nor attended. `unexcused` is the part
    of `absent` that is known to be unexcused. Raises ValueError when the parts do not make the whole.
    """

    membership: Exact = 0
    absent: Exact = 0
    eligible: Exact = 0
    ineligible: Exact = 0
    not_taken: Exact = 0
    unexcused: Exact = 0

    def __post_init__(self) -> None:
        if any(getattr(self, field.name) < 0 for field in fields(self)) or self.unexcused > self.absent:
            raise ValueError("a count of days is never negative, and unexcused absences are absences")
        if self.membership != self.absent + self.eligible + self.ineligible + self.not_taken:
            raise ValueError("membership is absent, eligible, ineligible and not-taken days together")

    @classmethod
    def of(cls, written: Mapping[str, int | str]) -> "DayCount":
        """From a ruling as it is kept, where a fraction is text."""
        return cls(**{name: Fraction(said) if isinstance(said, str) else said for name, said in written.items()})

    def __add__(self, other: Self) -> "DayCount":
        return DayCount(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def __mul__(self, times: int) -> "DayCount":
        return DayCount(*(getattr(self, field.name) * times for field in fields(self)))

    def whole(self) -> "DayCount":
        """What of each part is whole sixths, and the membership that these make."""
        parts = [int(getattr(self, field.name)) for field in fields(self)[1:]]
        return DayCount(sum(parts[:-1]), *parts)

    def beyond_whole(self) -> "DayCount":
        """What `whole` leaves: nothing but for a proportion of a block."""
        whole = self.whole()
        return DayCount(*(getattr(self, field.name) - getattr(whole, field.name) for field in fields(self)[:-1]))

    def __str__(self) -> str:
        parts = (f"{f.name} {in_days(getattr(self, f.name))}" for f in fields(self) if getattr(self, f.name))
        return ", ".join(parts) or "nothing"


def in_days(sixths: Exact) -> str:
    """Sixths as days: exact decimal text where there is one ("27.5"), else a fraction ("10/3")."""
    if isinstance(sixths, Fraction):
        if sixths.denominator > 1:
            return str(sixths / DAY)
        sixths = sixths.numerator
    if sixths % DAY == 0:
        return str(sixths // DAY)
    if sixths % HALF_DAY == 0:
        return str(Decimal(sixths) / DAY)
    return f"{sixths // 2}/3" if sixths % 2 == 0 else f"{sixths}/6"
