"""New York: state-aid ADA (form SA-129) and chronic absence. Rules NY-12 and NY-13."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Self, get_args

from pydantic import model_validator

from services.credit.averaging import Average, Rounding, quotient, total
from services.credit.day_count import DAY, DayCount, Exact, in_days
from services.credit.rulebook import Share
from shared.schema.law import Dated, Law, Version
from shared.schema.roster import Grade
from shared.schema.ruling import Ruling


class ChronicAbsence(Version):
    chronic: Share
    at_risk: Share


class GradeBand(Law):
    band: str
    grades: tuple[Grade, ...]


class StateAidAda(Version):
    half_day_band: str
    bands: tuple[GradeBand, ...]

    @model_validator(mode="after")
    def _each_grade_is_in_one_band(self) -> Self:
        if sorted(grade for row in self.bands for grade in row.grades) != sorted(get_args(Grade)):
            raise ValueError("each grade is in exactly one band")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return (self.half_day_band, *(row.band for row in self.bands))

    def band_of(self, grade: Grade, category: str | None) -> str:
        if (category or "").casefold() == self.half_day_band:
            return self.half_day_band
        return next(row.band for row in self.bands if grade in row.grades)


class NewYorkYearLaw(Law):
    state_aid_ada: Dated[StateAidAda]
    published_ada: Dated[Rounding]
    chronic_absence: Dated[ChronicAbsence]
    course_credit: Dated[Version]


class ReportGroup(StrEnum):
    SATISFACTORY = "satisfactory"
    AT_RISK = "at risk"
    CHRONIC = "chronic"


@dataclass(frozen=True, slots=True)
class SessionDays:
    """One grade group in one semester. Attendance in sixths of a day: `possible` by the register, `aggregate` present.

    `holiday_aggregate` and `holiday_days`: what of them fell on religious holidays.
    """

    possible: Exact
    aggregate: Exact
    days: int
    holiday_aggregate: Exact = 0
    holiday_days: int = 0


def state_aid_ada(group: SessionDays, rule: Version) -> Average:
    """Adjusted aggregate attendance over net session days."""
    net, days = group.days - group.holiday_days, Fraction(group.aggregate - group.holiday_aggregate, DAY)
    said = f"{net} net session days, {group.holiday_days} religious holidays left out"
    return quotient("ADA, state aid", days, net, rule.citation, said=said, none="no net session days")


def unadjusted_ada(group: SessionDays, rule: Version) -> Average:
    """Aggregate attendance over actual session days."""
    said, days = f"{group.days} session days", Fraction(group.aggregate, DAY)
    return quotient("ADA, unadjusted", days, group.days, rule.citation, said=said, none="no session days")


def average_daily_membership(group: SessionDays, rule: Version) -> Average:
    """Possible aggregate attendance over actual session days."""
    said, days = f"{group.days} session days", Fraction(group.possible, DAY)
    return quotient("ADM", days, group.days, rule.citation, said=said, none="no session days")


def district_ada(groups: Sequence[SessionDays], rule: Version) -> Average:
    """The groups' state-aid ADAs, added before any rounding."""
    return total("ADA, state aid", [state_aid_ada(group, rule) for group in groups], rule.citation)


def district_adm(groups: Sequence[SessionDays], rule: Version) -> Average:
    """The groups' memberships, each over its own session days, added before any rounding."""
    return total("ADM", [average_daily_membership(group, rule) for group in groups], rule.citation)


def rate_of_attendance(groups: Sequence[SessionDays], rule: Version) -> Average:
    aggregate, possible = sum(g.aggregate for g in groups), sum(g.possible for g in groups)
    said = f"{in_days(aggregate)} of {in_days(possible)} possible days"
    return quotient("rate of attendance", aggregate, possible, rule.citation, said=said, none="nobody on the register")


def report_group(days: DayCount, rule: ChronicAbsence) -> Ruling[ReportGroup | None]:
    """The group of the state's chronic report (rule NY-12), where attendance that is missing counts as absent."""
    what = "chronic absence report"
    if days.membership == 0:
        return Ruling(what, None, "not computable: no days enrolled", rule.citation)
    missed = days.absent + days.not_taken
    said = f"missed {in_days(missed)} of {in_days(days.membership)} days, {in_days(days.not_taken)} of them not taken"
    if rule.chronic.is_met_by(missed, days.membership):
        return Ruling(what, ReportGroup.CHRONIC, f"{said}; chronic is {rule.chronic}", rule.citation)
    if rule.at_risk.is_met_by(missed, days.membership):
        return Ruling(what, ReportGroup.AT_RISK, f"{said}; at risk is {rule.at_risk}", rule.citation)
    return Ruling(what, ReportGroup.SATISFACTORY, f"{said}; even at risk is {rule.at_risk}", rule.citation)
