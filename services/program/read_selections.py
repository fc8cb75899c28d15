"""Read selections: which there are, one with every school and its reason, its staffing, and what moved between two."""

import base64
import binascii
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlmodel.ext.asyncio.session import AsyncSession

from services.program.comparison import Comparison, compare
from services.program.kept_selection import KeptSelection, NoSuchSelection, as_kept, as_shown
from services.program.rights import READERS, sight_of
from services.program.selection_documents import HowMany
from services.program.staff_plan import WEEK
from services.program.tables import SelectionRow, find_selection, selections_before
from shared.plumbing.circumstances import Asking, Snapshot, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.refusals import Malformed

router = APIRouter(tags=["selections"])


class BadCursor(Malformed):
    """The cursor is not one that this list gave."""


class SelectionSummary(Schema):
    selection_id: UUID
    program_year: int
    how_many: HowMany
    targets: tuple[str, ...]
    made_at: datetime
    made_by: str
    selected: int
    days_a_week: int
    outcome_digest: str | None


class SelectionList(Schema):
    """Newest first. `next` is the cursor of the older ones; None at the end."""

    selections: tuple[SelectionSummary, ...]
    next: str | None


class StaffedSchool(Schema):
    """A selected school and the counselor days a week that it is given."""

    school_id: Id
    name: str
    target: str
    enrollment: int | None
    days_a_week: int
    because: str
    under: str
    warnings: tuple[str, ...]


class Staffing(Schema):
    """In rank order, small groups last. `counselors_at_least`: so many full-time ones, if none were idle."""

    selection_id: UUID
    program_year: int
    days_a_week: int
    counselors_at_least: int
    schools: tuple[StaffedSchool, ...]


@router.get("/v1/selections", responses=refusals(BadCursor))
async def list_selections(
    asking: WhoAsks,
    session: Snapshot,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> SelectionList:
    """The selections of the district, newest first."""
    asking.require_role(*READERS)
    rows = await selections_before(session, asking.district_id, limit + 1, None if after is None else _place(after))
    kept = [as_shown(row, sight_of(asking)) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return SelectionList(
        selections=tuple(_summary(one) for one in kept),
        next=None if last is None else _cursor(last.made_at, last.selection_id),
    )


def _summary(kept: KeptSelection) -> SelectionSummary:
    outcome = kept.outcome
    return SelectionSummary(
        selection_id=kept.selection_id,
        program_year=outcome.program_year,
        how_many=outcome.how_many,
        targets=outcome.targets,
        made_at=kept.made_at,
        made_by=kept.made_by,
        selected=len(outcome.selected),
        days_a_week=outcome.days_a_week,
        outcome_digest=kept.outcome_digest,
    )


def _cursor(made_at: datetime, selection_id: UUID) -> str:
    return base64.urlsafe_b64encode(f"{made_at.isoformat()} {selection_id}".encode()).decode()


def _place(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, _, identity = base64.urlsafe_b64decode(cursor.encode()).decode().partition(" ")
        place = datetime.fromisoformat(moment), UUID(identity)
    except (ValueError, binascii.Error):
        raise BadCursor("Start again without `after`.", "query/after") from None
    if place[0].tzinfo is None:
        raise BadCursor("Start again without `after`.", "query/after")
    return place


@router.get("/v1/selections/{selection_id}", responses=refusals(NoSuchSelection))
async def read_selection(selection_id: Annotated[UUID, Path()], asking: WhoAsks, session: Snapshot) -> KeptSelection:
    """One selection: its frozen input, and every school with its outcome and reason."""
    return await _find(session, asking, selection_id)


@router.get("/v1/selections/{selection_id}/staffing", responses=refusals(NoSuchSelection))
async def read_staffing(selection_id: Annotated[UUID, Path()], asking: WhoAsks, session: Snapshot) -> Staffing:
    """The counselor days a week of every selected school."""
    outcome = (await _find(session, asking, selection_id)).outcome
    schools = [
        StaffedSchool(
            school_id=line.school_id,
            name=line.name,
            target=line.target or "",
            enrollment=line.enrollment,
            days_a_week=line.days_a_week or 0,
            because=ground.because,
            under=ground.under,
            warnings=line.warnings,
        )
        for line in outcome.selected
        for ground in line.resting_on
        if ground.what == "counselor days a week"
    ]
    return Staffing(
        selection_id=selection_id,
        program_year=outcome.program_year,
        days_a_week=outcome.days_a_week,
        counselors_at_least=-(-outcome.days_a_week // WEEK),
        schools=tuple(schools),
    )


@router.get("/v1/selections/{selection_id}/comparisons/{later_id}", responses=refusals(NoSuchSelection))
async def compare_selections(
    selection_id: Annotated[UUID, Path()], later_id: Annotated[UUID, Path()], asking: WhoAsks, session: Snapshot
) -> Comparison:
    """What moved from one selection to another, and why."""
    before, after = [as_kept(await _row(session, asking, one)).outcome for one in (selection_id, later_id)]
    return compare(before, after, sight_of(asking))


async def _find(session: AsyncSession, asking: Asking, selection_id: UUID) -> KeptSelection:
    return as_shown(await _row(session, asking, selection_id), sight_of(asking))


async def _row(session: AsyncSession, asking: Asking, selection_id: UUID) -> SelectionRow:
    asking.require_role(*READERS)
    row = await find_selection(session, asking.district_id, selection_id)
    if row is None:
        raise NoSuchSelection("Check the id; GET /v1/selections lists them.")
    return row
