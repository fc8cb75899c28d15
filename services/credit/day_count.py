"""What one student-day adds to the sums: whole numbers of SIXTHS of a day."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Self

DAY = 6
HALF_DAY = 3


@dataclass(frozen=True, slots=True)
class DayCount:
    """Days in sixths: membership = absent + eligible + ineligible + not_taken (rules TX-15 and GEN-6).

    `not_taken` is the membership of days whose roll nobody took: neither absent nor attended. `unexcused` is the part
    of `absent` that is known to be unexcused. Raises ValueError when the parts do not make the whole.
    """

    membership: int = 0
    absent: int = 0
    eligible: int = 0
    ineligible: int = 0
    not_taken: int = 0
    unexcused: int = 0

    def __post_init__(self) -> None:
        if any(getattr(self, field.name) < 0 for field in fields(self)) or self.unexcused > self.absent:
            raise ValueError("a count of days is never negative, and unexcused absences are absences")
        if self.membership != self.absent + self.eligible + self.ineligible + self.not_taken:
            raise ValueError("membership is absent, eligible, ineligible and not-taken days together")

    def __add__(self, other: Self) -> "DayCount":
        return DayCount(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def __str__(self) -> str:
        parts = (f"{f.name} {in_days(getattr(self, f.name))}" for f in fields(self) if getattr(self, f.name))
        return ", ".join(parts) or "nothing"


def in_days(sixths: int) -> str:
    """Sixths as days: exact decimal text where there is one ("27.5"), else a fraction ("10/3")."""
    if sixths % DAY == 0:
        return str(sixths // DAY)
    if sixths % HALF_DAY == 0:
        return str(Decimal(sixths) / DAY)
    return f"{sixths // 2}/3" if sixths % 2 == 0 else f"{sixths}/6"
