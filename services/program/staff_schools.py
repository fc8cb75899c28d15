"""Staff the selected schools: which counselor serves which school on which days. Kept, and superseded, never edited."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from services.program.assignment import assign
from services.program.kept_assignment import (
    AssignmentIdReused,
    KeptAssignment,
    Staffed,
    as_kept,
    earlier_assignment,
    request_digest,
)
from services.program.kept_selection import NoSuchSelection
from services.program.replays import first_answer, say_replayed
from services.program.rights import WRITERS
from services.program.selection_documents import Selection, canonical
from services.program.solver import OutOfTime
from services.program.staff_plan import Away, CannotBeStaffed, Need, Pair, Place, Question
from services.program.tables import AssignmentRow, add, find_selection, newest_school_facts
from services.program.weekdays import week_of
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.refusals import Conflict, Unavailable, Unprocessable

router = APIRouter(tags=["assignments"], route_class=JSONRoute)
SECONDS_TO_SOLVE = 15.0
MOST_PAIRS = 2000


class AssignmentRequest(Schema):
    """Whom to assign. `counselors` None: as many as it takes, named counselor-001 and on.

    A fixed pair serves at least a day a week; a forbidden one, none. `away`: weekdays on which a counselor cannot be
    had. The caller names the assignment.
    """

    assignment_id: UUID
    counselors: Annotated[tuple[Id, ...], Field(max_length=1000)] | None = None
    fixed: Annotated[tuple[Pair, ...], Field(max_length=MOST_PAIRS)] = ()
    forbidden: Annotated[tuple[Pair, ...], Field(max_length=MOST_PAIRS)] = ()
    away: Annotated[tuple[Away, ...], Field(max_length=1000)] = ()


class NoPlan(Unprocessable):
    """No assignment meets every condition."""

    def __init__(self, refused: CannotBeStaffed) -> None:
        super().__init__("; ".join(refused.reasons[:3]))
        self.errors = [{"pointer": "", "detail": reason} for reason in refused.reasons[:100]]


class NobodyNamedTwice(Unprocessable):
    """A counselor is listed once."""


class NotSolvedInTime(Unavailable):
    """No plan was found in the time allowed."""


class NobodySelected(Conflict):
    """The selection selected no school: there is nothing to staff."""


@router.post(
    "/v1/selections/{selection_id}/assignments",
    status_code=201,
    responses=refusals(NoSuchSelection, NobodySelected, NoPlan, NobodyNamedTwice, NotSolvedInTime, AssignmentIdReused)
    | first_answer(KeptAssignment),
)
async def staff_schools(
    selection_id: Annotated[UUID, Path()],
    wanted: AssignmentRequest,
    asking: WhoAsks,
    database: Storage,
    response: Response,
) -> KeptAssignment:
    """Assign counselors: fewest counselors, then fewest visits. To retry, send the same again (200)."""
    asking.require_role(*WRITERS)
    digest = request_digest(selection_id, wanted, "away")
    if kept := await earlier_assignment(database, asking.district_id, wanted.assignment_id, digest):
        say_replayed(response)
        return kept
    question = await _question(database, asking, selection_id, wanted)
    try:
        plan = await asyncio.to_thread(assign, question, seconds=SECONDS_TO_SOLVE)
        week = await asyncio.to_thread(week_of, plan.visits, question.weekdays_away)
    except CannotBeStaffed as refused:
        raise NoPlan(refused) from None
    except OutOfTime:
        raise NotSolvedInTime("Name fewer fixed and forbidden pairs, or try when less is going on.") from None

    row = AssignmentRow(
        district_id=asking.district_id,
        assignment_id=wanted.assignment_id,
        selection_id=selection_id,
        supersedes=None,
        made_at=asking.at,
        made_by=asking.principal.subject,
        request_digest=digest,
        question=canonical(question),
        answer=canonical(Staffed(plan=plan, timetable=week, cover=None)),
    )
    async with database.transaction(asking.district_id) as session:
        if await add(session, row):
            return as_kept(row, None)
    kept = await earlier_assignment(database, asking.district_id, wanted.assignment_id, digest)
    assert kept is not None
    say_replayed(response)
    return kept


async def _question(database: Database, asking: Asking, selection_id: UUID, wanted: AssignmentRequest) -> Question:
    async with database.snapshot(asking.district_id) as session:
        row = await find_selection(session, asking.district_id, selection_id)
        schools = await newest_school_facts(session, asking.district_id)
    if row is None:
        raise NoSuchSelection("Check the id; GET /v1/selections lists them.")
    if wanted.counselors is not None and len(set(wanted.counselors)) != len(wanted.counselors):
        raise NobodyNamedTwice("Name every counselor once.", "/counselors")
    days: dict[str, int] = {}
    for line in Selection.model_validate_json(row.outcome).selected:
        days[line.school_id] = days.get(line.school_id, 0) + (line.days_a_week or 0)
    if not days:
        raise NobodySelected("Select schools first.")
    places = {school.school_id: Place(**school.place) for school in schools if school.place is not None}
    needs = [Need(school_id=school, days_a_week=count, place=places.get(school)) for school, count in days.items()]
    return Question(
        needs=tuple(sorted(needs, key=lambda need: need.school_id)),
        counselors=wanted.counselors,
        fixed=wanted.fixed,
        forbidden=wanted.forbidden,
        away=wanted.away,
    )
