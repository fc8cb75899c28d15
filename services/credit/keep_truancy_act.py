"""Put on record what was done about truancy, and read the record: notices, reports, conferences, referrals."""

from datetime import date

import asyncpg
from fastapi import APIRouter

from services.credit.read_student_days import NoSuchStudent, StudentId
from services.credit.sheet_library import Library, NoSuchSchool, Reader
from services.credit.truancy_tables import find_truancy_acts, keep_truancy_act
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.truancy import TruancyAct, TruancyActs

router = APIRouter(tags=["truancy"], route_class=JSONRoute)
RECORDERS = ("district_office", "principal", "attendance_clerk", "counselor")


class NotCalifornia(Unprocessable):
    """The ladder of truancy is California's; the school is in another state."""


class NotDoneYet(Unprocessable):
    """The day on which it was done is still to come."""


class ActIdReused(Conflict):
    """The act id belongs to another act; choose a new one."""


class NothingToWithdraw(Conflict):
    """There is no such act of this kind for this student, or it is withdrawn already."""


@router.post(
    "/v1/truancy-acts",
    status_code=201,
    responses=refusals(NoSuchSchool, NoSuchStudent, NotCalifornia, NotDoneYet, ActIdReused, NothingToWithdraw),
)
async def record_truancy_act(act: TruancyAct, asking: WhoAsks, library: Library) -> TruancyAct:
    """Record a step of the ladder. Sending it again changes nothing; nothing rewrites it."""
    asking.require_role(*RECORDERS)
    async with library.view(asking, only=act.school_id) as view:
        school = view.school(act.school_id)
        if school.facts.school.jurisdiction != "california":
            raise NotCalifornia("Record it for a school in California.", "/school_id")
        if act.student_id not in school.facts.number_of:
            raise NoSuchStudent("Check the student's id: she is and was not at the school.")
        today: date = view.today(act.school_id)
    if act.done_on > today:
        raise NotDoneYet("Record it when it is done.", "/done_on")
    async with library.database.bare(asking.district_id) as connection:
        if act.withdraws is not None:
            await _must_stand(connection, asking.district_id, act)
        try:
            kept = await keep_truancy_act(
                connection, asking.district_id, act, asking.at, asking.principal.subject
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise NothingToWithdraw("It is withdrawn already.", "/withdraws") from None
    if kept != act:
        raise ActIdReused("Choose a new act id.", "/act_id")
    return kept


async def _must_stand(connection: asyncpg.Connection, district_id: str, act: TruancyAct) -> None:
    """Raises NothingToWithdraw. An act that withdrew it before under the same id is a retry, and no harm."""
    for kept in await find_truancy_acts(connection, district_id, act.student_id):
        one = kept.act
        if one.act_id == act.withdraws and (one.kind, one.school_id, one.withdraws) == (act.kind, act.school_id, None):
            return
    raise NothingToWithdraw("Check the id of the act, its kind, its student and its school.", "/withdraws")


@router.get("/v1/students/{student_id}/truancy-acts", responses=refusals(NoSuchStudent))
async def read_truancy_acts(student_id: StudentId, reader: Reader, library: Library) -> TruancyActs:
    """The trail: everything recorded of a student in the schools that you may see, and whether it stands."""
    async with library.view(reader) as view:
        schools = {name for name, school in view.schools.items() if student_id in school.facts.number_of}
        if not schools:
            raise NoSuchStudent("Check the student's id.")
        kept = await find_truancy_acts(view.connection, reader.district_id, student_id)
    acts = tuple(one for one in kept if one.act.school_id in schools)
    return TruancyActs(district_id=reader.district_id, student_id=student_id, acts=acts)
