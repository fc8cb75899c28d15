"""What the office does to many marks at once, on the wire: a field trip's students, under one reason."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import Code, Day


class GroupAdjustment(Schema):
    """One act: these students were, on this day, in these periods (all, when none is named), under a staff member.

    Two hundred students on a field trip are present wherever a roll was taken (rule TX-14). To undo it is another act.
    """

    adjustment_id: UUID
    on: Day
    students: Annotated[tuple[Id, ...], Field(min_length=1, max_length=1000)]
    periods: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)] | None = None
    code: Code
    reason: ShortText = Field(description="Why the marks were wrong. Do not write names.")
    authority: ShortText = Field(description="The school personnel who had the students, by staff id or role.")
    document: ShortText = Field(description="The reference of the document kept on file, such as a trip list.")

    @model_validator(mode="after")
    def _names_each_once(self) -> Self:
        if len(set(self.students)) != len(self.students):
            raise ValueError("name each student once")
        return self


class RollOf(Schema):
    """A roll of the day, by its section and period."""

    section_id: Id
    period_id: Id


class MarkReceipt(RollOf):
    """One mark that was adjusted: what it was, and the entry that says so."""

    was: Code
    stream: str
    sequence: int
    hash: str


Outcome = Literal["adjusted", "already so", "roll not taken", "not on a roll"]


class StudentOutcome(Schema):
    """What became of one student: her marks that were adjusted, and the rolls with her that nobody has taken yet."""

    student_id: Id
    outcome: Outcome
    adjusted: tuple[MarkReceipt, ...] = ()
    not_taken: tuple[RollOf, ...] = ()


class GroupAnswer(Schema):
    adjustment_id: UUID
    marks_adjusted: int
    students: tuple[StudentOutcome, ...]


class Lock(Schema):
    """The days that a certified statement counts in a school. `ends_before` is the first day that stays open."""

    school_id: Id
    statement_id: Id
    begins_on: Day
    ends_before: Day

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        if self.ends_before <= self.begins_on:
            raise ValueError("ends_before must be later than begins_on")
        return self


class Release(Schema):
    school_id: Id
    statement_id: Id
    reason: ShortText


class LockReceipt(Lock):
    """Proof that a lock was set or released: its place in the school's stream and the hash of the chain there."""

    sequence: int
    hash: str


class Locks(Schema):
    locks: tuple[LockReceipt, ...]
