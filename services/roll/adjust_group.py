"""The attendance office corrects the marks of many students as one act: one reason, and a trail on each (rule TX-14).

Every mark is an entry of its own, as if it had been adjusted by itself, and all name the act. It is done whole or not
at all; rolls that nobody has taken are not invented, but told.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.roll import ledger, marking
from services.roll.conflicts import STILL_OPEN
from services.roll.locks import PeriodLocked, approval_for, refused_when_locked
from services.roll.rights import OFFICE
from services.roll.rolls import read_codes
from services.roll.schedule import DUE
from services.roll.standing import StandingRoll
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.acts import GroupAdjustment, GroupAnswer, MarkReceipt, RollOf, StudentOutcome
from shared.schema.entries import MarkAdjusted, school_stream
from shared.schema.refusals import Forbidden

router = APIRouter(tags=["adjustments"], route_class=JSONRoute)

SECTIONS = """
    SELECT DISTINCT n.school_id, n.section_id FROM roll.section_enrollment e
    JOIN roll.section n USING (district_id, section_id)
    WHERE e.district_id = $1 AND e.student_id = ANY ($2) AND ($3::text[] IS NULL OR n.school_id = ANY ($3))
"""
ROLLS = f"""
    SELECT r.school_id, r.section_id, r.period_id, r.version, r.roster, r.sequence, r.codes, r.marks, r.teacher_said,
           s.students, ARRAY (
               SELECT c.student_id FROM roll.roll_conflict c
               WHERE c.district_id = r.district_id AND c.section_id = r.section_id AND c."on" = r."on"
                 AND c.period_id = r.period_id AND {STILL_OPEN}) AS in_conflict
    FROM roll.roll r JOIN roll.section_roster s USING (district_id, section_id, roster)
    WHERE r.district_id = $1 AND r.section_id = ANY ($2) AND r."on" = $3
      AND ($4::text[] IS NULL OR r.period_id = ANY ($4)) AND s.students && $5
    ORDER BY r.school_id, r.section_id, r.period_id
"""  # noqa: S608 - both halves are ours
NOT_TAKEN = " ".join(
    (DUE, "SELECT DISTINCT student_id, section_id, period_id FROM due WHERE version IS NULL ORDER BY 1, 2")
)
APPEND = """
    SELECT a.sequence, a.hash
    FROM unnest($2::text[], $3::bytea[], $4::uuid[], $5::bytea[])
        WITH ORDINALITY AS e (stream, body, write_id, digest, number)
    CROSS JOIN LATERAL roll.append_entry($1, e.stream, e.body, e.write_id, e.digest) a
    ORDER BY e.number
"""
STAND = """
    UPDATE roll.roll r SET version = n.version, codes = n.codes, marks = n.marks, teacher_said = n.teacher_said
    FROM jsonb_to_recordset($3::jsonb) AS n (
        section_id text, period_id text, version int, codes text[], marks text, teacher_said jsonb)
    WHERE r.district_id = $1 AND r."on" = $2 AND r.section_id = n.section_id AND r.period_id = n.period_id
"""
CHANGED = """
    INSERT INTO roll.roll_change (district_id, section_id, "on", period_id, sequence, student_id)
    SELECT $1, c.section_id, $2, c.period_id, c.sequence, c.student_id
    FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[]) AS c (section_id, period_id, sequence, student_id)
"""


@dataclass(frozen=True, slots=True)
class TakenRoll:
    """A roll of the day that has some of the students on it."""

    school_id: str
    section_id: str
    period_id: str
    students: tuple[str, ...]
    standing: StandingRoll


@router.post(
    "/v1/adjustments",
    status_code=201,
    responses=refusals(Forbidden, ledger.WriteIdReused, marking.UnknownCode, PeriodLocked),
)
async def adjust_group(
    act: GroupAdjustment, asking: WhoAsks, connection: BareTransaction, response: Response
) -> GroupAnswer:
    """Set the marks of these students aside on every roll of the day that has them. To retry, send it again."""
    asking.require_role(*OFFICE)
    district_id = asking.district_id
    write_digest = ledger.digest("group_adjusted", {"by": asking.principal.subject}, act)
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{district_id} {act.adjustment_id}"
    )
    earlier = await _earlier(connection, district_id, act, write_digest)
    if earlier is not None:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"
        return earlier
    schools = None if asking.principal.schools is None else list(asking.principal.schools)
    sections = await connection.fetch(SECTIONS, district_id, act.students, schools)
    for school_id in sorted({row["school_id"] for row in sections}):
        await connection.execute("SELECT roll.lock_stream($1, $2)", district_id, school_stream(school_id))
    marking.usable_code(act.code, await _codes(connection, district_id, act), "/code", by_office=True)
    taken = [
        _taken(row)
        for row in await connection.fetch(
            ROLLS, district_id, [row["section_id"] for row in sections], act.on, act.periods, act.students
        )
    ]
    due = await connection.fetch(
        NOT_TAKEN,
        district_id, schools, act.on, act.on.fromordinal(act.on.toordinal() + 1), act.students,
    )  # fmt: skip
    not_taken = [row for row in due if act.periods is None or row["period_id"] in act.periods]
    approvals = {
        school_id: await approval_for(connection, asking, school_id, act.on, act.adjustment_id)
        for school_id in sorted({roll.school_id for roll in taken})
    }
    entries = [(roll, *each) for roll in taken for each in supersede(roll, act, asking, approvals[roll.school_id])]
    with refused_when_locked():
        receipts = await _record(connection, district_id, act, write_digest, entries)
    answer = outcomes(act, taken, receipts, not_taken)
    await connection.execute(
        "INSERT INTO roll.group_adjustment (district_id, adjustment_id, digest, answer) VALUES ($1, $2, $3, $4)",
        district_id, act.adjustment_id, write_digest, answer.model_dump_json(),
    )  # fmt: skip
    return answer


def supersede(
    roll: TakenRoll, act: GroupAdjustment, asking: Asking, approval: UUID | None
) -> Iterator[tuple[MarkAdjusted, StandingRoll]]:
    """The entries that adjust the roll's marks of these students, and how the roll stands after each. Pure."""
    stands = roll.standing
    for student in act.students:
        if student not in roll.students:
            continue
        place = roll.students.index(student)
        was = marking.Marks(stands.codes, stands.marks).unpacked()[place]
        if was == act.code and student not in stands.conflicts:
            continue
        entry = MarkAdjusted(
            at=asking.at,
            by=asking.principal.subject,
            role=asking.principal.role,
            section_id=roll.section_id,
            on=act.on,
            period_id=roll.period_id,
            version=stands.version + 1,
            student_id=student,
            was=was,
            code=act.code,
            reason=act.reason,
            authority=act.authority,
            document=act.document,
            act_id=act.adjustment_id,
            approval_id=approval,
        )
        stands = stands.adjusted(place, entry)
        yield entry, stands


def outcomes(
    act: GroupAdjustment,
    taken: Sequence[TakenRoll],
    receipts: Mapping[str, Sequence[MarkReceipt]],
    not_taken: Sequence[Mapping[str, Any]],
) -> GroupAnswer:
    """What became of each student, in the order in which they were named. Pure."""
    on_a_roll = {student for roll in taken for student in roll.students}
    waiting: dict[str, list[RollOf]] = {}
    for row in not_taken:
        roll = RollOf(section_id=row["section_id"], period_id=row["period_id"])
        waiting.setdefault(row["student_id"], []).append(roll)
    students = []
    for student in act.students:
        adjusted, missing = tuple(receipts.get(student, ())), tuple(waiting.get(student, ()))
        students.append(
            StudentOutcome(
                student_id=student,
                outcome="adjusted" if adjusted
                else "already so" if student in on_a_roll
                else "roll not taken" if missing
                else "not on a roll",
                adjusted=adjusted,
                not_taken=missing,
            )
        )  # fmt: skip
    count = sum(len(each.adjusted) for each in students)
    return GroupAnswer(adjustment_id=act.adjustment_id, marks_adjusted=count, students=tuple(students))


async def _record(
    connection: Any,
    district_id: str,
    act: GroupAdjustment,
    write_digest: bytes,
    entries: Sequence[tuple[TakenRoll, MarkAdjusted, StandingRoll]],
) -> dict[str, list[MarkReceipt]]:
    """Append the entries, the first of them under the act's own name, and let the rolls stand as they say."""
    if not entries:
        return {}
    streams = [school_stream(roll.school_id) for roll, _, _ in entries]
    rest = len(entries) - 1
    appended = await connection.fetch(
        APPEND, district_id, streams, [ledger.canonical(entry) for _, entry, _ in entries],
        [act.adjustment_id] + [None] * rest, [write_digest] + [None] * rest,
    )  # fmt: skip
    last = {(entry.section_id, entry.period_id): stands for _, entry, stands in entries}
    rows = [
        {
            "section_id": section_id, "period_id": period_id, "version": stands.version, "codes": stands.codes,
            "marks": stands.marks, "teacher_said": dict(stands.teacher_said),
        }
        for (section_id, period_id), stands in last.items()
    ]  # fmt: skip
    await connection.execute(STAND, district_id, act.on, json.dumps(rows))
    said = [entry for _, entry, _ in entries]
    await connection.execute(
        CHANGED, district_id, act.on, [entry.section_id for entry in said], [entry.period_id for entry in said],
        [row["sequence"] for row in appended], [entry.student_id for entry in said],
    )  # fmt: skip
    receipts: dict[str, list[MarkReceipt]] = {}
    for stream, entry, row in zip(streams, said, appended, strict=True):
        receipt = MarkReceipt(
            section_id=entry.section_id, period_id=entry.period_id, was=entry.was,
            stream=stream, sequence=row["sequence"], hash=bytes(row["hash"]).hex(),
        )  # fmt: skip
        receipts.setdefault(entry.student_id, []).append(receipt)
    return receipts


async def _earlier(connection: Any, district_id: str, act: GroupAdjustment, write_digest: bytes) -> GroupAnswer | None:
    """The answer that this act was given before. Raises WriteIdReused when its id names another write."""
    row = await connection.fetchrow(
        "SELECT digest, answer FROM roll.group_adjustment WHERE district_id = $1 AND adjustment_id = $2",
        district_id, act.adjustment_id,
    )  # fmt: skip
    if row is not None and bytes(row["digest"]) == write_digest:
        return GroupAnswer.model_validate_json(row["answer"])
    written = await connection.fetchval(
        "SELECT count(*) FROM roll.entry WHERE district_id = $1 AND write_id = $2", district_id, act.adjustment_id
    )
    if row is not None or written:
        raise ledger.WriteIdReused("Make a new id for a new write; send the same body to retry the old one.")
    return None


async def _codes(connection: Any, district_id: str, act: GroupAdjustment) -> dict[str, Any]:
    known = await connection.fetchval(
        "SELECT coalesce(jsonb_agg(to_jsonb(a) - 'district_id'), '[]')::text FROM roll.attendance_code a "
        "WHERE a.district_id = $1 AND a.begins_on <= $2 AND coalesce($2 < a.ends_before, true)",
        district_id, act.on,
    )  # fmt: skip
    return {code.code: code for code in read_codes(known)}


def _taken(row: Mapping[str, Any]) -> TakenRoll:
    return TakenRoll(
        school_id=row["school_id"],
        section_id=row["section_id"],
        period_id=row["period_id"],
        students=tuple(row["students"]),
        standing=StandingRoll(
            version=row["version"],
            roster=row["roster"],
            first=row["sequence"],
            codes=tuple(row["codes"]),
            marks=row["marks"],
            teacher_said=json.loads(row["teacher_said"] or "{}"),
            times={},
            conflicts=dict.fromkeys(row["in_conflict"], ()),
        ),
    )
