"""California: a day attended in whole or part is a day of attendance, and there is at most one per calendar day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.credit.day_count import DAY, DayCount
from services.credit.said_of_rolls import said_absent, said_present, said_unknown
from shared.schema.law import Dated, Law, Version
from shared.schema.ruling import Ruling


class RollMark(StrEnum):
    """How one taking of the roll found the pupil. Independent study that earns no attendance is absent."""

    PRESENT = "present"
    TARDY = "tardy"
    EARLY_DEPARTURE = "early_departure"
    IN_SCHOOL_SUSPENSION = "in_school_suspension"
    ABSENT = "absent"
    NOT_TAKEN = "not_taken"


ABSENCE_OR_UNKNOWN = {RollMark.ABSENT, RollMark.NOT_TAKEN}


@dataclass(frozen=True, slots=True)
class CaliforniaDay:
    """The facts of one student-day in California: one mark for each taking of the roll.

    `excused` speaks of the absence, None when unknown; out-of-school suspension is an excused absence.
    """

    on: date
    marks: tuple[RollMark, ...]
    excused: bool | None = None


class CaliforniaLaw(Law):
    day_of_attendance: Dated[Version]


def rule_day(day: CaliforniaDay, law: CaliforniaLaw) -> Ruling[DayCount]:
    """Count one student-day, in sixths. Eligible is attended; with nobody seen and a roll not taken, not taken."""
    rule = law.day_of_attendance.in_force(day.on)
    absences = day.marks.count(RollMark.ABSENT)
    attended = [mark for mark in day.marks if mark not in ABSENCE_OR_UNKNOWN]
    if attended:
        count = DayCount(DAY, eligible=DAY)
        because = said_present(len(attended), absences, len(day.marks))
    elif not day.marks or RollMark.NOT_TAKEN in day.marks:
        count, because = DayCount(DAY, not_taken=DAY), said_unknown(absences, len(day.marks))
    else:
        count = DayCount(DAY, absent=DAY, unexcused=DAY if day.excused is False else 0)
        because = said_absent(absences, day.excused)
    return Ruling("day", count, because, rule.citation)
