"""How near a student is to the line (96 %: rule LA-6): what she may still miss, and when she fell under it. Pure.

The line is a fraction p/q. With `attended` and `absent` sixths counted and `remaining` to come, missing x more keeps
the rate at the line or higher when (attended + remaining - x) * q >= p * (attended + absent + remaining).
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def is_at(line: Fraction, attended: int, absent: int) -> bool:
    return attended * line.denominator >= line.numerator * (attended + absent)


def absences_left(line: Fraction, attended: int, absent: int, remaining_days: int, day: int) -> int | None:
    """Whole days, each of `day` sixths, that may still be missed; None where even missing none is not enough."""
    remaining = remaining_days * day
    spare = (attended + remaining) * line.denominator - line.numerator * (attended + absent + remaining)
    return None if spare < 0 else min(remaining_days, spare // (day * line.denominator))


def day_of_fall(line: Fraction, attended: Ints, absent: Ints) -> int | None:
    """Of days in order: the index of the one that took the rate under the line, to stay under it; None at the line."""
    so_far, missed = np.cumsum(attended), np.cumsum(absent)
    under = so_far * line.denominator < line.numerator * (so_far + missed)
    if not len(under) or not under[-1]:
        return None
    above = np.flatnonzero(~under)
    return int(above[-1]) + 1 if len(above) else 0
