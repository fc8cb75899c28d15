"""Approve what somebody else is to change in locked days. The approval is an entry, and its own token gave it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.roll import ledger
from services.roll.locks import locks_of_a_day
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.school_entries import append_to_school, lock_school, said_by
from services.roll.schools import find_school
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.approvals import Approval, ApprovalRequest, Approvals
from shared.schema.base import Id
from shared.schema.entries import ChangeApproved
from shared.schema.refusals import Conflict, Unprocessable

router = APIRouter(tags=["locks"], route_class=JSONRoute)
APPROVERS = ("attendance_clerk", "principal", "district_office")
READERS = (*APPROVERS, "auditor")
LONGEST = timedelta(days=31)

APPROVAL = """
    SELECT a.school_id, a.sequence, e.hash, convert_from(e.body, 'UTF8') AS body, e.write_digest
    FROM roll.approval a
    JOIN roll.entry e ON e.district_id = a.district_id AND e.stream = 'school.' || a.school_id
        AND e.sequence = a.sequence
    WHERE a.district_id = $1
"""
ONE = f"{APPROVAL} AND a.school_id = $2 AND a.approval_id = $3"
OF_A_SCHOOL = f"{APPROVAL} AND a.school_id = $2 AND a.sequence < $3 ORDER BY a.sequence DESC LIMIT $4"


class NotTheLocks(Conflict):
    """These are not the statements that lock what you approve."""


class NotThatLong(Unprocessable):
    """An approval expires after it is given, and within a month."""


@router.post(
    "/v1/approvals",
    status_code=201,
    responses=refusals(NoSuchSchool, NotTheLocks, NotThatLong, ledger.WriteIdReused),
)
async def approve_change(
    wanted: ApprovalRequest, asking: WhoAsks, connection: BareTransaction, response: Response
) -> Approval:
    """Open a lock to one act, to the office for a day, or to its release; to everybody but yourself.

    The same approval again changes nothing (200).
    """
    asking.require_role(*APPROVERS)
    of_own_school(asking, wanted.school_id)
    await find_school(connection, asking.district_id, wanted.school_id)
    await lock_school(connection, asking, wanted.school_id)
    write_digest = ledger.digest("change_approved", {"by": asking.principal.subject}, wanted)
    earlier = await _earlier(connection, asking, wanted, write_digest)
    if earlier is not None:
        response.status_code = 200
        return _approval(earlier, asking.at)
    if not asking.at < wanted.expires_at <= asking.at + LONGEST:
        raise NotThatLong(f"Let it expire in the next {LONGEST.days} days.", "/expires_at")
    await _refuse_other_locks(connection, asking, wanted)
    entry = ChangeApproved(**said_by(asking), **wanted.model_dump(exclude={"school_id"}))
    link = await append_to_school(connection, asking, wanted.school_id, entry, wanted.approval_id, write_digest)
    await connection.execute(
        "INSERT INTO roll.approval (district_id, school_id, sequence, approval_id, expires_at) "
        "VALUES ($1, $2, $3, $4, $5)",
        asking.district_id, wanted.school_id, link["sequence"], wanted.approval_id, wanted.expires_at,
    )  # fmt: skip
    kept = await connection.fetchrow(ONE, asking.district_id, wanted.school_id, wanted.approval_id)
    return _approval(kept, asking.at)


@router.get("/v1/schools/{school_id}/approvals", responses=refusals(NoSuchSchool, NotACursor))
async def list_approvals(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Approvals:
    """Every approval that was ever given in a school, the latest first."""
    asking.require_role(*READERS)
    of_own_school(asking, school_id)
    await find_school(connection, asking.district_id, school_id)
    rows = await connection.fetch(OF_A_SCHOOL, asking.district_id, school_id, _before(cursor), limit + 1)
    return Approvals(
        approvals=tuple(_approval(row, asking.at) for row in rows[:limit]),
        next_cursor=cursor_after(str(rows[limit - 1]["sequence"])) if len(rows) > limit else None,
    )


async def _earlier(connection: Any, asking: Asking, wanted: ApprovalRequest, write_digest: bytes) -> Any:
    """The same approval, if it was given before. Raises WriteIdReused when its id names another write."""
    known = await connection.fetchval(
        "SELECT write_digest FROM roll.entry WHERE district_id = $1 AND write_id = $2",
        asking.district_id, wanted.approval_id,
    )  # fmt: skip
    if known is None:
        return None
    if bytes(known) != write_digest:
        raise ledger.WriteIdReused("Make a new id for a new approval; send the same body to retry the old one.")
    return await connection.fetchrow(ONE, asking.district_id, wanted.school_id, wanted.approval_id)


async def _refuse_other_locks(connection: Any, asking: Asking, wanted: ApprovalRequest) -> None:
    """Of a day, all its locks are named, since each keeps it shut; otherwise, each that is named is a lock."""
    if wanted.on is not None:
        standing = set(await locks_of_a_day(connection, asking.district_id, wanted.school_id, wanted.on))
        right = standing == set(wanted.statements)
    else:
        rows = await connection.fetch(
            "SELECT statement_id FROM roll.certified_period "
            "WHERE district_id = $1 AND school_id = $2 AND NOT released",
            asking.district_id, wanted.school_id,
        )  # fmt: skip
        standing = {row["statement_id"] for row in rows}
        right = standing >= set(wanted.statements)
    if not right:
        raise NotTheLocks(f"The locks are: {', '.join(sorted(standing)) or 'none'}.", "/statements")


def _before(cursor: str | None) -> int:
    parts = key_in(cursor, 1)
    if parts is None:
        return 2**62
    if not parts[0].isascii() or not parts[0].isdigit() or len(parts[0]) > 18:
        raise NotACursor("Send the next_cursor of the last page, unchanged.")
    return int(parts[0])


def _approval(row: Mapping[str, Any], at: datetime) -> Approval:
    entry = ChangeApproved.model_validate_json(row["body"])
    return Approval(
        **entry.model_dump(exclude={"kind", "at", "by", "role"}),
        school_id=row["school_id"],
        approved_by=entry.by,
        role=entry.role,
        approved_at=entry.at,
        in_force=at < entry.expires_at,
        sequence=row["sequence"],
        hash=bytes(row["hash"]).hex(),
    )
