"""A fraction as people read it. Nothing is decided by what is printed here (GEN-2). Pure."""

from fractions import Fraction


def percent(share: Fraction) -> str:
    """A share as a percentage of two decimals, half away from zero (GEN-3)."""
    hundredths = (abs(share.numerator) * 20_000 + share.denominator) // (2 * share.denominator)
    return f"{'-' if share < 0 and hundredths else ''}{hundredths // 100}.{hundredths % 100:02d}"
