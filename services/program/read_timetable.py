"""Read an assignment, and its week: as JSON, as a table for a spreadsheet, as a calendar for a phone."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.program.icalendar import as_icalendar
from services.program.kept_assignment import KeptAssignment, NoSuchAssignment, read_assignment
from services.program.rights import READERS
from services.program.tables import newest_school_facts
from services.program.timetable import Timetable, as_csv
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Day

router = APIRouter(tags=["assignments"])
AssignmentId = Annotated[UUID, Path()]
OfCounselor = Annotated[Id | None, Query(description="One counselor's week only.")]


class TermEndsFirst(Unprocessable):
    """The term ends before it begins."""


@router.get("/v1/assignments/{assignment_id}", responses=refusals(NoSuchAssignment))
async def read_one_assignment(assignment_id: AssignmentId, asking: WhoAsks, database: Storage) -> KeptAssignment:
    """The question, the plan with its proof or bound, and the week."""
    asking.require_role(*READERS)
    return await read_assignment(database, asking.district_id, assignment_id)


@router.get(
    "/v1/assignments/{assignment_id}/timetable.csv",
    responses=refusals(NoSuchAssignment) | {200: {"content": {"text/csv": {}}}},
    response_class=Response,
)
async def read_timetable_as_csv(
    assignment_id: AssignmentId, asking: WhoAsks, database: Storage, counselor_id: OfCounselor = None
) -> Response:
    """The week as comma-separated values."""
    week, names, _ = await _week(database, asking, assignment_id, counselor_id)
    return Response(as_csv(week, names), media_type="text/csv")


@router.get(
    "/v1/assignments/{assignment_id}/timetable.ics",
    responses=refusals(NoSuchAssignment, TermEndsFirst) | {200: {"content": {"text/calendar": {}}}},
    response_class=Response,
)
async def read_timetable_as_calendar(
    assignment_id: AssignmentId,
    asking: WhoAsks,
    database: Storage,
    begins_on: Annotated[Day, Query(description="The first day of the term.")],
    ends_on: Annotated[Day, Query(description="The last day of the term.")],
    closed: Annotated[list[date], Query(max_length=400, description="Days without school.", default_factory=list)],
    counselor_id: OfCounselor = None,
) -> Response:
    """The week as iCalendar, repeated through the term."""
    if ends_on < begins_on:
        raise TermEndsFirst("Send begins_on, then ends_on.", "query/ends_on")
    week, names, made_at = await _week(database, asking, assignment_id, counselor_id)
    text = as_icalendar(week, names, begins_on=begins_on, ends_on=ends_on, closed=closed, made_at=made_at)
    return Response(text, media_type="text/calendar")


async def _week(
    database: Database, asking: Asking, assignment_id: UUID, counselor_id: str | None
) -> tuple[Timetable, dict[str, str], datetime]:
    asking.require_role(*READERS)
    kept = await read_assignment(database, asking.district_id, assignment_id)
    async with database.snapshot(asking.district_id) as session:
        names = {row.school_id: row.name for row in await newest_school_facts(session, asking.district_id)}
    days = [day for day in kept.timetable.days if counselor_id in (None, day.counselor_id)]
    return Timetable(days=tuple(days)), names, kept.made_at
