"""New York: what the periods of a day come to (8 NYCRR §104.1(d)(7)). How often the roll is taken is roll's."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.credit.day_count import DAY, DayCount
from services.credit.rulebook import Dated, Law, Version
from shared.schema.ruling import Ruling


class PeriodMark(StrEnum):
    """How one taking of the roll found the pupil. A roll that nobody took found nobody."""

    PRESENT = "present"
    TARDY = "tardy"
    EARLY_DEPARTURE = "early_departure"
    ABSENT = "absent"
    NOT_TAKEN = "not_taken"


ATTENDED = {PeriodMark.PRESENT, PeriodMark.TARDY, PeriodMark.EARLY_DEPARTURE}


@dataclass(frozen=True, slots=True)
class NewYorkDay:
    """The facts of one student-day in New York.

    `marks`: one for each taking of the roll that the pupil was scheduled for. `enrolled_not_scheduled`: the school
    expects nothing of the pupil that day. `excused` speaks of the absence, None when unknown. `minutes_missed` and
    the district's `whole_day_minutes`: None where the district does not count so.
    """

    on: date
    marks: tuple[PeriodMark, ...]
    excused: bool | None = None
    enrolled_not_scheduled: bool = False
    minutes_missed: int | None = None
    whole_day_minutes: int | None = None

    def __post_init__(self) -> None:
        if self.enrolled_not_scheduled and self.marks:
            raise ValueError("a pupil who is not scheduled is on no roll")


class NewYorkLaw(Law):
    daily_status: Dated[Version]


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
        because = f"{day.minutes_missed} min missed; {day.whole_day_minutes} min are a whole day"
    elif ATTENDED.intersection(day.marks):
        count = DayCount(DAY, eligible=DAY)
        seen = sum(mark in ATTENDED for mark in day.marks)
        because = f"seen at {seen} of {len(day.marks)} takings of the roll, absent from {absences}"
    elif absences and absences == len(day.marks):
        count = DayCount(DAY, absent=DAY, unexcused=unexcused)
        because = f"absent from every one of {absences} takings of the roll"
    else:
        count = DayCount(DAY, not_taken=DAY)
        because = f"{len(day.marks) - absences} of {len(day.marks)} rolls were not taken, and nowhere present"
    return Ruling("day", count, because, rule.citation)
