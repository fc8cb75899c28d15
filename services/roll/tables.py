"""Roll's tables, as its migrations make them. A test holds the two against each other."""

from datetime import date, time
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Integer, LargeBinary, Text, Time, inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class DistrictRow(SQLModel):
    """Every row belongs to a district, which is the first part of its key (docs/decisions/0002)."""

    __table_args__: ClassVar[Any] = {"schema": "roll"}

    district_id: str = Field(primary_key=True, sa_type=Text)


def _key(kind: Any = Text) -> Any:
    return Field(primary_key=True, sa_type=kind)


def _text() -> Any:
    return Field(sa_type=Text)


def _array(kind: Any) -> Any:
    return Field(sa_type=ARRAY(kind))


def key_of(table: type[DistrictRow]) -> tuple[str, ...]:
    """What names a row within its district."""
    return tuple(column.name for column in inspect(table).primary_key if column.name != "district_id")


def columns_of(table: type[DistrictRow]) -> tuple[str, ...]:
    """Every column but the district."""
    return tuple(column.name for column in inspect(table).columns if column.name != "district_id")


class StreamHeadRow(DistrictRow, table=True):
    __tablename__ = "stream_head"

    stream: str = _key()
    sequence: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class EntryRow(DistrictRow, table=True):
    __tablename__ = "entry"

    stream: str = _key()
    sequence: int = _key(BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
    body: bytes = Field(sa_type=LargeBinary)
    write_id: UUID | None
    write_digest: bytes | None = Field(sa_type=LargeBinary)


class AttendanceCodeRow(DistrictRow, table=True):
    __tablename__ = "attendance_code"

    code: str = _key()
    begins_on: date = _key(Date)
    ends_before: date | None = Field(sa_type=Date)
    definition: str = _text()
    presence: str = _text()
    excused: bool | None
    present_at_official_roll: bool | None
    office_only: bool
    suspension: str | None = _text()


class SchoolRow(DistrictRow, table=True):
    __tablename__ = "school"

    school_id: str = _key()
    name: str = _text()
    jurisdiction: str = _text()
    time_zone: str = _text()
    roll_mode: str = _text()
    teacher_edit_minutes: int | None


class TrackRow(DistrictRow, table=True):
    __tablename__ = "track"

    school_id: str = _key()
    track_id: str = _key()
    school_year: int = _key(Integer)
    begins_on: date = Field(sa_type=Date)
    ends_before: date | None = Field(sa_type=Date)
    official_period_id: str | None = _text()
    whole_day_absence_minutes: int | None = Field(sa_type=Integer)


class ReportingPeriodRow(DistrictRow, table=True):
    __tablename__ = "reporting_period"

    school_id: str = _key()
    track_id: str = _key()
    school_year: int = _key(Integer)
    number: int = _key(Integer)
    name: str = _text()
    begins_on: date = Field(sa_type=Date)
    ends_before: date | None = Field(sa_type=Date)


class BellPeriodRow(DistrictRow, table=True):
    __tablename__ = "bell_period"

    school_id: str = _key()
    bell_schedule_id: str = _key()
    period_id: str = _key()
    begins_at: time = Field(sa_type=Time)
    ends_at: time = Field(sa_type=Time)
    instructional: bool


class CalendarDayRow(DistrictRow, table=True):
    __tablename__ = "calendar_day"

    school_id: str = _key()
    track_id: str = _key()
    on: date = _key(Date)
    instructional: bool
    bell_schedule_id: str | None = _text()
    closed: str | None = _text()
    cause: str | None = _text()


class StudentRow(DistrictRow, table=True):
    __tablename__ = "student"

    student_id: str = _key()
    given_name: str | None = _text()
    family_name: str | None = _text()
    birth_date: date | None = Field(sa_type=Date)
    address: str | None = _text()
    guardians: Any = Field(sa_type=JSONB, nullable=True)


class StaffRow(DistrictRow, table=True):
    __tablename__ = "staff"

    staff_id: str = _key()
    name: str = _text()


class SchoolEnrollmentRow(DistrictRow, table=True):
    __tablename__ = "school_enrollment"

    school_id: str = _key()
    student_id: str = _key()
    entry_date: date = _key(Date)
    withdrawal_date: date | None = Field(sa_type=Date)
    grade: str = _text()
    track_id: str = _text()
    scheduled_minutes: int | None
    ada_eligibility_code: str | None = _text()
    category: str | None = _text()
    non_claimable_reason: str | None = _text()


class SectionRow(DistrictRow, table=True):
    __tablename__ = "section"

    school_id: str = _text()
    section_id: str = _key()
    title: str = _text()
    track_id: str = _text()
    begins_on: date = Field(sa_type=Date)
    ends_before: date | None = Field(sa_type=Date)
    period_ids: list[str] = _array(Text)
    weekdays: list[int] = _array(Integer)


class SectionTeacherRow(DistrictRow, table=True):
    __tablename__ = "section_teacher"

    school_id: str = _text()
    section_id: str = _key()
    staff_id: str = _key()
    begins_on: date = _key(Date)
    ends_before: date | None = Field(sa_type=Date)
    substitute: bool


class SectionEnrollmentRow(DistrictRow, table=True):
    __tablename__ = "section_enrollment"

    school_id: str = _text()
    section_id: str = _key()
    student_id: str = _key()
    begins_on: date = _key(Date)
    ends_before: date | None = Field(sa_type=Date)


class SectionRosterRow(DistrictRow, table=True):
    __tablename__ = "section_roster"

    section_id: str = _key()
    roster: int = _key(Integer)
    students: list[str] = _array(Text)


class RollRow(DistrictRow, table=True):
    """A roll as it stands. See the migration for how its marks are packed."""

    __tablename__ = "roll"

    school_id: str = _text()
    section_id: str = _key()
    on: date = _key(Date)
    period_id: str = _key()
    version: int
    roster: int
    sequence: int = Field(sa_type=BigInteger)
    codes: list[str] = _array(Text)
    marks: str = _text()
    teacher_said: Any = Field(sa_type=JSONB, nullable=True)
    times: Any = Field(sa_type=JSONB, nullable=True)


class RollChangeRow(DistrictRow, table=True):
    __tablename__ = "roll_change"

    section_id: str = _key()
    on: date = _key(Date)
    period_id: str = _key()
    sequence: int = _key(BigInteger)
    student_id: str | None = _text()


class RollConflictRow(DistrictRow, table=True):
    """A student of whom claims differed after an entry. See conflicts.py for which are open."""

    __tablename__ = "roll_conflict"

    school_id: str = _text()
    section_id: str = _key()
    on: date = _key(Date)
    period_id: str = _key()
    sequence: int = _key(BigInteger)
    student_id: str = _key()
    claims: Any = Field(sa_type=JSONB)
