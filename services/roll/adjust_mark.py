"""The attendance office corrects a mark. What was first recorded stays on the record, and stays readable (TX-11)."""

import json
from collections.abc import Collection
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.roll import ledger, marking
from services.roll.conflicts import find_conflicts
from services.roll.locks import PeriodLocked, approval_for, refused_when_locked
from services.roll.rights import NoSuchSchool, may_adjust
from services.roll.rolls import NoSuchSection, RollPlace, find_place, find_write, receipt_for
from services.roll.take_roll import On, PeriodId, SectionId
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.entries import MarkAdjusted
from shared.schema.refusals import Conflict, Forbidden
from shared.schema.roll import Adjustment, Receipt

router = APIRouter(tags=["adjustments"], route_class=JSONRoute)


class RollNotTaken(Conflict):
    """Nobody has taken this roll: there is no mark to adjust."""


class NothingToAdjust(Conflict):
    """The mark already says this."""


REFUSALS = (
    NoSuchSection, NoSuchSchool, Forbidden, RollNotTaken, NothingToAdjust,
    ledger.WriteIdReused, marking.NotOnTheRoll, marking.UnknownCode, PeriodLocked,
)  # fmt: skip


@router.post(
    "/v1/sections/{section_id}/rolls/{on}/{period_id}/adjustments", status_code=201, responses=refusals(*REFUSALS)
)
async def adjust_mark(
    section_id: SectionId,
    on: On,
    period_id: PeriodId,
    adjustment: Adjustment,
    asking: WhoAsks,
    connection: BareTransaction,
) -> Receipt:
    """Set one student's mark aside for another, on the grounds given. To retry, send the same adjustment again."""
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    may_adjust(asking, place)
    # From here to commit nobody else writes in this school's stream, so the roll is read again under the lock.
    await connection.execute("SELECT roll.lock_stream($1, $2)", asking.district_id, place.stream)
    write_digest = ledger.digest("mark_adjusted", place.names, adjustment)
    earlier = await find_write(connection, asking.district_id, adjustment.adjustment_id, write_digest)
    if earlier is not None:
        return earlier
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    approval = await approval_for(connection, asking, place.school_id, on, adjustment.adjustment_id)
    roll = section_id, on, period_id
    conflicts = (await find_conflicts(connection, asking, [roll])).get(roll, ())
    entry = supersede(place, adjustment, asking, approval, {conflict.student_id for conflict in conflicts})
    with refused_when_locked():
        return await _record(connection, place, entry, adjustment, write_digest)


def supersede(
    place: RollPlace, adjustment: Adjustment, asking: Asking, approval: UUID | None, in_conflict: Collection[str] = ()
) -> MarkAdjusted:
    """The entry that adjusts the mark which stands, or confirms it in a conflict. Pure but for its refusals."""
    if place.roll is None:
        raise RollNotTaken("Take the roll first, as the office if it came on paper.")
    was = place.roll.marked().get(adjustment.student_id)
    if was is None:
        raise marking.NotOnTheRoll("Only students who are on the roll can be adjusted on it.", "/student_id")
    marking.usable_code(adjustment.code, place.codes, "/code", by_office=True)
    if was == adjustment.code and adjustment.student_id not in in_conflict:
        raise NothingToAdjust("Read the trail: someone has adjusted it already, or it was never otherwise.")
    return MarkAdjusted(
        at=asking.at,
        by=asking.principal.subject,
        role=asking.principal.role,
        section_id=place.section_id,
        on=place.on,
        period_id=place.period_id,
        version=place.version + 1,
        student_id=adjustment.student_id,
        was=was,
        code=adjustment.code,
        reason=adjustment.reason,
        authority=adjustment.authority,
        document=adjustment.document,
        approval_id=approval,
    )


async def _record(
    connection: Any, place: RollPlace, entry: MarkAdjusted, adjustment: Adjustment, write_digest: bytes
) -> Receipt:
    assert place.roll is not None
    marked = place.roll.marked() | {entry.student_id: entry.code}
    marks = marking.Marks.of([marked[student] for student in place.roll.students])
    teacher_said = {entry.student_id: entry.was} | dict(place.roll.teacher_said)
    body = ledger.canonical(entry)
    appended = await connection.fetchrow(
        "SELECT sequence, hash FROM roll.append_entry($1, $2, $3, $4, $5)",
        place.district_id,
        place.stream,
        body,
        adjustment.adjustment_id,
        write_digest,
    )
    await connection.execute(
        "UPDATE roll.roll SET version = $5, codes = $6, marks = $7, teacher_said = $8 "
        'WHERE district_id = $1 AND section_id = $2 AND "on" = $3 AND period_id = $4',
        place.district_id,
        place.section_id,
        place.on,
        place.period_id,
        entry.version,
        list(marks.codes),
        marks.digits,
        json.dumps(teacher_said),
    )
    await connection.execute(
        'INSERT INTO roll.roll_change (district_id, section_id, "on", period_id, sequence, student_id) '
        "VALUES ($1, $2, $3, $4, $5, $6)",
        place.district_id,
        place.section_id,
        place.on,
        place.period_id,
        appended["sequence"],
        entry.student_id,
    )
    return receipt_for(adjustment.adjustment_id, {**appended, "stream": place.stream, "body": body})
