"""Keep what a school did for its students' attendance. Nothing is edited: a later intervention takes a place."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from services.program.program_year import SPAN, year_of
from services.program.replays import first_answer, say_replayed
from services.program.rights import WITNESSES, is_of_the_school
from services.program.selection_documents import canonical
from services.program.tables import InterventionRow, add, find_intervention
from shared.plumbing.circumstances import Asking, Transaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, LongText, Schema
from shared.schema.refusals import Conflict, Forbidden, Unprocessable
from shared.schema.roster import Day, Grade, SchoolYear

router = APIRouter(tags=["interventions"], route_class=JSONRoute)
Kind = Literal[
    "incentive", "community_partnership", "parent_support", "conference", "home_visit", "mentoring", "letter",
    "phone_call", "referral", "other",
]  # fmt: skip


class ForStudents(Schema):
    """Students by id."""

    whom: Literal["students"]
    student_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def a_student_is_named_once(self) -> Self:
        if len(set(self.student_ids)) != len(self.student_ids):
            raise ValueError("a student is named once")
        return self


class ForGrades(Schema):
    """Everybody in these grades."""

    whom: Literal["grades"]
    grades: Annotated[tuple[Grade, ...], Field(min_length=1, max_length=15)]

    @model_validator(mode="after")
    def a_grade_is_named_once(self) -> Self:
        if len(set(self.grades)) != len(self.grades):
            raise ValueError("a grade is named once")
        return self


class InterventionSaid(Schema):
    """One intervention of a program year. The caller names it.

    `what` in words, without names: students are in `target` by their ids. `by`: staff ids of who carries it out.
    `supersedes` names the one whose place this takes; `did_not_happen` takes it out of the count.
    """

    intervention_id: UUID
    program_year: SchoolYear
    kind: Kind
    what: LongText
    target: Annotated[ForStudents | ForGrades, Field(discriminator="whom")]
    begins_on: Day
    ends_before: Day | None = None
    by: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    supersedes: UUID | None = None
    did_not_happen: bool = False

    @model_validator(mode="after")
    def begins_before_it_ends(self) -> Self:
        if self.ends_before is not None and self.ends_before <= self.begins_on:
            raise ValueError("an intervention ends after it begins")
        return self


class KeptIntervention(Schema):
    intervention_id: UUID
    school_id: Id
    kept_at: datetime
    kept_by: str


class InterventionIdReused(Conflict):
    """The intervention id belongs to another intervention; choose a new one."""


class SupersededAlready(Conflict):
    """Another intervention has already taken its place."""


class NothingToSupersede(Unprocessable):
    """The school kept no such intervention in that program year."""


class NotInThatYear(Unprocessable):
    """The intervention did not begin in that program year."""


class NotYourSchool(Forbidden):
    """Your token is not good for this school."""


@router.post(
    "/v1/schools/{school_id}/interventions",
    status_code=201,
    responses=refusals(InterventionIdReused, SupersededAlready, NothingToSupersede, NotInThatYear, NotYourSchool)
    | first_answer(KeptIntervention),
)
async def keep_intervention(
    school_id: Annotated[Id, Path()],
    said: InterventionSaid,
    asking: WhoAsks,
    session: Transaction,
    response: Response,
) -> KeptIntervention:
    """Keep it for ever. To retry, send the same again (200)."""
    asking.require_role(*WITNESSES)
    if asking.principal.role == "counselor" and not is_of_the_school(asking, school_id):
        raise NotYourSchool("Ask for a token that names the school.")
    if year_of(said.begins_on) != said.program_year:
        raise NotInThatYear(SPAN, "/begins_on")
    earlier = await find_intervention(session, asking.district_id, said.intervention_id)
    if earlier is None:
        await _check_superseded(session, asking, school_id, said)
        row = _row(asking, school_id, said)
        if await add(session, row):
            return _kept(row)
        earlier = await find_intervention(session, asking.district_id, said.intervention_id)
        if earlier is None:
            raise SupersededAlready("Read the school's interventions again.", "/supersedes")
    if (earlier.school_id, earlier.said) != (school_id, canonical(said)):
        raise InterventionIdReused("Use a new id for every intervention.", "/intervention_id")
    say_replayed(response)
    return _kept(earlier)


async def _check_superseded(session: AsyncSession, asking: Asking, school_id: str, said: InterventionSaid) -> None:
    if said.supersedes is None:
        return
    earlier = await find_intervention(session, asking.district_id, said.supersedes)
    if earlier is None or (earlier.school_id, earlier.program_year) != (school_id, said.program_year):
        raise NothingToSupersede("Name an intervention of this school and program year.", "/supersedes")


def _row(asking: Asking, school_id: str, said: InterventionSaid) -> InterventionRow:
    return InterventionRow(
        district_id=asking.district_id,
        intervention_id=said.intervention_id,
        school_id=school_id,
        program_year=said.program_year,
        supersedes=said.supersedes,
        kept_at=asking.at,
        kept_by=asking.principal.subject,
        said=canonical(said),
    )


def _kept(row: InterventionRow) -> KeptIntervention:
    return KeptIntervention(
        intervention_id=row.intervention_id, school_id=row.school_id, kept_at=row.kept_at, kept_by=row.kept_by
    )
