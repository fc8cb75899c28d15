"""What a student information system tells roll: one row a fact, named by the SIS's own ids.

Spans are half-open everywhere: `begins_on` is the first day in, `ends_before` the first day out. A school enrollment
keeps the field's own words: the withdrawal date is the day on which it is officially known that the student has left,
and is not a day of membership (TX-3, AMB-2).
"""

from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.schema.base import Id, LongText, Schema, ShortText

Day = Annotated[date, Field(ge=date(1990, 1, 1), lt=date(2100, 1, 1))]
Minutes = Annotated[int, Field(ge=0, le=1440)]
SchoolYear = Annotated[int, Field(ge=1990, le=2100, description="The year in which the school year ends.")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,7}$")]
Grade = Literal[
    "PK", "TK", "KG", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12"
]  # fmt: skip


class Jurisdiction(StrEnum):
    TEXAS = "texas"
    NEW_YORK = "new_york"
    ILLINOIS = "illinois"
    CALIFORNIA = "california"


class Presence(StrEnum):
    """What a code says of the student at roll time. A roll that nobody took has no code at all."""

    PRESENT = "present"
    ABSENT = "absent"
    TARDY = "tardy"
    EARLY_DEPARTURE = "early_departure"


class Suspension(StrEnum):
    """What a code says of a suspended student: kept at school, or out of it (NY-11, CA-6)."""

    IN_SCHOOL = "in_school"
    OUT_OF_SCHOOL = "out_of_school"


class RollMode(StrEnum):
    DAILY = "daily"
    TWICE_DAILY = "twice_daily"
    EVERY_PERIOD = "every_period"


class Span(Schema):
    begins_on: Day
    ends_before: Day | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.ends_before is not None and self.ends_before < self.begins_on:
            raise ValueError("ends_before may not be earlier than begins_on")
        return self


class AttendanceCode(Span):
    """A local code, with the definition that must be kept with the records (TX-13, NY-4)."""

    code: Code
    definition: LongText
    presence: Presence
    excused: bool | None = None
    present_at_official_roll: bool | None = Field(
        default=None,
        description="Texas: a tardy before the official roll is present, after it absent (TX-13).",
    )
    office_only: bool = Field(default=False, description="Only the attendance office may use it.")
    suspension: Suspension | None = Field(
        default=None, description="Of a student who is suspended; `presence` says whether she was there all the same."
    )

    @model_validator(mode="after")
    def _an_absence_is_not_present(self) -> Self:
        if self.presence is Presence.PRESENT and self.present_at_official_roll is False:
            raise ValueError("a present code counts as present at the official roll")
        return self


class School(Schema):
    school_id: Id
    name: ShortText
    jurisdiction: Jurisdiction
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+/[A-Za-z_/]+$", max_length=40)]
    roll_mode: RollMode
    teacher_edit_minutes: Annotated[int, Field(ge=0, le=5_256_000)] | None = Field(
        default=None,
        description="How long after the end of its period a teacher may amend a roll; then it is the office's to "
        "adjust (TX-11). By default until the end of the school's local day.",
    )


class Track(Span):
    """A calendar of a school: the students on one track share its days taught and its official roll (TX-9, TX-17)."""

    school_id: Id
    track_id: Id
    school_year: SchoolYear
    official_period_id: Id | None = Field(
        default=None, description="The period of the official roll, fixed for the year (TX-9)."
    )
    whole_day_absence_minutes: Annotated[int, Field(ge=1, le=1440)] | None = Field(
        default=None,
        description="New York: so many minutes absent are a whole day, where the district counts so (NY-11).",
    )


class ReportingPeriod(Span):
    """A six-weeks of Texas, or whatever the jurisdiction reports by."""

    school_id: Id
    track_id: Id
    school_year: SchoolYear
    number: Annotated[int, Field(ge=1, le=40)]
    name: ShortText


class CalendarDay(Schema):
    school_id: Id
    track_id: Id
    on: Day
    instructional: bool
    bell_schedule_id: Id | None = None
    closed: Literal["all", "part"] | None = None
    cause: ShortText | None = Field(default=None, description="Why the school was closed (NY-1, (d)(8)).")

    @model_validator(mode="after")
    def _a_closure_has_a_cause(self) -> Self:
        if self.closed is not None and self.cause is None:
            raise ValueError("a closure needs its cause")
        if self.closed == "all" and self.instructional:
            raise ValueError("a day closed all day is not instructional")
        return self


class BellPeriod(Schema):
    """One period of one bell schedule. Periods are ordered by the time they begin."""

    school_id: Id
    bell_schedule_id: Id
    period_id: Id
    begins_at: time
    ends_at: time
    instructional: bool = True

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.ends_at <= self.begins_at:
            raise ValueError("a period ends after it begins")
        return self


class Guardian(Schema):
    name: ShortText
    phones: tuple[ShortText, ...] = ()


class Student(Schema):
    """The register's facts about a person (NY-1). They never enter a stream: they stay correctable and erasable."""

    student_id: Id
    given_name: ShortText | None = None
    family_name: ShortText | None = None
    birth_date: Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2100, 1, 1))] | None = None
    address: LongText | None = None
    guardians: tuple[Guardian, ...] = ()


class SchoolEnrollment(Schema):
    """A student's membership of a school, from the entry date up to but not including the withdrawal date."""

    school_id: Id
    student_id: Id
    entry_date: Day
    withdrawal_date: Day | None = None
    grade: Grade
    track_id: Id
    scheduled_minutes: Minutes | None = Field(default=None, description="Instruction scheduled a day (TX-2).")
    ada_eligibility_code: Annotated[str, StringConstraints(pattern=r"^[0-9]$")] | None = None
    category: ShortText | None = Field(default=None, description="Such as half-day kindergarten or homebound.")
    non_claimable_reason: ShortText | None = Field(default=None, description="Illinois (IL-8).")

    @model_validator(mode="after")
    def _enters_before_withdrawing(self) -> Self:
        if self.withdrawal_date is not None and self.withdrawal_date < self.entry_date:
            raise ValueError("the withdrawal date may not be earlier than the entry date")
        return self


class Staff(Schema):
    staff_id: Id
    name: ShortText


class Section(Span):
    """A class: it meets in its periods on the instructional days of its span that fall on its weekdays (1 = Monday)."""

    school_id: Id
    section_id: Id
    title: ShortText
    track_id: Id
    period_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(min_length=1, max_length=7)] = (
        1, 2, 3, 4, 5,
    )  # fmt: skip


class SectionTeacher(Span):
    school_id: Id
    section_id: Id
    staff_id: Id
    substitute: bool = False


class SectionEnrollment(Span):
    school_id: Id
    section_id: Id
    student_id: Id
