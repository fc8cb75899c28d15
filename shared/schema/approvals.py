"""Approvals on the wire: somebody else of the office agrees, with a token of her own, to what changes a locked day."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import Day


class ApprovalRequest(Schema):
    """What is approved: one act, by its id; or whatever the office changes of one day; or the release of the locks.

    `act_id` is the adjustment_id or submission_id of the write, which is sent again once it is approved. `statements`
    are those whose locks it opens: a lock that is set later stays shut. Nobody's approval opens a lock to herself.
    """

    approval_id: UUID
    school_id: Id
    statements: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    act_id: UUID | None = None
    on: Day | None = None
    release: bool = False
    reason: ShortText = Field(description="Why a certified day is to be changed. Do not write names.")
    expires_at: AwareDatetime

    @model_validator(mode="after")
    def _approves_one_thing(self) -> Self:
        if (self.act_id is not None) + (self.on is not None) + self.release != 1:
            raise ValueError("say one of act_id, on and release")
        return self


class Approval(ApprovalRequest):
    """An approval that was given: by whom and when, and its place in the school's stream."""

    approved_by: str
    role: str
    approved_at: AwareDatetime
    in_force: bool = Field(description="It has not expired.")
    sequence: int
    hash: str


class Approvals(Schema):
    """The approvals of a school, the latest first."""

    approvals: tuple[Approval, ...]
    next_cursor: str | None
