"""New York: how often the roll is taken (8 NYCRR §104.1(d)(7)), and what the periods of a day come to."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.credit.day_count import DAY, DayCount
from services.credit.rulebook import Dated, Law, Version
from shared.schema.roster import Grade, RollMode
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


class RollTaking(Version):
    period_grades: tuple[Grade, ...]


class NewYorkLaw(Law):
    roll_taking: Dated[RollTaking]
    nonpublic_roll_taking: Dated[Version]
    daily_status: Dated[Version]


@dataclass(frozen=True, slots=True)
class PupilsSchedule:
    """What decides how often the roll is taken for a pupil."""

    grade: Grade
    departmentalized: bool
    changes_classrooms: bool
    dismissed_for_lunch: bool
    nonpublic: bool = False


def roll_mode(schedule: PupilsSchedule, on: date, law: NewYorkLaw) -> Ruling[RollMode]:
    """How often the roll is taken in a school day (rule NY-2). Raises NoLawInForce before 1 July 2003."""
    rule = law.roll_taking.in_force(on)
    nonpublic = law.nonpublic_roll_taking.root[0]
    if schedule.nonpublic and nonpublic.in_force_from <= on:
        said = "a nonpublic school takes it once per school day"
        return Ruling("roll", RollMode.DAILY, said, law.nonpublic_roll_taking.in_force(on).citation)
    by_period = schedule.departmentalized or schedule.grade in rule.period_grades
    who = f"grade {schedule.grade}, {'departmentalized' if schedule.departmentalized else 'not departmentalized'}"
    if by_period and schedule.changes_classrooms:
        return Ruling("roll", RollMode.EVERY_PERIOD, f"{who}, changing classrooms each period", rule.citation)
    if schedule.dismissed_for_lunch:
        said = f"{who}; dismissed from school grounds at lunch, so again upon return"
        return Ruling("roll", RollMode.TWICE_DAILY, said, rule.citation)
    return Ruling("roll", RollMode.DAILY, f"{who}; at school over lunch", rule.citation)


def takings(mode: RollMode, periods: int) -> int:
    """How many times a day the roll is taken for a pupil with so many periods of scheduled instruction."""
    return {RollMode.DAILY: 1, RollMode.TWICE_DAILY: 2, RollMode.EVERY_PERIOD: periods}[mode]


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
