"""A school's interventions, each with attendance before and after it, against the rest of the grade."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.program.ask_credit import CannotBeCounted, NoSuchSchool, read_by_student
from services.program.concealment import Measured, told_apart
from services.program.disclosures import note_disclosure
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood
from services.program.intervention_effects import Effect, measure, there_throughout
from services.program.keep_interventions import ForStudents, InterventionSaid, Kind
from services.program.rights import NotOfYourSchool, is_of_the_school, require_reader_of
from services.program.tables import InterventionRow, interventions_kept
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.client import ServiceClient
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.roster import Grade, SchoolYear
from shared.schema.trends import StudentWindows

router = APIRouter(tags=["interventions"])
INTERVENTIONS = "/v1/schools/{school_id}/interventions"
AT_ONCE = 50  # interventions to a question, two windows each
DAYS = 30


class InterventionShown(Schema):
    """One that stands. `student_ids` are for the school itself; others learn no more than the effect shows."""

    intervention_id: UUID
    supersedes: UUID | None
    kept_at: datetime
    kept_by: str
    kind: Kind
    what: str | None
    grades: tuple[Grade, ...]
    student_ids: tuple[Id, ...] | None
    begins_on: date
    ends_before: date | None
    by: tuple[Id, ...]
    did_not_happen: bool
    effect: Effect | None


class SchoolInterventions(Schema):
    """`days`: calendar days before each begins, and from that day on, over which attendance is compared."""

    school_id: Id
    program_year: int
    days: int
    interventions: tuple[InterventionShown, ...]


@router.get(
    INTERVENTIONS,
    responses=refusals(NotOfYourSchool, NoSuchSchool, CannotBeCounted, CreditAway, CreditNotUnderstood),
)
async def read_interventions(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    program_year: Annotated[SchoolYear, Query()],
    days: Annotated[int, Query(ge=7, le=180)] = DAYS,
) -> SchoolInterventions:
    """In the order in which they were kept, without those that a later one took the place of.

    `days` is for the school itself. Others read of 30: two spans that differ by a day can tell one student apart.
    """
    require_reader_of(asking, school_id)
    return await interventions_of(database, credit, asking, school_id, program_year, days)


async def interventions_of(
    database: Database, credit: ServiceClient, asking: Asking, school_id: str, program_year: int, days: int = DAYS
) -> SchoolInterventions:
    async with database.snapshot(asking.district_id) as session:
        rows = await interventions_kept(session, asking.district_id, program_year, school_id)
    superseded = {row.supersedes for row in rows}
    reveal = is_of_the_school(asking, school_id)
    days = days if reveal else DAYS
    found = [
        one
        for start in range(0, len(rows), AT_ONCE)
        for one in await _measured(credit, asking, school_id, rows[start : start + AT_ONCE], days)
    ]
    # Those superseded count too: others may have been shown them, and could hold them against what stands.
    hidden = (
        [False] * len(found)
        if reveal
        else await asyncio.to_thread(lambda: list(told_apart([one.sum for one in found])))
    )
    shown = tuple(
        _shown(row, one, conceal=conceal, reveal=reveal)
        for row, one, conceal in zip(rows, found, hidden, strict=True)
        if row.intervention_id not in superseded
    )
    named = {student for one in shown for student in one.student_ids or ()}
    await note_disclosure(database, asking, school_id, INTERVENTIONS, sorted(named))
    return SchoolInterventions(school_id=school_id, program_year=program_year, days=days, interventions=shown)


@dataclass(frozen=True, slots=True)
class _Measured:
    """An intervention, the grades it was for, and its students among those who were there before and after."""

    said: InterventionSaid
    grades: tuple[Grade, ...]
    sum: Measured
    effect: Effect


async def _measured(
    credit: ServiceClient, asking: Asking, school_id: str, rows: Sequence[InterventionRow], days: int
) -> list[_Measured]:
    said = [InterventionSaid.model_validate_json(row.said) for row in rows]
    span = timedelta(days=days)
    windows = [
        window
        for one in said
        for window in ((one.begins_on - span, one.begins_on), (one.begins_on, one.begins_on + span))
    ]
    found = await read_by_student(credit, asking.district_id, school_id, windows)
    return [_measure(one, found.rows, 2 * place) for place, one in enumerate(said)]


def _measure(said: InterventionSaid, students: Sequence[StudentWindows], window: int) -> _Measured:
    target = said.target
    if isinstance(target, ForStudents):
        members = frozenset(target.student_ids)
        grades = tuple(sorted({student.grade for student in students if student.student_id in members}))
    else:
        grades = target.grades
        members = frozenset(student.student_id for student in students if student.grade in grades)
    if said.did_not_happen:
        members = frozenset()
    there = there_throughout(students, window, window + 1)
    counted = {student.student_id: student.grade for student in there}
    return _Measured(said, grades, Measured(members, counted), measure(there, members, window, window + 1))


def _shown(row: InterventionRow, one: _Measured, *, conceal: bool, reveal: bool) -> InterventionShown:
    said, effect = one.said, one.effect.concealing() if conceal else one.effect
    return InterventionShown(
        intervention_id=row.intervention_id,
        supersedes=row.supersedes,
        kept_at=row.kept_at,
        kept_by=row.kept_by,
        kind=said.kind,
        what=said.what if reveal else None,
        grades=one.grades,
        student_ids=(said.target.student_ids if isinstance(said.target, ForStudents) else ()) if reveal else None,
        begins_on=said.begins_on,
        ends_before=said.ends_before,
        by=said.by,
        did_not_happen=said.did_not_happen,
        effect=None if said.did_not_happen else effect,
    )
