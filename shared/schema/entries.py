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

NAMED_ONLY = "Of older entries: who agreed, by name alone. Since approvals are entries, no write says it any more."


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
    approval_ids: tuple[UUID, ...] | None = Field(
        default=None, description="Of calendar days that a statement had locked: the approvals by which they change."
    )


class RosterFixed(Entry):
    """The students of a section in the order in which its rolls mark them, under a number that rolls refer to."""

    kind: Literal["roster_fixed"] = "roster_fixed"
    section_id: Id
    roster: int
    students: tuple[Id, ...]


class MarkTimes(Schema):
    arrived_at: time | None = None
    left_at: time | None = None


Authority = Literal["office", "teacher", "substitute"]
"""As what somebody marked a roll, the weightiest first: of the office, as the section's teacher, or as a substitute."""


class Claim(Schema):
    """How somebody marks a student, of whom others say otherwise. `late`: it came after the teacher's window."""

    code: Code
    by: str
    authority: Authority
    late: bool = False


class RollTaken(Entry):
    """A roll: `marks[i]` is the digit of the code of student i of the roster. From version 2 on: amendments.

    `marks` are the marks that stand. A teacher who amends does not undo the office: what she says of students whose
    marks the office has adjusted is in `teacher_said`, beside the adjusted mark that goes on standing.

    A roll that was merged (docs/decisions/0051) has `base_version`, the version that it was based on. Of students for
    whom something else stands, `submitted` says how it marked them; `submitted_times` are its own times; `conflicts`
    are the students of whom claims differ after it. `follows` is the submission that it corrects.
    """

    kind: Literal["roll_taken"] = "roll_taken"
    section_id: Id
    on: date
    period_id: Id
    version: int
    roster: int
    codes: Annotated[tuple[Code, ...], Field(max_length=36)]
    marks: str
    teacher_said: dict[Id, Code] | None = None
    times: dict[Id, MarkTimes] | None = None
    follows: UUID | None = None
    base_version: int | None = None
    submitted: dict[Id, Code] | None = None
    submitted_times: dict[Id, MarkTimes] | None = None
    conflicts: dict[Id, tuple[Claim, ...]] | None = None
    approval_id: UUID | None = None
    second_approver: Id | None = Field(default=None, description=NAMED_ONLY)


class MarkAdjusted(Entry):
    """One mark set aside for another. Marks adjusted as one act, a field trip for instance, share an `act_id`."""

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
    act_id: UUID | None = None
    approval_id: UUID | None = None
    second_approver: Id | None = Field(default=None, description=NAMED_ONLY)


class PeriodLocked(Entry):
    """A statement was certified: from here on the school's rolls of these days change only by an approval."""

    kind: Literal["period_locked"] = "period_locked"
    statement_id: Id
    begins_on: date
    ends_before: date


class PeriodUnlocked(Entry):
    kind: Literal["period_unlocked"] = "period_unlocked"
    statement_id: Id
    reason: ShortText
    approval_id: UUID | None = None
    second_approver: Id | None = Field(default=None, description=NAMED_ONLY)


class ChangeApproved(Entry):
    """Somebody agrees to a change of locked days: of one act, of one day by the office, or of the locks themselves.

    It opens the locks of `statements` to everybody but who gave it, until it expires. What goes by it names its id,
    which is also the id of this write.
    """

    kind: Literal["change_approved"] = "change_approved"
    approval_id: UUID
    statements: tuple[Id, ...]
    act_id: UUID | None = None
    on: date | None = None
    release: bool = False
    reason: ShortText
    expires_at: datetime


class PeopleChanged(Entry):
    """Facts about people were added or changed. Which people, never which facts: those stay erasable."""

    kind: Literal["people_changed"] = "people_changed"
    people: Literal["students", "staff"]
    ids: tuple[Id, ...]


EntryKind = (
    RosterChanged | PeopleChanged | RosterFixed | RollTaken | MarkAdjusted | PeriodLocked | PeriodUnlocked
    | ChangeApproved
)  # fmt: skip
AnyEntry = Annotated[EntryKind, Field(discriminator="kind")]
read_entry: TypeAdapter[EntryKind] = TypeAdapter(AnyEntry)

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
    """Every stream of the district. `reached` grows with every entry of any of them: wait for it to pass."""

    epoch: UUID
    reached: int
    streams: tuple[StreamHead, ...]


class StreamReceipt(Schema):
    """Proof that an entry was kept: its place in the stream and the hash of the chain there (hex)."""

    stream: str
    sequence: int
    hash: str
