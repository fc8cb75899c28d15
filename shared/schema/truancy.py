"""California: what was done about a pupil's truancy, day by day, and where it leaves her."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import Day


class TruancyAct(Schema):
    """A step of the ladder (CA-4, CA-5), as it was taken: the parents notified, the pupil reported, a conference held
    or honestly attempted, a referral to the attendance review board. Never rewritten; what was wrong is withdrawn."""

    act_id: UUID
    school_id: Id
    student_id: Id
    kind: Literal["notice", "report", "conference effort", "referral"]
    done_on: Day
    said: ShortText = Field(description="What was done. Do not write names.")
    document: ShortText = Field(description="The reference of the document kept on file.")
    withdraws: UUID | None = Field(default=None, description="The act, of the same kind, that was recorded in error.")


class KeptTruancyAct(Schema):
    """An act with its trail: when it was recorded, and by whom."""

    act: TruancyAct
    recorded_at: datetime
    recorded_by: str
    stands: bool


class TruancyActs(Schema):
    district_id: Id
    student_id: Id
    acts: tuple[KeptTruancyAct, ...]


class Truancy(Schema):
    """Where a pupil of one school stands, all without a valid excuse: California's CA-4 and CA-5, Illinois's IL-12.

    `full_days` are whole days; `occasions` (California): minutes missed on each day that she attended in part; the law
    counts those above its own line, and one a day. `tardies_without_times` might be occasions too, and nobody knows.
    `reports` and `conference_effort_on` are what is on record; `due` is what the law asks for next.
    """

    school_id: Id
    student_id: Id
    jurisdiction: str
    begins_on: date
    through: date
    status: str | None
    unexcused_days: str
    full_days: int
    occasions: dict[date, int]
    tardies_without_times: int
    not_taken_days: int
    not_taken: str
    reports: int
    conference_effort_on: date | None
    due: tuple[str, ...]
    because: str
    citation: str
