"""Answers of credit. Days are printed as decimal text, exactly; `not_taken` days are in no other column."""

from datetime import date
from typing import Any

from shared.schema.base import Id, Schema
from shared.schema.not_taken import NotTakenUsed
from shared.schema.roster import Grade


class DayTotals(Schema):
    """Weighted days: membership = absent + eligible + ineligible + not_taken (TX-15 and GEN-6). As text: "27.5"."""

    membership_days: str
    absent_days: str
    eligible_days: str
    ineligible_days: str
    not_taken_days: str


class CaseCount(Schema):
    """A part of a sum: how many student-days were of one kind, and why they count as they do."""

    student_days: int
    because: str
    citation: str
    totals: DayTotals


class AdaRow(Schema):
    """ADA of one school (or of the district's schools in one jurisdiction) in one reporting period.

    `ada` is eligible days / days taught, track by track and school by school, then added and rounded half-up; `totals`
    has the exact days. `days_taught` is that of the track that was taught most. `students_at_a_later_roll` counts
    student-days taken at another period than the official one, which the student does not have. `counted_in_minutes`
    counts those of flexible attendance (TX-23): they are in no total here, `/v1/texas/ada` adds them to the ADA.
    """

    school_id: Id | None
    jurisdiction: str
    period: int | None
    begins_on: date
    ends_before: date
    days_taught: int
    students: int
    students_at_a_later_roll: int
    counted_in_minutes: int = 0
    totals: DayTotals
    ada: str | None
    ada_kind: str
    not_computable: str | None = None
    not_taken: tuple[NotTakenUsed, ...] = ()
    readings: tuple[str, ...] = ()
    breakdown: tuple[CaseCount, ...] = ()


class Behind(Schema):
    """What is not in an answer yet: entries of roll that were not read, school-days that wait to be built.

    `stopped`: streams that are not followed any more, with the reason. `not_begun`: streams of which nothing has been
    followed yet; whatever school one of them is of, the answer does not know it.
    """

    unread_entries: int
    school_days_waiting: int
    stopped: dict[str, str]
    not_begun: tuple[str, ...] = ()


class AdaAnswer(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    behind: Behind
    rows: tuple[AdaRow, ...]


class StudentPeriod(Schema):
    """One student in one school and reporting period."""

    school_id: Id
    period: int
    begins_on: date
    ends_before: date
    days_taught: int
    totals: DayTotals
    not_computable: str | None
    not_taken: tuple[NotTakenUsed, ...] = ()
    readings: tuple[str, ...] = ()


class StudentDays(Schema):
    district_id: Id
    student_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[StudentPeriod, ...]


class Why(Schema):
    """Why one student-day counts as it does: the ruling and everything that it rests on.

    `facts` has the formula's facts and, under `official_roll`, each roll of her official period as it stands. `totals`
    are of the day as it was seen; `not_taken` says what the district's reports make of the part that nobody took.
    """

    district_id: Id
    school_id: Id
    student_id: Id
    on: date
    facts: dict[str, Any]
    totals: DayTotals
    ruling: dict[str, Any]
    explanation: tuple[str, ...]
    followed_through: dict[str, int]
    law_digest: str
    not_taken: NotTakenUsed | None = None


class GradeShare(Schema):
    """How many students of one grade attend at the line or higher. `not_taken_days` are in neither side of a rate."""

    school_id: Id
    grade: Grade
    students: int
    at_or_above: int
    students_without_a_rate: int
    not_taken_days: str


class AttendanceShares(Schema):
    """Shares of students at a rate of attendance (0.96: proficient or advanced, LA-5) by school and grade.

    `not_counted`: schools some of whose days cannot be counted, and why. Their rows are of the other days. `not_taken`:
    what was made of days whose roll nobody took, by the setting in force on the first day.
    """

    district_id: Id
    begins_on: date
    ends_before: date
    line: str
    law_digest: str
    followed_through: dict[str, int]
    behind: Behind
    not_counted: dict[Id, str]
    rows: tuple[GradeShare, ...]
    not_taken: tuple[NotTakenUsed, ...] = ()
