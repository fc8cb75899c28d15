"""Texas: from periods of counted days to the figures that fund a district. Rules TX-18 to TX-28."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from pydantic import PositiveInt

from services.credit.averaging import Average, Rounding, best, mean, round_half_up
from services.credit.day_count import DAY
from services.credit.rulebook import Percent, Share, Threshold
from shared.schema.law import Dated, Law, Version
from shared.schema.ruling import Ruling


class RefinedAda(Version):
    periods: PositiveInt


class MigrantRule(Version):
    holders: Share
    best_periods: PositiveInt


class LowAttendanceDay(Version):
    at_least_points_below: Percent
    most_days: PositiveInt


class TargetRate(Version):
    school_years: tuple[int, ...]
    state_average_percent: Percent


class CourseCredit(Version):
    credit: Share
    with_a_plan: Share


class FlexibleAttendance(Version):
    minutes_a_day: PositiveInt
    earns_minutes: Threshold


class ContactHours(Version):
    hours_a_day: PositiveInt
    career: dict[str, Decimal]
    special: dict[str, Decimal]

    @property
    def multipliers(self) -> dict[str, Decimal]:
        """Hours a day by instructional setting."""
        return self.career | self.special


class SchoolDay(Version):
    minutes: PositiveInt
    minutes_a_year: PositiveInt


class MissedDays(Version):
    made_up_first: PositiveInt


class TexasYearLaw(Law):
    ada: Dated[Version]
    refined_ada: Dated[RefinedAda]
    rate_of_attendance: Dated[Version]
    published_ada: Dated[Rounding]
    migrant_rule: Dated[MigrantRule]
    low_attendance_day: Dated[LowAttendanceDay]
    target_rate: Dated[TargetRate]
    course_credit: Dated[CourseCredit]
    school_day: Dated[SchoolDay]
    missed_days: Dated[MissedDays]
    flexible_attendance: Dated[FlexibleAttendance]
    contact_hours: Dated[ContactHours]


class CourseOutcome(StrEnum):
    CREDIT = "credit"
    PRINCIPAL_PLAN = "credit when the principal's plan is completed"
    COMMITTEE = "attendance committee only"


def refined(what: str, periods: Sequence[Average], rule: RefinedAda) -> Average:
    """The mean of the year's six periods: None, with its reason, until all six are there."""
    if len(periods) != rule.periods:
        because = f"not computable: the mean of {rule.periods} periods, and there are {len(periods)}"
        return Ruling(f"{what}, refined", None, because, rule.citation, tuple(periods))
    return mean(f"{what}, refined", periods, rule.citation)


def refined_ada(periods: Sequence[Average], rule: RefinedAda) -> Average:
    """The mean of the year's six period ADAs (rule TX-19)."""
    return refined("ADA", periods, rule)


def under_the_migrant_rule(
    what: str, periods: Sequence[Average], holders: int, enrolled: int, law: TexasYearLaw, on: date
) -> Average:
    """Of `what`, an ADA or one kind of full-time equivalents: the best four periods where many hold migrant
    certificates, at most the mean of six plus holders (rule TX-21); the mean of six where few do."""
    rule, six = law.migrant_rule.in_force(on), refined(what, periods, law.refined_ada.in_force(on))
    name = f"{what}, migrant rule"
    if six.value is None or enrolled == 0:
        because = "not computable: nobody is enrolled" if enrolled == 0 else six.because
        return Ruling(name, None, because, rule.citation, (six,))
    if not rule.holders.is_met_by(holders, enrolled):
        because = f"{holders} holders of {enrolled} enrolled; the rule takes {rule.holders}"
        return Ruling(six.what, six.value, because, rule.citation, (six,))

    chosen = best(f"{what}, best periods", periods, rule.best_periods, rule.citation)
    value = min(chosen.value or Fraction(0), holders + six.value)
    because = f"the best {rule.best_periods} periods, at most {holders} holders and the mean of six"
    return Ruling(name, value, because, rule.citation, (chosen, six))


def migrant_ada(periods: Sequence[Average], holders: int, enrolled: int, law: TexasYearLaw, on: date) -> Average:
    return under_the_migrant_rule("ADA", periods, holders, enrolled, law, on)


def low_attendance_day(
    day_rate: Fraction, prior_year_rate: Fraction, days_granted: int, rule: LowAttendanceDay
) -> Ruling[bool]:
    """Whether a day may be asked to leave both numerator and denominator (rule TX-25). Rates are from 0 to 1."""
    below = (prior_year_rate - day_rate) * 100
    said = f"{round_half_up(below, 2)} points below the prior year; it takes {rule.at_least_points_below}"
    if days_granted >= rule.most_days:
        said = f"{said}; all {rule.most_days} days are granted already"
        return Ruling("low attendance day", False, said, rule.citation)
    return Ruling("low attendance day", below >= Fraction(rule.at_least_points_below), said, rule.citation)


@dataclass(frozen=True, slots=True)
class Missed:
    """Days of instruction that a calendar lost: still to be made up, and those for which a waiver may be asked."""

    to_make_up: int
    may_be_waived: int


def missed_days(missed: int, made_up: int, enough_minutes: bool, rule: MissedDays) -> Ruling[Missed]:
    """The first two missed days are made up, with days or with minutes; a waiver is for those beyond (rule TX-26)."""
    said = f"{missed} days missed, {made_up} made up; the first {rule.made_up_first} must be"
    if enough_minutes:
        because = f"{said}, and the year's minutes are enough without"
        return Ruling("missed school days", Missed(0, 0), because, rule.citation)
    owed = max(0, min(missed, rule.made_up_first) - made_up)
    beyond = max(0, missed - max(rule.made_up_first, made_up))
    return Ruling("missed school days", Missed(owed, beyond), said, rule.citation)


def target_rate_ada(
    ada: Fraction, rate: Fraction, earlier_rate: Fraction | None, school_year: int, rule: TargetRate
) -> Ruling[Fraction]:
    """ADA × target / rate, where the rate (0 to 1) fell below its target of 2019-20 (rule TX-27)."""
    target = Fraction(rule.state_average_percent) / 100 if earlier_rate is None else earlier_rate
    if school_year not in rule.school_years or rate >= target or rate == 0:
        because = "no adjustment: another school year, or the rate is not below its target"
        return Ruling("ADA, adjusted", ada, because, rule.citation)
    whose = "the state's average" if earlier_rate is None else "its own rate of 2019-20"
    because = f"{round_half_up(rate * 100, 2)} % is below {round_half_up(target * 100, 2)} %, {whose}"
    return Ruling("ADA, adjusted", ada * target / rate, because, rule.citation)


def course_credit(attended: int, offered: int, rule: CourseCredit) -> Ruling[CourseOutcome | None]:
    """The 90 % rule (TX-28), on days that the class was offered. Nothing can be said before its first day."""
    what = "course credit"
    if offered == 0:
        return Ruling(what, None, "not computable: the class has not been offered yet", rule.citation)
    said = f"attended {attended} of {offered} days"
    if rule.credit.is_met_by(attended, offered):
        return Ruling(what, CourseOutcome.CREDIT, f"{said}; credit takes {rule.credit}", rule.citation)
    if rule.with_a_plan.is_met_by(attended, offered):
        because = f"{said}; a plan takes {rule.with_a_plan}, credit {rule.credit}"
        return Ruling(what, CourseOutcome.PRINCIPAL_PLAN, because, rule.citation)
    return Ruling(what, CourseOutcome.COMMITTEE, f"{said}; even a plan takes {rule.with_a_plan}", rule.citation)


def known_course_credit(
    attended: int, not_taken: int, offered: int, rule: CourseCredit
) -> Ruling[CourseOutcome | None]:
    """The 90 % rule where nobody took some of the days' rolls: said only if they could not change it."""
    least, most = course_credit(attended, offered, rule), course_credit(attended + not_taken, offered, rule)
    if least.value is most.value:
        return least
    because = f"not computable: {least.because}, and the rolls of {not_taken} were not taken"
    return Ruling(least.what, None, because, rule.citation, (least, most))


def flexible_days(minutes_by_day: Sequence[int], rule: FlexibleAttendance) -> Ruling[Fraction]:
    """Days earned by minutes, where a day too short earns none (rule TX-23)."""
    earned = sum(minutes for minutes in minutes_by_day if rule.earns_minutes.is_met_by(minutes))
    said = f"{earned} min, on days of {rule.earns_minutes}; {rule.minutes_a_day} min are a day"
    return Ruling("eligible days, flexible attendance", Fraction(earned, rule.minutes_a_day), said, rule.citation)


def contact_hours(eligible: int, setting: str, rule: ContactHours) -> Ruling[Fraction]:
    """Eligible days (sixths) times the setting's hours a day (rule TX-22). KeyError for an unknown setting."""
    hours = Fraction(eligible, DAY) * Fraction(rule.multipliers[setting])
    return Ruling("contact hours", hours, f"{rule.multipliers[setting]} h a day of {setting}", rule.citation)


def full_time_equivalents(hours: Fraction, days_taught: int, rule: ContactHours) -> Average:
    if days_taught == 0:
        return Ruling("FTE", None, "not computable: no days were taught", rule.citation)
    said = f"{rule.hours_a_day} contact hours on each of {days_taught} days are one student"
    return Ruling("FTE", hours / (rule.hours_a_day * days_taught), said, rule.citation)


def excess_hours(career: Fraction, special: Fraction, eligible: int, rule: ContactHours) -> Ruling[Fraction]:
    """Contact hours beyond six on each eligible day (sixths): they leave the special-education hours (rule TX-22)."""
    most = rule.hours_a_day * Fraction(eligible, DAY)
    excess = max(career + special - most, Fraction(0))
    return Ruling("excess contact hours", excess, f"at most {rule.hours_a_day} h on an eligible day", rule.citation)
