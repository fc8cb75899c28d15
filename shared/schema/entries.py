"""What a stream says: the entries of roll's ledger, which are at once its audit trail and its change feed.

An entry's body is canonical JSON (RFC 8785) of one of these. Entries speak of students by id only.
"""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    Code,
    ReportingPeriod,
    School,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    SectionTeacher,
    Track,
)

DISTRICT_STREAM = "district"
"""The stream of what no school owns. A school's stream is named by `school_stream`."""

MARK_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
"""A mark is one digit: its position in the roll's own list of codes."""


def school_stream(school_id: str) -> str:
    return f"school.{school_id}"


class Entry(Schema):
    at: datetime
    by: str
    role: str


class RosterChanged(Entry):
    """Rows that the SIS added or changed, each whole, in one of COLLECTIONS."""

    kind: Literal["roster_changed"] = "roster_changed"
    collection: str
    rows: tuple[dict[str, Any], ...]


class RosterFixed(Entry):
    """The students of a section in the order in which its rolls mark them, under a number that rolls refer to."""

    kind: Literal["roster_fixed"] = "roster_fixed"
    section_id: Id
    roster: int
    students: tuple[Id, ...]


class MarkTimes(Schema):
    arrived_at: time | None = None
    left_at: time | None = None


class RollTaken(Entry):
    """A roll: `marks[i]` is the digit of the code of student i of the roster. From version 2 on: amendments."""

    kind: Literal["roll_taken"] = "roll_taken"
    section_id: Id
    on: date
    period_id: Id
    version: int
    roster: int
    codes: Annotated[tuple[Code, ...], Field(max_length=36)]
    marks: str
    times: dict[Id, MarkTimes] | None = None


class MarkAdjusted(Entry):
    kind: Literal["mark_adjusted"] = "mark_adjusted"
    section_id: Id
    on: date
    period_id: Id
    version: int
    student_id: Id
    was: Code
    code: Code
    reason: ShortText
    authority: ShortText
    document: ShortText


AnyEntry = Annotated[RosterChanged | RosterFixed | RollTaken | MarkAdjusted, Field(discriminator="kind")]
read_entry: TypeAdapter[RosterChanged | RosterFixed | RollTaken | MarkAdjusted] = TypeAdapter(AnyEntry)

COLLECTIONS: dict[str, type[Schema]] = {
    "attendance_codes": AttendanceCode,
    "schools": School,
    "tracks": Track,
    "reporting_periods": ReportingPeriod,
    "calendar_days": CalendarDay,
    "bell_periods": BellPeriod,
    "school_enrollments": SchoolEnrollment,
    "sections": Section,
    "section_teachers": SectionTeacher,
    "section_enrollments": SectionEnrollment,
}


class FeedEntry(Schema):
    """One entry on the feed: `body` is the stored text, exactly; `hash` is hex."""

    sequence: int
    hash: str
    body: str


class FeedPage(Schema):
    """Entries of one stream after a cursor. `cursor` is opaque: send it back as `after`."""

    epoch: UUID
    stream: str
    entries: tuple[FeedEntry, ...]
    cursor: str
    head: int


class StreamHead(Schema):
    stream: str
    head: int
    hash: str


class StreamHeads(Schema):
    epoch: UUID
    streams: tuple[StreamHead, ...]
