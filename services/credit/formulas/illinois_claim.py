"""Illinois: from months of attendance to the ADA of the claim; and when absence is truancy. Rules IL-9 and IL-12."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import PositiveInt

from services.credit.averaging import Average, Rounding, best, mean
from services.credit.day_count import DAY, Exact, in_days
from services.credit.rulebook import Share
from shared.schema.law import Dated, Law, Version
from shared.schema.ruling import Ruling


class BestMonths(Version):
    months: PositiveInt


class ClaimAda(Version):
    years: PositiveInt


class Truancy(Version):
    days: PositiveInt
    truant: Share
    chronic_truant: Share
    chronic_absence: Share


class IllinoisClaimLaw(Law):
    monthly_ada: Dated[Version]
    best_months: Dated[BestMonths]
    claim_ada: Dated[ClaimAda]
    published_ada: Dated[Rounding]
    truancy: Dated[Truancy]


class TruancyStatus(StrEnum):
    NONE = "none"
    TRUANT = "truant"
    CHRONIC_TRUANT = "chronic truant"


def best_months_ada(months: Sequence[Average], rule: BestMonths) -> Average:
    """The mean of the year's best three months of `averaging.aggregate_ada`."""
    return best("ADA, best three months", months, rule.months, rule.citation)


def claim_ada(years: Sequence[Average], rule: ClaimAda) -> Average:
    """The prior year's ADA, or the mean of the three preceding years, whichever is greater. Latest year first."""
    what = "ADA, claim"
    if not years or years[0].value is None:
        return Ruling(what, None, "not computable: the prior year's ADA is unknown", rule.citation, tuple(years))
    prior = years[0]
    if len(years) < rule.years:
        because = f"the prior year; only {len(years)} of {rule.years} years are known"
        return Ruling(what, prior.value, because, rule.citation, tuple(years))
    earlier = mean("ADA, mean of preceding years", years[: rule.years], rule.citation)
    if earlier.value is None or years[0].value >= earlier.value:
        because = "the prior year is no less than the mean of the preceding years"
        return Ruling(what, prior.value, because, rule.citation, (prior, earlier))
    because = "the mean of the preceding years is greater than the prior year"
    return Ruling(what, earlier.value, because, rule.citation, (earlier, prior))


def truancy(unexcused: Exact, days_enrolled: int, rule: Truancy) -> Ruling[TruancyStatus | None]:
    """Truancy over the past 180 days: `unexcused` in sixths, of `days_enrolled` school days, which are at most 180."""
    if not 0 < days_enrolled <= rule.days:
        because = f"not computable: it looks at 1 to {rule.days} school days"
        return Ruling("truancy", None, because, rule.citation)
    said = f"{in_days(unexcused)} unexcused of {days_enrolled} days"
    if rule.chronic_truant.is_met_by(unexcused, days_enrolled * DAY):
        status, test = TruancyStatus.CHRONIC_TRUANT, f"a chronic truant misses {rule.chronic_truant}"
    elif rule.truant.is_met_by(unexcused, days_enrolled * DAY):
        status, test = TruancyStatus.TRUANT, f"a truant misses {rule.truant}"
    else:
        status, test = TruancyStatus.NONE, f"even a truant misses {rule.truant}"
    return Ruling("truancy", status, f"{said}; {test}", rule.citation)


def chronically_absent(absent: Exact, days_enrolled: int, rule: Truancy) -> Ruling[bool | None]:
    """Absent for any cause, out-of-school suspension included, in sixths."""
    if days_enrolled <= 0:
        return Ruling("chronic absence", None, "not computable: no days enrolled", rule.citation)
    said = f"{in_days(absent)} absent of {days_enrolled} days; it takes {rule.chronic_absence}"
    return Ruling("chronic absence", rule.chronic_absence.is_met_by(absent, days_enrolled * DAY), said, rule.citation)
