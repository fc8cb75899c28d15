"""The nine items of a New York register, and which of them a student's lacks (rule NY-1). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.schema.reading import RegisterItem
from shared.schema.roster import Student


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A student's membership of a school in a school year; the counts are of its calendar's days before today."""

    school_id: str
    entry_date: date
    withdrawal_date: date | None
    membership_days: int
    calendar_days: int
    instructional_days: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of the rolls that were due for a student before today: how many, and how many have her mark."""

    due: int
    marked: int


def missing_items(student: Student, enrolled: Sequence[Enrolled], attendance: Attendance) -> tuple[RegisterItem, ...]:
    """What 8 NYCRR 104.1(d)(1)-(9) asks for and is not there, in its order.

    Attendance is missing when a roll that was due was not taken, or when school was held and no roll was ever due.
    Closures are missing when there is no calendar. A withdrawal date is missing when the student has since entered
    another school; otherwise an open enrollment is one that goes on.
    """
    held = any(one.instructional_days for one in enrolled)
    lacks: tuple[tuple[RegisterItem, bool], ...] = (
        ("name", not (student.given_name and student.family_name)),
        ("birth_date", student.birth_date is None),
        ("parents", not student.guardians),
        ("address", not student.address),
        ("phone", not any(guardian.phones for guardian in student.guardians)),
        ("enrollment_date", not enrolled),
        ("attendance", attendance.marked < attendance.due or (held and not attendance.due)),
        ("closures", any(one.membership_days > 0 and not one.calendar_days for one in enrolled)),
        ("withdrawal_date", any(left_open(one, enrolled) for one in enrolled)),
    )
    return tuple(item for item, is_missing in lacks if is_missing)


def left_open(one: Enrolled, enrolled: Sequence[Enrolled]) -> bool:
    return one.withdrawal_date is None and any(
        other.school_id != one.school_id and other.entry_date > one.entry_date for other in enrolled
    )
