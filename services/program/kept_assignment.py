"""An assignment as it is kept and read again: the question, the plan, and the week that it makes."""

import hashlib
from datetime import datetime
from uuid import UUID

from services.program.absence import Cover
from services.program.selection_documents import request_bytes
from services.program.staff_plan import Plan, Question
from services.program.tables import AssignmentRow, find_assignment, successor_of
from services.program.timetable import Timetable
from shared.plumbing.database import Database
from shared.schema.base import Schema
from shared.schema.refusals import Conflict, NotFound


class NoSuchAssignment(NotFound):
    """There is no such assignment."""


class AssignmentIdReused(Conflict):
    """The assignment id belongs to another request; choose a new one."""


class Staffed(Schema):
    """A plan and its week; or, after an absence, no plan but the week as it is covered."""

    plan: Plan | None
    timetable: Timetable
    cover: Cover | None


class KeptAssignment(Schema):
    """`superseded_by` is the assignment that took this one's place."""

    assignment_id: UUID
    selection_id: UUID
    supersedes: UUID | None
    superseded_by: UUID | None
    made_at: datetime
    made_by: str
    question: Question
    plan: Plan | None
    timetable: Timetable
    cover: Cover | None


def as_kept(row: AssignmentRow, superseded_by: UUID | None) -> KeptAssignment:
    staffed = Staffed.model_validate_json(row.answer)
    return KeptAssignment(
        assignment_id=row.assignment_id,
        selection_id=row.selection_id,
        supersedes=row.supersedes,
        superseded_by=superseded_by,
        made_at=row.made_at,
        made_by=row.made_by,
        question=Question.model_validate_json(row.question),
        plan=staffed.plan,
        timetable=staffed.timetable,
        cover=staffed.cover,
    )


def request_digest(place: UUID, said: Schema, *later: str) -> bytes:
    """What was asked, and of which selection or assignment: a retry has the same."""
    return hashlib.sha256(place.bytes + request_bytes(said, *later)).digest()


async def read_assignment(database: Database, district_id: str, assignment_id: UUID) -> KeptAssignment:
    """Raises NoSuchAssignment."""
    async with database.snapshot(district_id) as session:
        row = await find_assignment(session, district_id, assignment_id)
        if row is None:
            raise NoSuchAssignment("Check the id.")
        return as_kept(row, await successor_of(session, district_id, assignment_id))


async def earlier_assignment(
    database: Database, district_id: str, assignment_id: UUID, digest: bytes
) -> KeptAssignment | None:
    """The assignment that this same request made before. Raises AssignmentIdReused where another request did."""
    async with database.snapshot(district_id) as session:
        row = await find_assignment(session, district_id, assignment_id)
        if row is None:
            return None
        if row.request_digest != digest:
            raise AssignmentIdReused("Use a new id for every assignment.", "/assignment_id")
        return as_kept(row, await successor_of(session, district_id, assignment_id))
