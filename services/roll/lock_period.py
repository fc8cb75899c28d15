"""Lock the days of a certified statement, and release them again: both are entries of the school's stream."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from services.roll.locks import NotApproved, approval_of_release
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.school_entries import append_to_school, lock_school, said_by
from services.roll.schools import find_school
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.acts import Lock, LockReceipt, Locks, Release
from shared.schema.base import Id
from shared.schema.entries import PeriodLocked, PeriodUnlocked
from shared.schema.refusals import Conflict, NotFound

router = APIRouter(tags=["locks"], route_class=JSONRoute)
READERS = ("attendance_clerk", "principal", "district_office", "auditor", "service")


class LockedOtherwise(Conflict):
    """This statement has locked other days, or has been released."""


class NoSuchLock(NotFound):
    """This statement has locked nothing in this school."""


@router.post("/v1/locks", status_code=201, responses=refusals(NoSuchSchool, LockedOtherwise))
async def lock_period(lock: Lock, asking: WhoAsks, connection: BareTransaction, response: Response) -> LockReceipt:
    """Lock the rolls of a school on the days that a statement counts. The same lock again changes nothing (200)."""
    asking.require_role("service", "district_office")
    await find_school(connection, asking.district_id, lock.school_id)
    earlier = await _locked(connection, asking, lock.school_id, lock.statement_id)
    if earlier is not None:
        if earlier["released"] or (earlier["begins_on"], earlier["ends_before"]) != (lock.begins_on, lock.ends_before):
            raise LockedOtherwise("Certify a new statement, and lock under its id.")
        response.status_code = 200
        return LockReceipt(**lock.model_dump(), sequence=earlier["sequence"], hash=bytes(earlier["hash"]).hex())
    entry = PeriodLocked(
        **said_by(asking), statement_id=lock.statement_id, begins_on=lock.begins_on, ends_before=lock.ends_before
    )
    link = await append_to_school(connection, asking, lock.school_id, entry)
    await connection.execute(
        "INSERT INTO roll.certified_period "
        "(district_id, school_id, statement_id, begins_on, ends_before, sequence, hash) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        asking.district_id, lock.school_id, lock.statement_id, lock.begins_on, lock.ends_before,
        link["sequence"], link["hash"],
    )  # fmt: skip
    return LockReceipt(**lock.model_dump(), sequence=link["sequence"], hash=bytes(link["hash"]).hex())


@router.post("/v1/lock-releases", status_code=201, responses=refusals(NoSuchLock, NoSuchSchool, NotApproved))
async def release_period(
    release: Release, asking: WhoAsks, connection: BareTransaction, response: Response
) -> LockReceipt:
    """Open the days of a statement again, as somebody else has approved. The same release again: 200."""
    asking.require_role("district_office")
    locked = await _locked(connection, asking, release.school_id, release.statement_id)
    if locked is None:
        raise NoSuchLock("See GET /v1/schools/{school_id}/locks.")
    if locked["released"]:
        response.status_code = 200
        return _receipt(release.school_id, locked)
    entry = PeriodUnlocked(
        **said_by(asking),
        statement_id=release.statement_id,
        reason=release.reason,
        approval_id=await approval_of_release(connection, asking, release.school_id, release.statement_id),
    )
    link = await append_to_school(connection, asking, release.school_id, entry)
    await connection.execute(
        "UPDATE roll.certified_period SET released = true, sequence = $4, hash = $5 "
        "WHERE district_id = $1 AND school_id = $2 AND statement_id = $3",
        asking.district_id, release.school_id, release.statement_id, link["sequence"], link["hash"],
    )  # fmt: skip
    return _receipt(release.school_id, {**locked, **link})


@router.get("/v1/schools/{school_id}/locks", responses=refusals(NoSuchSchool))
async def read_locks(school_id: Annotated[Id, Path()], asking: WhoAsks, connection: BareTransaction) -> Locks:
    """The days of a school that are locked, by the statements that locked them."""
    asking.require_role(*READERS)
    of_own_school(asking, school_id)
    await find_school(connection, asking.district_id, school_id)
    rows = await connection.fetch(
        "SELECT * FROM roll.certified_period WHERE district_id = $1 AND school_id = $2 AND NOT released "
        "ORDER BY begins_on, statement_id",
        asking.district_id, school_id,
    )  # fmt: skip
    return Locks(locks=tuple(_receipt(school_id, row) for row in rows))


async def _locked(connection: Any, asking: Asking, school_id: str, statement_id: str) -> Any:
    """What the statement has locked. From here to commit nobody else writes in the school's stream."""
    await lock_school(connection, asking, school_id)
    return await connection.fetchrow(
        "SELECT * FROM roll.certified_period WHERE district_id = $1 AND school_id = $2 AND statement_id = $3",
        asking.district_id, school_id, statement_id,
    )  # fmt: skip


def _receipt(school_id: str, row: Any) -> LockReceipt:
    return LockReceipt(
        school_id=school_id,
        statement_id=row["statement_id"],
        begins_on=row["begins_on"],
        ends_before=row["ends_before"],
        sequence=row["sequence"],
        hash=bytes(row["hash"]).hex(),
    )
