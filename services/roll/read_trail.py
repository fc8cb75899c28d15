"""The trail of a mark: what was first recorded, every change since, who made it and on which grounds."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path

from services.roll import access_log
from services.roll.adjust_mark import RollNotTaken
from services.roll.marking import Marks, NotOnTheRoll
from services.roll.rights import NotYourSection, may_read
from services.roll.rolls import NoSuchSection, find_place
from services.roll.take_roll import On, PeriodId, SectionId
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.entries import Entry, MarkAdjusted, RollTaken, read_entry
from shared.schema.roll import Trail, TrailStep

router = APIRouter(tags=["reading"])
TRAIL = "/v1/sections/{section_id}/rolls/{on}/{period_id}/students/{student_id}/trail"

ENTRIES_OF_A_ROLL = """
    SELECT e.sequence, e.hash, e.body FROM roll.entry e
    WHERE e.district_id = $1 AND e.stream = $2 AND (e.sequence = $6 OR e.sequence IN (
        SELECT c.sequence FROM roll.roll_change c
        WHERE c.district_id = $1 AND c.section_id = $3 AND c."on" = $4 AND c.period_id = $5
          AND (c.student_id IS NULL OR c.student_id = $7)))
    ORDER BY e.sequence
"""


@router.get(TRAIL, responses=refusals(NoSuchSection, NotYourSection, RollNotTaken, NotOnTheRoll))
async def read_trail(
    section_id: SectionId,
    on: On,
    period_id: PeriodId,
    student_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
) -> Trail:
    """Every entry that spoke about this student's mark, in the order of the stream."""
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    may_read(asking, place)
    if place.roll is None:
        raise RollNotTaken("Nobody has taken it yet.")
    rows = await connection.fetch(
        ENTRIES_OF_A_ROLL,
        asking.district_id, place.stream, section_id, on, period_id, place.roll.first_sequence, student_id,
    )  # fmt: skip
    rosters = await connection.fetch(
        "SELECT roster, students FROM roll.section_roster WHERE district_id = $1 AND section_id = $2",
        asking.district_id,
        section_id,
    )
    students_of = {row["roster"]: list(row["students"]) for row in rosters}
    entries = [read_entry.validate_json(row["body"]) for row in rows]
    approvers = await _approvers(connection, asking.district_id, entries)
    steps: list[TrailStep] = []
    for row, entry in zip(rows, entries, strict=True):
        if isinstance(entry, RollTaken) and student_id in students_of[entry.roster]:
            position = students_of[entry.roster].index(student_id)
            stands = Marks(entry.codes, entry.marks).unpacked()[position]
            said = ((entry.teacher_said or {}) | (entry.submitted or {})).get(student_id, stands)
            steps.append(_step(row, entry, said, approvers, stands))
        elif isinstance(entry, MarkAdjusted):
            steps.append(_step(row, entry, entry.code, approvers))
    if not steps:
        raise NotOnTheRoll("The student has never been on this roll.")
    await access_log.note_access(connection, asking, access_log.section(section_id), TRAIL, [student_id])
    return Trail(
        stream=place.stream,
        section_id=section_id,
        on=on,
        period_id=period_id,
        student_id=student_id,
        set_aside=place.instructional is not True,
        steps=tuple(steps),
    )


async def _approvers(connection: Any, district_id: str, entries: Sequence[Entry]) -> dict[UUID, str]:
    """Who gave the approvals that the entries name."""
    named = {entry.approval_id for entry in entries if isinstance(entry, RollTaken | MarkAdjusted)} - {None}
    if not named:
        return {}
    rows = await connection.fetch(
        "SELECT write_id, body FROM roll.entry WHERE district_id = $1 AND write_id = ANY ($2)", district_id, named
    )
    return {row["write_id"]: read_entry.validate_json(row["body"]).by for row in rows}


def _step(
    row: Any, entry: RollTaken | MarkAdjusted, code: str, approvers: Mapping[UUID, str], stands: str | None = None
) -> TrailStep:
    grounds = entry.model_dump(include={"reason", "authority", "document", "act_id", "approval_id"})
    return TrailStep(
        sequence=row["sequence"],
        hash=bytes(row["hash"]).hex(),
        kind=entry.kind,
        code=code,
        stands=stands if stands != code else None,
        recorded_at=entry.at,
        recorded_by=entry.by,
        role=entry.role,
        approved_by=approvers[entry.approval_id] if entry.approval_id else entry.second_approver,
        **grounds,
    )
