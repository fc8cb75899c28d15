"""New York: what the periods of a day come to (8 NYCRR §104.1(d)(7)). How often the roll is taken is roll's."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.credit.day_count import DAY, DayCount
from services.credit.said_of_rolls import said_absent, said_present, said_unknown
from shared.schema.law import Dated, Law, Version
from shared.schema.roster import Suspension
from shared.schema.ruling import Ruling


class PeriodMark(StrEnum):
    """How one taking of the roll found the pupil. A roll that nobody took found nobody."""

    PRESENT = "present"
    TARDY = "tardy"
    EARLY_DEPARTURE = "early_departure"
    ABSENT = "absent"
    NOT_TAKEN = "not_taken"


class Sirs(StrEnum):
    """The state's daily codes, of those that a reading of the rolls can tell (rule NY-11)."""

    PRESENT_IN = "P-IN"
    PRESENT_OUT = "P-OUT"
    TARDY_IN = "T-IN"
    TARDY_OUT = "T-OUT"
    EXCUSED = "E"
    UNEXCUSED = "U"
    IN_SCHOOL_SUSPENSION = "ISS"
    OUT_OF_SCHOOL_SUSPENSION = "OSS"
    NOT_SCHEDULED = "ENS"


ATTENDED = {PeriodMark.PRESENT, PeriodMark.TARDY, PeriodMark.EARLY_DEPARTURE}


@dataclass(frozen=True, slots=True)
class NewYorkDay:
    """The facts of one student-day in New York.

    `marks`: one for each taking of the roll that the pupil was scheduled for. `enrolled_not_scheduled`: the school
    expects nothing of the pupil that day. `excused` speaks of the absence, None when unknown. `minutes_missed` and
    the district's `whole_day_minutes`: None where the district does not count so. `suspension`: what every taking of
    the roll says, out of school where they differ.
    """

    on: date
    marks: tuple[PeriodMark, ...]
    excused: bool | None = None
    enrolled_not_scheduled: bool = False
    minutes_missed: int | None = None
    whole_day_minutes: int | None = None
    suspension: Suspension | None = None

    def __post_init__(self) -> None:
        if self.enrolled_not_scheduled and self.marks:
            raise ValueError("a pupil who is not scheduled is on no roll")


class NewYorkLaw(Law):
    daily_status: Dated[Version]
    daily_codes: Dated[Version]


def missed_the_whole_day(day: NewYorkDay) -> bool:
    if day.minutes_missed is None or day.whole_day_minutes is None:
        return False
    return day.minutes_missed >= day.whole_day_minutes


def rule_day(day: NewYorkDay, law: NewYorkLaw) -> Ruling[DayCount]:
    """Count one student-day, in sixths (rule NY-11): absent only when every scheduled period is absent.

    Eligible means attended. With no attendance seen and a roll that nobody took, the day is not taken.
    """
    rule = law.daily_status.in_force(day.on)
    absences = day.marks.count(PeriodMark.ABSENT)
    unexcused = DAY if day.excused is False else 0
    if day.enrolled_not_scheduled:
        count, because = DayCount(), "enrolled, not scheduled that day"
    elif missed_the_whole_day(day):
        count = DayCount(DAY, absent=DAY, unexcused=unexcused)
        because = f"missed {day.minutes_missed} minutes; {day.whole_day_minutes} are a whole day's absence"
    elif ATTENDED.intersection(day.marks):
        count = DayCount(DAY, eligible=DAY)
        because = said_present(sum(mark in ATTENDED for mark in day.marks), absences, len(day.marks))
    elif absences and absences == len(day.marks):
        count = DayCount(DAY, absent=DAY, unexcused=unexcused)
        because = said_absent(absences, day.excused)
    else:
        count = DayCount(DAY, not_taken=DAY)
        because = said_unknown(absences, len(day.marks))
    return Ruling("day", count, because, rule.citation, (daily_codes(day, count, law.daily_codes.in_force(day.on)),))


def daily_codes(day: NewYorkDay, count: DayCount, rule: Version) -> Ruling[str]:
    """The state's records of the day, a space between (rule NY-11): none of a day not taken, two of a suspension."""
    what, said = "daily codes", _attendance_code(day, count)
    if said is None:
        unsaid = "nobody knows yet" if count.not_taken else "no code says whether the absence is excused"
        return Ruling(what, "", f"not computable: {unsaid}", rule.citation)
    code, because = said
    if day.suspension is None:
        return Ruling(what, code.value, because, rule.citation)
    kept = Sirs.IN_SCHOOL_SUSPENSION if day.suspension is Suspension.IN_SCHOOL else Sirs.OUT_OF_SCHOOL_SUSPENSION
    return Ruling(what, f"{kept} {code}", f"suspended at every taking of the roll, and {because}", rule.citation)


def _attendance_code(day: NewYorkDay, count: DayCount) -> tuple[Sirs, str] | None:
    out = day.suspension is Suspension.OUT_OF_SCHOOL
    where = "out of school" if out else "in school"
    if day.enrolled_not_scheduled:
        return Sirs.NOT_SCHEDULED, "enrolled, not scheduled"
    if count.absent:
        if day.excused is None:
            return None
        return (Sirs.EXCUSED, "absent, excused") if day.excused else (Sirs.UNEXCUSED, "absent, unexcused")
    if count.not_taken:
        return None
    if PeriodMark.TARDY in day.marks:
        return Sirs.TARDY_OUT if out else Sirs.TARDY_IN, f"tardy, {where}"
    return Sirs.PRESENT_OUT if out else Sirs.PRESENT_IN, f"present, {where}"
