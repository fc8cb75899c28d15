"""Rolls on the wire: the sheet a teacher fills, what she submits, her receipt, and the office's adjustment."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schema.base import Id, Schema, ShortText
from shared.schema.entries import Claim
from shared.schema.roster import Code, Day


class Mark(Schema):
    """One student on one roll. Times are local school time, for a tardy or an early departure."""

    student_id: Id
    code: Code
    arrived_at: time | None = None
    left_at: time | None = None


class RollSubmission(Schema):
    """A roll as it was taken. `submission_id` is made on the device before the first send and kept for every retry.

    Either every student on the sheet is marked, or `everyone_else` says explicitly what the others are: silence is
    not presence. `base_version` is the version of the roll that the device had seen: 0 when it had not been taken.
    `follows` is the submission that this one corrects, where that one still waits on the device: its own, of the same
    roll and the same `base_version`.
    """

    submission_id: UUID
    marks: Annotated[tuple[Mark, ...], Field(max_length=500)] = ()
    everyone_else: Code | None = None
    base_version: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    follows: UUID | None = None


class DatedRollSubmission(RollSubmission):
    """One roll of a batch that a device collected while it was offline."""

    section_id: Id
    on: Day
    period_id: Id


class RollBatch(Schema):
    submissions: Annotated[tuple[DatedRollSubmission, ...], Field(min_length=1, max_length=100)]


class Receipt(Schema):
    """Proof that a write was kept: its place in the stream and the hash of the chain there (hex)."""

    write_id: UUID
    stream: str
    sequence: int
    hash: str
    version: int
    recorded_at: datetime


class MarkConflict(Schema):
    """A student whom several mark differently, neither having seen the other. `stands` holds until it is resolved."""

    student_id: Id
    stands: Code
    claims: tuple[Claim, ...]


class BatchItem(Schema):
    """What became of one submission of a batch: a receipt, or a problem's status, type and detail.

    `conflicts` are those of its roll that were open when the batch was answered.
    """

    submission_id: UUID
    status: int
    receipt: Receipt | None = None
    conflicts: tuple[MarkConflict, ...] = ()
    problem: str | None = None
    detail: str | None = None


class BatchAnswer(Schema):
    results: tuple[BatchItem, ...]


class Adjustment(Schema):
    """The attendance office corrects one mark (TX-11). Nothing is overwritten; all three grounds are required."""

    adjustment_id: UUID
    student_id: Id
    code: Code
    reason: ShortText = Field(description="Why the mark was wrong. Do not write names.")
    authority: ShortText = Field(description="The school personnel on whose word it is corrected, by staff id or role.")
    document: ShortText = Field(description="The reference of the document kept on file, such as a pass number.")


class SheetStudent(Schema):
    student_id: Id
    given_name: str | None
    family_name: str | None
    code: Code | None
    teacher_code: Code | None
    arrived_at: time | None = None
    left_at: time | None = None


class Sheet(Schema):
    """The sheet of a section, date and period: who is on it, and how each is marked when it has been taken.

    `set_aside`: it was taken, and the calendar has closed the day since. Its marks are kept, and count again when the
    day is reopened.
    """

    section_id: Id
    school_id: Id
    title: str
    on: date
    period_id: Id
    version: int
    set_aside: bool = False
    students: tuple[SheetStudent, ...]
    conflicts: tuple[MarkConflict, ...] = ()


class OpenConflict(MarkConflict):
    """A conflict and the roll on which it is; `sheet` is where to see it."""

    section_id: Id
    title: str
    on: date
    period_id: Id
    sheet: str


class OpenConflicts(Schema):
    """In the order of the days. `next_cursor` is null when there are no more."""

    conflicts: tuple[OpenConflict, ...]
    next_cursor: str | None


class SectionDay(Schema):
    """One roll that is due from a teacher on a day. `substitute`: she has it for somebody else."""

    section_id: Id
    school_id: Id
    title: str
    period_id: Id
    begins_at: time | None
    students: int
    taken: bool
    version: int
    substitute: bool


class SectionDays(Schema):
    on: date
    rolls: tuple[SectionDay, ...]


class TrailStep(Schema):
    """One entry that spoke about a student's mark: who, when, what it said and on which grounds.

    Marks that were adjusted as one act share its `act_id`; `approved_by` agreed to the change of a locked day,
    and `approval_id` is the approval that says so.
    """

    sequence: int
    hash: str
    kind: str
    code: Code
    stands: Code | None = Field(default=None, description="What stood after it, where that is another code.")
    recorded_at: datetime
    recorded_by: str
    role: str
    reason: str | None = None
    authority: str | None = None
    document: str | None = None
    act_id: UUID | None = None
    approval_id: UUID | None = None
    approved_by: str | None = None


class Trail(Schema):
    """The mark of one student on one roll, from the original to the one that stands."""

    stream: str
    section_id: Id
    on: date
    period_id: Id
    student_id: Id
    set_aside: bool = Field(default=False, description="The calendar has closed the day since; see Sheet.")
    steps: tuple[TrailStep, ...]
