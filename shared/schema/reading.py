"""What an attendance office reads: rolls not taken, the day at a glance, a student's register, who has read what."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

from shared.schema.base import Id, Schema
from shared.schema.roster import Code, Guardian, Presence, RollMode


class RollsTeacher(Schema):
    staff_id: Id
    name: str
    substitute: bool


class RollNotTaken(Schema):
    """A roll that was due and that nobody has taken; `sheet` is where to take it.

    `overdue_minutes` counts from the end of its period or, where the bell schedule is not known, of the day.
    """

    section_id: Id
    title: str
    on: date
    period_id: Id
    begins_at: time | None
    ends_at: time | None
    students: int
    teachers: tuple[RollsTeacher, ...]
    overdue_minutes: int
    sheet: str


class RollsNotTaken(Schema):
    """In the order of the days and of the periods in a day. `next_cursor` is null when there are no more."""

    school_id: Id
    begins_on: date
    ends_before: date
    as_of: datetime
    rolls: tuple[RollNotTaken, ...]
    next_cursor: str | None


class RollCounts(Schema):
    """Rolls of a day: scheduled = taken + not taken + to come.

    `to_come` are those whose period is not over yet. Beside them: rolls taken that the schedule did not ask for, and
    rolls set aside because the calendar has closed the day since.
    """

    rolls_scheduled: int = 0
    rolls_taken: int = 0
    rolls_not_taken: int = 0
    rolls_to_come: int = 0
    rolls_not_scheduled: int = 0
    rolls_set_aside: int = 0


class MarkCounts(Schema):
    """Marks on rolls that were taken, one for each student of each roll. `undefined`: its code has no definition.

    `in_conflict`: those of them that several have claimed to be otherwise, and that nobody has decided upon.
    """

    present: int = 0
    absent: int = 0
    tardy: int = 0
    early_departure: int = 0
    undefined: int = 0
    in_conflict: int = 0


class MemberCounts(Schema):
    """Members of the school on the day, those on at least one roll taken, and those absent from every such roll."""

    members: int = 0
    members_marked: int = 0
    members_absent_throughout: int = 0


class PeriodCounts(RollCounts, MarkCounts):
    period_id: Id


class GradeCounts(MarkCounts, MemberCounts):
    """`grade` is null for students on a roll of a school of which they are not members that day."""

    grade: str | None


class SchoolDay(RollCounts, MarkCounts, MemberCounts):
    """One school's day at a glance."""

    school_id: Id
    name: str
    on: date
    as_of: datetime
    by_period: tuple[PeriodCounts, ...]
    by_grade: tuple[GradeCounts, ...]


class DistrictDay(RollCounts, MarkCounts, MemberCounts):
    """The district's day at a glance, and each school's."""

    on: date
    as_of: datetime
    by_period: tuple[PeriodCounts, ...]
    by_grade: tuple[GradeCounts, ...]
    schools: tuple[SchoolDay, ...]


RegisterItem = Literal[
    "name", "birth_date", "parents", "address", "phone", "enrollment_date", "attendance", "closures", "withdrawal_date"
]
"""What a register must show of each pupil: 8 NYCRR 104.1(d)(1)-(9) (rule NY-1)."""


class RegisterEnrollment(Schema):
    school_id: Id
    school_name: str
    grade: str
    entry_date: date
    withdrawal_date: date | None


class RegisterMark(Schema):
    """One mark of the day; `code` is null when the roll was due and nobody took it."""

    section_id: Id
    period_id: Id
    begins_at: time | None
    code: Code | None
    presence: Presence | None
    excused: bool | None
    arrived_at: time | None = None
    left_at: time | None = None
    set_aside: bool = False


class RegisterDay(Schema):
    """A day of the calendar within an enrollment. `closed` and `cause` as the calendar says."""

    school_id: Id
    on: date
    instructional: bool
    closed: Literal["all", "part"] | None
    cause: str | None
    marks: tuple[RegisterMark, ...]


class Register(Schema):
    """A student's register for a school year, and which of its nine items are missing (rule NY-1)."""

    student_id: Id
    school_year: int
    as_of: datetime
    given_name: str | None
    family_name: str | None
    birth_date: date | None
    guardians: tuple[Guardian, ...]
    address: str | None
    enrollments: tuple[RegisterEnrollment, ...]
    days: tuple[RegisterDay, ...]
    missing: tuple[RegisterItem, ...]


class RegisterGap(Schema):
    student_id: Id
    missing: tuple[RegisterItem, ...]


class RegisterGaps(Schema):
    """Students of a school whose register lacks something; `examined` counts the students looked at for this page."""

    school_id: Id
    school_year: int
    examined: int
    students: tuple[RegisterGap, ...]
    next_cursor: str | None


class Access(Schema):
    """Somebody read something of a student's record."""

    access_id: UUID
    at: datetime
    subject: str
    role: str
    route: str


class Accesses(Schema):
    student_id: Id
    accesses: tuple[Access, ...]
    next_cursor: str | None


class RequiredRollMode(Schema):
    """The least that a rule asks for, why, and whether the school's setting meets it."""

    mode: RollMode
    because: str
    cite: str
    is_met: bool


class RollModeAnswer(Schema):
    """How often a school takes the roll: its own setting. `required` is null where we know no rule."""

    school_id: Id
    mode: RollMode
    required: RequiredRollMode | None


class UnmappedCode(Schema):
    """A code that stops a count, and where it stands on rolls.

    Missing is `present_at_official_roll` (Texas: a tardy counts as present or absent, TX-13), or the whole `version`:
    rolls have the code on days on which none of its versions is in force. The span is the version's, or the gap's.
    """

    code: Code
    begins_on: date
    ends_before: date | None
    missing: Literal["present_at_official_roll", "version"]
    rolls: int
    first_on: date | None
    last_on: date | None
    schools: tuple[Id, ...]


class UnmappedCodes(Schema):
    codes: tuple[UnmappedCode, ...]
