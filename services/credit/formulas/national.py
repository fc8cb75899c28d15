"""The country: chronic absence (EDFacts) and the tiers of Attendance Works. Days not taken are on neither side."""

from typing import Self

from pydantic import PositiveInt, model_validator

from services.credit.day_count import DAY, DayCount, in_days
from services.credit.rulebook import Share
from shared.schema.law import Dated, Law, Version
from shared.schema.ruling import Ruling


class ChronicAbsence(Version):
    at_least_days_enrolled: PositiveInt
    chronic: Share


class Tier(Law):
    tier: str
    missed: Share


class Tiers(Version):
    rows: tuple[Tier, ...]

    @model_validator(mode="after")
    def _every_rate_has_a_tier(self) -> Self:
        floors = [row.missed.percent for row in self.rows]
        if not floors or floors != sorted(set(floors), reverse=True) or not self.rows[-1].missed.is_met_by(0, 1):
            raise ValueError("tiers descend strictly, and the last one holds everybody else")
        return self


class NationalLaw(Law):
    chronic_absence: Dated[ChronicAbsence]
    tiers: Dated[Tiers]


def said_of(days: DayCount) -> str:
    known = days.membership - days.not_taken
    return f"absent {in_days(days.absent)} of {in_days(known)} days, {in_days(days.not_taken)} more not taken"


def chronically_absent(days: DayCount, rule: ChronicAbsence) -> Ruling[bool | None]:
    """Whether a student is chronically absent (rule US-1); None when too few days are enrolled, or none was taken."""
    what, known = "chronic absence", days.membership - days.not_taken
    if days.membership < rule.at_least_days_enrolled * DAY or known == 0:
        said = f"not computable: {said_of(days)}; it takes {rule.at_least_days_enrolled} days enrolled"
        return Ruling(what, None, said, rule.citation)
    chronic = rule.chronic.is_met_by(days.absent, known)
    return Ruling(what, chronic, f"{said_of(days)}; chronic is {rule.chronic}", rule.citation)


def tier(days: DayCount, rule: Tiers) -> Ruling[str | None]:
    """The tier of one student's absences (rule US-2); None for a student none of whose rolls was taken."""
    known = days.membership - days.not_taken
    if known == 0:
        return Ruling("tier", None, "not computable: no roll was taken", rule.citation)
    row = next(row for row in rule.rows if row.missed.is_met_by(days.absent, known))
    return Ruling("tier", row.tier, f"{said_of(days)}; {row.tier} misses {row.missed}", rule.citation)
