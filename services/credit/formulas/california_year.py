"""California: minimum days, the truancy ladder, and chronic absence. Cal. Educ. Code §§46112-46117 and 48260-48263.6.

ADA is `averaging.aggregate_ada` under `ada`, published by `published_ada`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pydantic import NonNegativeInt, PositiveInt

from services.credit.averaging import Rounding
from services.credit.day_count import DAY, DayCount, in_days
from services.credit.rulebook import Share, Threshold
from shared.schema.law import CannotRule, Dated, Law, Version
from shared.schema.roster import Grade
from shared.schema.ruling import Ruling


class MinimumDayRow(Law):
    grades: tuple[Grade, ...]
    whole: Threshold
    shortest: Threshold


class MinimumDay(Version):
    averaged_over_days: PositiveInt
    rows: tuple[MinimumDayRow, ...]

    def row_for(self, grade: Grade) -> MinimumDayRow:
        for row in self.rows:
            if grade in row.grades:
                return row
        raise CannotRule(f"{self.cite} set no minimum day for grade {grade}")


class Steps(Law):
    notice: str
    conference: str
    referral: str


class Truancy(Version):
    occasions: PositiveInt
    occasion: Threshold
    habitual_after_reports: PositiveInt
    chronic: Share
    steps: Steps


class ChronicAbsentee(Version):
    more_than_days_expected: NonNegativeInt
    chronic: Share


class CaliforniaYearLaw(Law):
    ada: Dated[Version]
    published_ada: Dated[Rounding]
    minimum_day: Dated[MinimumDay]
    truancy: Dated[Truancy]
    chronic_absentee: Dated[ChronicAbsentee]


class TruancyStatus(StrEnum):
    NONE = "none"
    TRUANT = "truant"
    HABITUAL_TRUANT = "habitual truant"
    CHRONIC_TRUANT = "chronic truant"


@dataclass(frozen=True, slots=True)
class TruancyRecord:
    """One school year of a pupil, all without a valid excuse.

    `full_days` absent; `minutes_missed` at each tardy or partial absence; `reports` of truancy made so far;
    `conference_attempted`: the school tried, conscientiously, to hold one, not before the first of them; `notified`
    and `referred`: the parents, and to the review board; `school_days` from enrollment to date.
    """

    full_days: int
    minutes_missed: tuple[int, ...]
    school_days: int
    reports: int = 0
    conference_attempted: bool = False
    notified: bool = False
    referred: bool = False


def truancy(record: TruancyRecord, rule: Truancy) -> Ruling[TruancyStatus | None]:
    """The highest rung that the record reaches (rules CA-4 and CA-5)."""
    what = "truancy"
    if record.school_days <= 0:
        return Ruling(what, None, "not computable: no school days yet", rule.citation)
    late = sum(rule.occasion.is_met_by(minutes) for minutes in record.minutes_missed)
    said = f"{record.full_days} full days and {late} occasions of {rule.occasion}, of {record.school_days} days"
    if rule.chronic.is_met_by(record.full_days, record.school_days):
        return Ruling(what, TruancyStatus.CHRONIC_TRUANT, f"{said}; chronic is {rule.chronic}", rule.citation)
    if record.reports >= rule.habitual_after_reports and record.conference_attempted:
        said = f"reported {record.reports} times, after an effort to hold a conference"
        return Ruling(what, TruancyStatus.HABITUAL_TRUANT, said, rule.citation)
    if record.full_days + late >= rule.occasions:
        return Ruling(what, TruancyStatus.TRUANT, f"{said}; {rule.occasions} make a truant", rule.citation)
    return Ruling(what, TruancyStatus.NONE, f"{said}; {rule.occasions} make a truant", rule.citation)


def steps_due(record: TruancyRecord, status: TruancyStatus | None, rule: Truancy) -> tuple[str, ...]:
    """What the sections ask for next of a pupil on some rung of the ladder, and is not on record."""
    if status in (None, TruancyStatus.NONE):
        return ()
    unheard = record.reports >= rule.habitual_after_reports and not record.conference_attempted
    steps = {
        rule.steps.notice: not record.notified,
        rule.steps.conference: unheard,
        rule.steps.referral: status is not TruancyStatus.TRUANT and not record.referred,
    }
    return tuple(step for step, lacking in steps.items() if lacking)


def chronic_absentee(days: DayCount, rule: ChronicAbsentee) -> Ruling[bool | None]:
    """Absent a tenth of the days expected at one school, when more than thirty are (rule CA-6)."""
    what, known = "chronic absentee", days.membership - days.not_taken
    if days.membership <= rule.more_than_days_expected * DAY:
        said = f"{in_days(days.membership)} days expected; it takes more than {rule.more_than_days_expected}"
        return Ruling(what, False, said, rule.citation)
    if known == 0:
        return Ruling(what, None, "not computable: no roll was taken", rule.citation)
    said = f"absent {in_days(days.absent)} of {in_days(known)} days, {in_days(days.not_taken)} more not taken"
    chronic = rule.chronic.is_met_by(days.absent, known)
    return Ruling(what, chronic, f"{said}; chronic is {rule.chronic}", rule.citation)


def meets_minimum_day(grade: Grade, minutes_by_day: Sequence[int], rule: MinimumDay) -> Ruling[bool]:
    """Whether the school's day, or its mean over exactly ten consecutive days, is long enough (rule CA-3).

    Raises CannotRule for a grade that the sections read set no minimum for, and for any other number of days.
    """
    row, days = rule.row_for(grade), len(minutes_by_day)
    if days == 1:
        said = f"{minutes_by_day[0]} min in grade {grade}; a day takes {row.whole}"
        return Ruling("minimum day", row.whole.is_met_by(minutes_by_day[0]), said, rule.citation)
    if days != rule.averaged_over_days:
        raise CannotRule(f"a minimum day is one day, or averaged over {rule.averaged_over_days}")
    mean = Fraction(sum(minutes_by_day), days)
    enough = row.whole.is_met_by(mean) and all(row.shortest.is_met_by(minutes) for minutes in minutes_by_day)
    said = f"{sum(minutes_by_day)} min over {days} days; the quotient takes {row.whole}, each day {row.shortest}"
    return Ruling("minimum day", enough, said, rule.citation)
