"""A counselor is absent for good: a new assignment takes the old one's place, with the least change."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.program.absence import cover
from services.program.kept_assignment import (
    AssignmentIdReused,
    KeptAssignment,
    NoSuchAssignment,
    Staffed,
    as_kept,
    earlier_assignment,
    read_assignment,
    request_digest,
)
from services.program.replays import first_answer, say_replayed
from services.program.rights import WRITERS
from services.program.selection_documents import canonical
from services.program.staff_plan import Question
from services.program.tables import AssignmentRow, add
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.refusals import Conflict, Unprocessable

router = APIRouter(tags=["assignments"], route_class=JSONRoute)


class AbsenceReport(Schema):
    """Who is absent, and who could be had besides. The caller names the assignment that takes the place."""

    assignment_id: UUID
    counselor_id: Id
    spare: Annotated[tuple[Id, ...], Field(max_length=100)] = ()


class NotInThisWeek(Unprocessable):
    """The counselor has no day in this assignment."""


class AlreadySuperseded(Conflict):
    """Another assignment has taken this one's place: change that one."""


@router.post(
    "/v1/assignments/{assignment_id}/absences",
    status_code=201,
    responses=refusals(NoSuchAssignment, NotInThisWeek, AlreadySuperseded, AssignmentIdReused)
    | first_answer(KeptAssignment),
)
async def cover_absence(
    assignment_id: Annotated[UUID, Path()],
    report: AbsenceReport,
    asking: WhoAsks,
    database: Storage,
    response: Response,
) -> KeptAssignment:
    """Cover what can be covered without touching anybody else's days. To retry, send the same again (200)."""
    asking.require_role(*WRITERS)
    digest = request_digest(assignment_id, report)
    if kept := await earlier_assignment(database, asking.district_id, report.assignment_id, digest):
        say_replayed(response)
        return kept
    standing = await read_assignment(database, asking.district_id, assignment_id)
    if standing.superseded_by is not None:
        raise AlreadySuperseded("GET the assignment: superseded_by names the one that stands.")
    if report.counselor_id not in {day.counselor_id for day in standing.timetable.days}:
        raise NotInThisWeek("Check the counselor's id.", "/counselor_id")

    staffed, question = await asyncio.to_thread(_cover, standing, report)
    row = AssignmentRow(
        district_id=asking.district_id,
        assignment_id=report.assignment_id,
        selection_id=standing.selection_id,
        supersedes=assignment_id,
        made_at=asking.at,
        made_by=asking.principal.subject,
        request_digest=digest,
        question=canonical(question),
        answer=canonical(staffed),
    )
    async with database.transaction(asking.district_id) as session:
        if await add(session, row):
            return as_kept(row, None)
    kept = await earlier_assignment(database, asking.district_id, report.assignment_id, digest)
    if kept is None:
        raise AlreadySuperseded("GET the assignment: superseded_by names the one that stands.")
    say_replayed(response)
    return kept


def _cover(standing: KeptAssignment, report: AbsenceReport) -> tuple[Staffed, Question]:
    """The week as it is covered; and the question from now on, in which the absent counselor has no place."""
    known = standing.question.counselors or {day.counselor_id for day in standing.timetable.days}
    others = tuple(sorted({*known, *report.spare} - {report.counselor_id}))
    answer = cover(
        standing.timetable,
        report.counselor_id,
        others,
        standing.question.forbidden,
        away=standing.question.weekdays_away,
        still_open=() if standing.cover is None else standing.cover.uncovered,
    )
    fixed = tuple(pair for pair in standing.question.fixed if pair.counselor_id != report.counselor_id)
    question = standing.question.model_copy(update={"counselors": others, "fixed": fixed})
    return Staffed(plan=None, timetable=answer.timetable, cover=answer), question
