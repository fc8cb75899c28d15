"""From counted days to averages: exact until the end, rounded once, and never a zero for what cannot be computed.

Days are in sixths, averages and rates are `Fraction`. A quotient whose divisor is zero is a ruling whose value is None
and whose `because` says why (GEN-5).
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from pydantic import NonNegativeInt

from services.credit.day_count import DAY, DayCount, Exact, in_days
from shared.schema.law import Version
from shared.schema.ruling import Citation, Ruling

Average = Ruling[Fraction | None]


class Rounding(Version):
    """How a figure is published: so many decimals, one half up, and perhaps a least figure for anything above none."""

    places: NonNegativeInt
    deemed_at_least: NonNegativeInt = 0

    def publish(self, exact: Fraction) -> Decimal:
        least = self.deemed_at_least if exact > 0 else 0
        return round_half_up(max(exact, Fraction(least)), self.places)


def round_half_up(exact: Fraction | Decimal, places: int) -> Decimal:
    """Round to `places` decimals; a tie goes away from zero. Never Python's `round`, which is half-even (GEN-3)."""
    scaled = abs(Fraction(exact)) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal((int(exact < 0 and whole > 0), tuple(map(int, str(whole))), -places))


def quotient(what: str, part: Exact, whole: Exact, under: Citation, *, said: str, none: str) -> Average:
    """`part / whole` as `said`; or None, because there are `none` of what it would be divided by."""
    if whole == 0:
        return Ruling(what, None, f"not computable: {none}", under)
    return Ruling(what, Fraction(part) / whole, said, under)


def aggregate_ada(eligible: Exact, days_taught: int, rule: Version) -> Average:
    """Aggregate days of attendance (sixths) over days of instruction (rules TX-18, AMB-3; CA-1; IL-9)."""
    said, days = f"{in_days(eligible)} days over {days_taught} days taught", Fraction(eligible, DAY)
    return quotient("ADA, aggregate", days, days_taught, rule.citation, said=said, none="no days were taught")


def total(what: str, parts: Sequence[Average], under: Citation) -> Average:
    """The sum of averages; None when there are none, or when one of them is not computable."""
    values = [part.value for part in parts if part.value is not None]
    missing = len(parts) - len(values)
    if missing or not values:
        because = f"{missing} of {len(parts)} parts are not computable" if parts else "there is nothing to add"
        return Ruling(what, None, f"not computable: {because}", under, tuple(parts))
    return Ruling(what, sum(values, Fraction(0)), f"the sum of {len(values)}", under, tuple(parts))


def mean(what: str, parts: Sequence[Average], under: Citation) -> Average:
    """The mean of averages; None when there are none, or when one of them is not computable."""
    added = total(what, parts, under)
    if added.value is None:
        return added
    return Ruling(what, added.value / len(parts), f"the mean of {len(parts)}", under, tuple(parts))


def best(what: str, parts: Sequence[Average], count: int, under: Citation) -> Average:
    """The mean of the `count` highest averages. With fewer, the mean of those there are, and it says so (AMB-25)."""
    known = sorted((part for part in parts if part.value is not None), key=lambda part: part.value or 0, reverse=True)
    chosen = mean(what, known[:count], under)
    if len(known) >= count or not known:
        return chosen
    said = f"the mean of only {len(known)}, where the best {count} are asked for"
    return Ruling(what, chosen.value, said, under, chosen.resting_on)


def percent_in_attendance(total: DayCount, rule: Version) -> Average:
    """Days present over days present and absent, as a rate from 0 to 1 (rule TX-20). Days not taken are in neither."""
    present = total.eligible + total.ineligible
    said = f"{in_days(present)} days present, {in_days(total.absent)} absent"
    whole, none = present + total.absent, "nobody was present or absent"
    return quotient("rate of attendance", present, whole, rule.citation, said=said, none=none)


def as_percent(rate: Fraction, places: int = 2) -> Decimal:
    return round_half_up(rate * 100, places)
