"""Texas: the schedule makes the membership, the official roll makes the attendance. 19 TAC §129.21.

Codes 7 and 8 (flexible attendance) are counted in minutes, not at the official roll: such a day adds nothing here, and
its minutes become days in `texas_flexible.py`.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import PositiveInt, model_validator

from services.credit.day_count import DAY, HALF_DAY, DayCount
from services.credit.rulebook import Threshold
from shared.schema.law import CannotRule, Dated, Law, Version
from shared.schema.ruling import Ruling


class OfficialMark(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    NOT_TAKEN = "not_taken"


class MarkReason(StrEnum):
    """How the official mark came about. It explains and cites; the mark decides."""

    MARKED_PRESENT = "marked present"
    MARKED_ABSENT = "marked absent"
    TARDY_BEFORE_ROLL = "tardy before the official roll"
    TARDY_AFTER_ROLL = "tardy after the official roll"
    LEFT_AFTER_ROLL = "left early, after the official roll"
    LEFT_BEFORE_ROLL = "left early, before the official roll"
    WITH_SCHOOL_PERSONNEL = "with school personnel (adjusted)"
    OFF_CAMPUS_COUNTED_PRESENT = "off campus, counted present"
    OFF_CAMPUS_NOT_COUNTED = "off campus, and not counted present"
    ADJUSTED_TO_PRESENT = "adjusted to present by the attendance office"
    ADJUSTED_TO_ABSENT = "adjusted to absent by the attendance office"
    ROLL_NOT_TAKEN = "the official roll was not taken"
    ON_NO_ROLL = "on no official roll that day"


MARK_THAT_FOLLOWS = {
    MarkReason.MARKED_PRESENT: OfficialMark.PRESENT,
    MarkReason.MARKED_ABSENT: OfficialMark.ABSENT,
    MarkReason.TARDY_BEFORE_ROLL: OfficialMark.PRESENT,
    MarkReason.TARDY_AFTER_ROLL: OfficialMark.ABSENT,
    MarkReason.LEFT_AFTER_ROLL: OfficialMark.PRESENT,
    MarkReason.LEFT_BEFORE_ROLL: OfficialMark.ABSENT,
    MarkReason.WITH_SCHOOL_PERSONNEL: OfficialMark.PRESENT,
    MarkReason.OFF_CAMPUS_COUNTED_PRESENT: OfficialMark.PRESENT,
    MarkReason.OFF_CAMPUS_NOT_COUNTED: OfficialMark.ABSENT,
    MarkReason.ADJUSTED_TO_PRESENT: OfficialMark.PRESENT,
    MarkReason.ADJUSTED_TO_ABSENT: OfficialMark.ABSENT,
    MarkReason.ROLL_NOT_TAKEN: OfficialMark.NOT_TAKEN,
    MarkReason.ON_NO_ROLL: OfficialMark.NOT_TAKEN,
}
TARDY = {MarkReason.TARDY_BEFORE_ROLL, MarkReason.TARDY_AFTER_ROLL}
OFF_CAMPUS = {MarkReason.OFF_CAMPUS_COUNTED_PRESENT, MarkReason.OFF_CAMPUS_NOT_COUNTED}
ADJUSTED = {MarkReason.WITH_SCHOOL_PERSONNEL, MarkReason.ADJUSTED_TO_PRESENT, MarkReason.ADJUSTED_TO_ABSENT}


@dataclass(frozen=True, slots=True)
class TexasDay:
    """The facts of one student-day in Texas. `on` only finds the law in force.

    `scheduled_minutes` of instruction a day, None when unknown; `ada_eligibility_code` as the SIS gave it, None when
    it gave none. Raises ValueError when mark and reason contradict each other.
    """

    on: date
    scheduled_minutes: int | None
    ada_eligibility_code: str | None
    official_mark: OfficialMark
    mark_reason: MarkReason

    def __post_init__(self) -> None:
        if MARK_THAT_FOLLOWS[self.mark_reason] != self.official_mark:
            raise ValueError(f"{self.mark_reason} does not make a student {self.official_mark}")


class DayWeight(StrEnum):
    FULL = "full"
    HALF = "half"
    NONE = "none"
    BY_MINUTES = "by minutes"


class CountsAs(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    NOTHING = "nothing"


class DefaultCode(Law):
    full_day: str
    half_day: str
    none: str


class MembershipHours(Version):
    full_day: Threshold
    half_day: Threshold
    default_code: DefaultCode

    def default_for(self, minutes: int) -> tuple[str, str]:
        """The code that so many scheduled minutes make, and the test that they met or failed."""
        if self.full_day.is_met_by(minutes):
            return self.default_code.full_day, f"a full day takes {self.full_day}"
        if self.half_day.is_met_by(minutes):
            return self.default_code.half_day, f"a half day takes {self.half_day}"
        return self.default_code.none, f"even a half day takes {self.half_day}"


class EligibilityCode(Law):
    code: str
    meaning: str
    day: DayWeight
    counts_as: CountsAs

    def __str__(self) -> str:
        return f"code {self.code}, {self.meaning}"


class EligibilityCodes(Version):
    codes: tuple[EligibilityCode, ...]

    @model_validator(mode="after")
    def _each_code_is_defined_once(self) -> Self:
        if len({row.code for row in self.codes}) != len(self.codes):
            raise ValueError("each code has exactly one row")
        return self

    def row(self, code: str) -> EligibilityCode:
        for row in self.codes:
            if row.code == code:
                return row
        raise CannotRule(f"{self.cite}, in force from {self.in_force_from}, has no such ADA eligibility code")


class OffCampusGround(Law):
    """A ground to be counted present elsewhere: for every grade unless it names some, for any number of days a school
    year, and in a row, unless it says how many at most; and whether she must be seen at school the same day."""

    ground: str
    most_days_a_year: PositiveInt | None = None
    most_days_in_a_row: PositiveInt | None = None
    seen_the_same_day: bool = False
    grades: tuple[str, ...] | None = None


class OffCampus(Version):
    grounds: tuple[OffCampusGround, ...]

    def ground(self, name: str) -> OffCampusGround:
        for ground in self.grounds:
            if ground.ground == name:
                return ground
        raise CannotRule(f"{self.cite}, in force from {self.in_force_from}, has no such ground")


class TexasLaw(Law):
    membership_hours: Dated[MembershipHours]
    eligibility_codes: Dated[EligibilityCodes]
    official_roll: Dated[Version]
    tardies: Dated[Version]
    adjustments: Dated[Version]
    counted_present_off_campus: Dated[OffCampus]
    eligible_days: Dated[Version]
    counted_in_minutes: Dated[Version]


SIXTHS = {DayWeight.FULL: DAY, DayWeight.HALF: HALF_DAY, DayWeight.NONE: 0}


def rule_eligibility(day: TexasDay, law: TexasLaw) -> Ruling[EligibilityCode]:
    """Which code counts the day (rules TX-2 and TX-5). The SIS's code stands; minutes that contradict it are a warning.

    Raises CannotRule when neither code nor minutes are known, or the code is not one of the day's law.
    """
    hours, table = law.membership_hours.in_force(day.on), law.eligibility_codes.in_force(day.on)
    minutes, given = day.scheduled_minutes, day.ada_eligibility_code
    if given is None and minutes is None:
        raise CannotRule("neither the ADA eligibility code nor the scheduled minutes of instruction are known")
    if minutes is None:
        row = table.row(given or "")
        return Ruling("eligibility", row, "the code that the SIS gave", table.citation)

    by_minutes, test = hours.default_for(minutes)
    because = f"{minutes} min scheduled; {test}"
    if given is None:
        row = table.row(by_minutes)
        return Ruling("eligibility", row, f"by default: {because}", hours.citation)

    row, expected = table.row(given), table.row(by_minutes)
    warning: tuple[Ruling[object], ...] = ()
    if row.day not in (expected.day, DayWeight.BY_MINUTES):
        said = f"code {row.code} is {row.meaning}, but {because}: the code stands, check it"
        warning = (Ruling("warning", "code and minutes disagree", said, hours.citation),)
    return Ruling("eligibility", row, "the code that the SIS gave", table.citation, warning)


def is_half_day(on: date, minutes: int | None, code: str | None, law: TexasLaw) -> bool:
    """Whether who is enrolled like that is a half-day student (rule TX-10). False where it cannot be ruled."""
    try:
        marked = TexasDay(on, minutes, code, OfficialMark.PRESENT, MarkReason.MARKED_PRESENT)
        return rule_eligibility(marked, law).value.day is DayWeight.HALF
    except CannotRule:
        return False


def rule_mark(day: TexasDay, law: TexasLaw) -> Ruling[OfficialMark]:
    """Present or absent for the whole day, as at the official roll (rules TX-8, TX-11, TX-13 and TX-14)."""
    if day.mark_reason in OFF_CAMPUS:
        under = law.counted_present_off_campus.in_force(day.on).citation
        return Ruling("official mark", day.official_mark, str(day.mark_reason), under)
    if day.mark_reason in TARDY:
        rule = law.tardies
    elif day.mark_reason in ADJUSTED:
        rule = law.adjustments
    else:
        rule = law.official_roll
    return Ruling("official mark", day.official_mark, str(day.mark_reason), rule.in_force(day.on).citation)


def rule_day(day: TexasDay, law: TexasLaw) -> Ruling[DayCount]:
    """Count one student-day, in sixths (rule TX-15). Raises CannotRule rather than guess."""
    eligibility = rule_eligibility(day, law)
    row = eligibility.value
    if row.day is DayWeight.BY_MINUTES:
        because = f"{row.meaning}: counted in minutes, not at the official roll"
        return Ruling("day", DayCount(), because, law.counted_in_minutes.in_force(day.on).citation, (eligibility,))

    mark, weight = rule_mark(day, law), SIXTHS[row.day]
    match mark.value:
        case OfficialMark.NOT_TAKEN:
            count = DayCount(membership=weight, not_taken=weight)
        case OfficialMark.ABSENT:
            count = DayCount(membership=weight, absent=weight)
        case OfficialMark.PRESENT if row.counts_as is CountsAs.ELIGIBLE:
            count = DayCount(membership=weight, eligible=weight)
        case OfficialMark.PRESENT:
            count = DayCount(membership=weight, ineligible=weight)

    because = f"{day.mark_reason}; {row.meaning}"
    rule = law.eligible_days.in_force(day.on)
    return Ruling("day", count, because, rule.citation, resting_on=(eligibility, mark))
