"""A school's interventions, each with attendance before and after it, against the rest of the grade."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.program.ask_credit import CannotBeCounted, NoSuchSchool, read_by_student
from services.program.disclosures import note_disclosure
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood
from services.program.intervention_effects import Effect, measure
from services.program.keep_interventions import ForStudents, InterventionSaid, Kind
from services.program.rights import NotOfYourSchool, is_of_the_school, require_reader_of
from services.program.tables import InterventionRow, standing_interventions
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
    days: Annotated[int, Query(ge=7, le=180)] = 30,
) -> SchoolInterventions:
    """In the order in which they were kept, without those that a later one took the place of."""
    require_reader_of(asking, school_id)
    return await interventions_of(database, credit, asking, school_id, program_year, days)


async def interventions_of(
    database: Database, credit: ServiceClient, asking: Asking, school_id: str, program_year: int, days: int = 30
) -> SchoolInterventions:
    async with database.snapshot(asking.district_id) as session:
        rows = await standing_interventions(session, asking.district_id, program_year, school_id)
    reveal = is_of_the_school(asking, school_id)
    shown: list[InterventionShown] = []
    for start in range(0, len(rows), AT_ONCE):
        shown += await _with_effects(credit, asking, school_id, rows[start : start + AT_ONCE], days, reveal=reveal)
    named = {student for one in shown for student in one.student_ids or ()}
    await note_disclosure(database, asking, school_id, INTERVENTIONS, sorted(named))
    return SchoolInterventions(school_id=school_id, program_year=program_year, days=days, interventions=tuple(shown))


async def _with_effects(
    credit: ServiceClient, asking: Asking, school_id: str, rows: Sequence[InterventionRow], days: int, *, reveal: bool
) -> list[InterventionShown]:
    said = [InterventionSaid.model_validate_json(row.said) for row in rows]
    span = timedelta(days=days)
    windows = [
        window
        for one in said
        for window in ((one.begins_on - span, one.begins_on), (one.begins_on, one.begins_on + span))
    ]
    found = await read_by_student(credit, asking.district_id, school_id, windows)
    return [
        _shown(row, one, found.rows, 2 * place, reveal=reveal)
        for place, (row, one) in enumerate(zip(rows, said, strict=True))
    ]


def _shown(
    row: InterventionRow, said: InterventionSaid, students: Sequence[StudentWindows], window: int, *, reveal: bool
) -> InterventionShown:
    target = said.target
    if isinstance(target, ForStudents):
        named, members = target.student_ids, set(target.student_ids)
        grades = tuple(sorted({student.grade for student in students if student.student_id in members}))
    else:
        named, grades = (), target.grades
        members = {student.student_id for student in students if student.grade in grades}
    effect = None
    if not said.did_not_happen:
        effect = measure(students, members, window, window + 1, reveal=reveal)
    return InterventionShown(
        intervention_id=row.intervention_id,
        supersedes=row.supersedes,
        kept_at=row.kept_at,
        kept_by=row.kept_by,
        kind=said.kind,
        what=said.what if reveal else None,
        grades=grades,
        student_ids=named if reveal else None,
        begins_on=said.begins_on,
        ends_before=said.ends_before,
        by=said.by,
        did_not_happen=said.did_not_happen,
        effect=effect,
    )
