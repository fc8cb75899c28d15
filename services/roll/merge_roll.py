"""Merge an offline roll into one that others have taken meanwhile: student by student, whatever the order (merging.py).

All that was ever submitted of the roll is read again from the ledger, under the lock of its stream, so that what stands
follows from the set of submissions. A roll that nobody had taken is not merged: take_roll.py records it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.roll import ledger, marking
from services.roll.conflicts import record_conflicts
from services.roll.edit_window import find_end_of_edits
from services.roll.locks import approval_for, refused_when_locked
from services.roll.merging import Said, Submission, merge
from services.roll.rights import may_take
from services.roll.rolls import RollPlace, find_place, find_write, receipt_for
from services.roll.take_roll import OfficeAdjusts, digest_of, meets_on, new_roster, roll_changed
from shared.plumbing.circumstances import Asking
from shared.plumbing.database import Database
from shared.schema.entries import Authority, RollTaken, read_entry
from shared.schema.roll import Receipt, RollSubmission

ROLLS_TAKEN = """
    SELECT e.write_id, e.body, s.students FROM (
        SELECT $6::bigint AS sequence
        UNION SELECT c.sequence FROM roll.roll_change c
        WHERE c.district_id = $1 AND c.section_id = $3 AND c."on" = $4 AND c.period_id = $5 AND c.student_id IS NULL) r
    JOIN roll.entry e ON e.district_id = $1 AND e.stream = $2 AND e.sequence = r.sequence
    JOIN roll.section_roster s ON s.district_id = $1 AND s.section_id = $3
        AND s.roster = (convert_from(e.body, 'UTF8')::jsonb ->> 'roster')::int
"""
SUBSTITUTES = """
    SELECT t.staff_id, bool_and(t.substitute) AS substitute FROM roll.section_teacher t
    WHERE t.district_id = $1 AND t.section_id = $2 AND t.begins_on <= $3 AND coalesce($3 < t.ends_before, true)
    GROUP BY t.staff_id
"""
APPEND = "SELECT sequence, hash FROM roll.append_entry($1, $2, $3, $4, $5)"
FIX_ROSTER = "INSERT INTO roll.section_roster (district_id, section_id, roster, students) VALUES ($1, $2, $3, $4)"
STAND = """
    UPDATE roll.roll SET version = $5, roster = $6, codes = $7, marks = $8, teacher_said = $9, times = $10
    WHERE district_id = $1 AND section_id = $2 AND "on" = $3 AND period_id = $4
"""
CHANGED = """
    INSERT INTO roll.roll_change (district_id, section_id, "on", period_id, sequence) VALUES ($1, $2, $3, $4, $5)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How submissions to a roll are weighed: who was there as its teacher, and until when she could amend."""

    substitute: Mapping[str, bool]
    end_of_edits: datetime

    def authority(self, by: str, role: str) -> Authority:
        if role != "teacher":
            return "office"
        return "substitute" if self.substitute.get(by, True) else "teacher"

    def is_late(self, role: str, at: datetime) -> bool:
        return role == "teacher" and at >= self.end_of_edits


async def merge_roll(
    database: Database, asking: Asking, section_id: str, on: date, period_id: str, submission: RollSubmission
) -> tuple[Receipt, bool]:
    """The receipt, and whether it is an earlier one."""
    write_digest = digest_of(section_id, on, period_id, submission)
    district_id, subject = asking.district_id, asking.principal.subject
    async with database.bare(district_id) as connection:
        place = await find_place(connection, district_id, section_id, on, period_id, subject)
        may_take(asking, place)
        # From here to commit nobody else writes in this school's stream, so the roll is read again under the lock.
        await connection.execute("SELECT roll.lock_stream($1, $2)", district_id, place.stream)
        receipt = await find_write(connection, district_id, submission.submission_id, write_digest)
        if receipt is not None:
            return receipt, True
        place = await find_place(connection, district_id, section_id, on, period_id, subject)
        _may_merge(asking, place, submission)
        standing = await _find_standing(connection, place)
        earlier = await _find_submissions(connection, place, standing)
        entry = merged_roll(place, submission, asking, standing, earlier)
        approval = await approval_for(connection, asking, place.school_id, on, submission.submission_id)
        entry = entry.model_copy(update={"approval_id": approval})
        with refused_when_locked():
            return await _record(connection, place, entry, submission, write_digest), False


def _may_merge(asking: Asking, place: RollPlace, submission: RollSubmission) -> None:
    may_take(asking, place)
    meets_on(place, asking.at)
    if place.roll is None or submission.base_version > place.version:
        raise roll_changed(place.version)
    if submission.base_version > 0 and asking.principal.role != "teacher":
        raise OfficeAdjusts("Adjust the marks that were wrong, with reason, authority and document (TX-11).")


async def _find_standing(connection: Any, place: RollPlace) -> Standing:
    rows = await connection.fetch(SUBSTITUTES, place.district_id, place.section_id, place.on)
    substitute = {row["staff_id"]: row["substitute"] for row in rows}
    return Standing(substitute, await find_end_of_edits(connection, place))


async def _find_submissions(connection: Any, place: RollPlace, standing: Standing) -> list[Submission]:
    assert place.roll is not None
    rows = await connection.fetch(
        ROLLS_TAKEN,
        place.district_id, place.stream, place.section_id, place.on, place.period_id, place.roll.first_sequence,
    )  # fmt: skip
    return [submission_in(row, standing) for row in rows]


def submission_in(row: Mapping[str, Any], standing: Standing) -> Submission:
    """What was submitted, as the entry says that was made of it. `row` has its write id, body and roster."""
    entry = read_entry.validate_json(row["body"])
    assert isinstance(entry, RollTaken)
    marked = dict(zip(row["students"], marking.Marks(entry.codes, entry.marks).unpacked(), strict=True))
    codes = marked | (entry.teacher_said or {}) | (entry.submitted or {})
    times = (entry.times if entry.base_version is None else entry.submitted_times) or {}
    return Submission(
        submission_id=row["write_id"],
        version=entry.version,
        base=entry.version - 1 if entry.base_version is None else entry.base_version,
        by=entry.by,
        authority=standing.authority(entry.by, entry.role),
        said={student: Said(code, times.get(student)) for student, code in codes.items()},
        follows=entry.follows,
        late=standing.is_late(entry.role, entry.at),
    )


def merged_roll(
    place: RollPlace, submission: RollSubmission, asking: Asking, standing: Standing, earlier: Sequence[Submission]
) -> RollTaken:
    """The roll as it stands once this submission is among the others. Pure but for its refusals."""
    assert place.roll is not None
    principal = asking.principal
    by_office = principal.role != "teacher"
    codes = marking.mark_everyone(submission, place.students, place.codes, by_office=by_office)
    times = marking.times_of(submission)
    this = Submission(
        submission_id=submission.submission_id,
        version=place.version + 1,
        base=submission.base_version,
        by=principal.subject,
        authority=standing.authority(principal.subject, principal.role),
        said={student: Said(code, (times or {}).get(student)) for student, code in codes.items()},
        follows=submission.follows,
        late=standing.is_late(principal.role, asking.at),
    )
    merged = merge([*earlier, this], place.codes)
    by_teachers = {student: merged.stands[student] for student in place.students}
    standing_marks = place.roll.marked()
    adjusted = {student: standing_marks[student] for student in place.roll.teacher_said if student in by_teachers}
    marks = marking.Marks.of([adjusted.get(student, said.code) for student, said in by_teachers.items()])
    return RollTaken(
        at=asking.at,
        by=principal.subject,
        role=principal.role,
        section_id=place.section_id,
        on=place.on,
        period_id=place.period_id,
        version=this.version,
        roster=place.current_roster,
        codes=marks.codes,
        marks=marks.digits,
        teacher_said={student: by_teachers[student].code for student in adjusted} or None,
        times={student: said.times for student, said in by_teachers.items() if said.times} or None,
        follows=submission.follows,
        base_version=submission.base_version,
        submitted={student: code for student, code in codes.items() if code != by_teachers[student].code} or None,
        submitted_times=times,
        conflicts={
            student: claims
            for student, claims in merged.conflicts.items()
            if student in by_teachers and student not in adjusted
        }
        or None,
    )


async def _record(
    connection: Any, place: RollPlace, entry: RollTaken, submission: RollSubmission, write_digest: bytes
) -> Receipt:
    fixed = new_roster(place, entry)
    if fixed is not None:
        roster, roster_body = fixed
        await connection.execute(APPEND, place.district_id, place.stream, roster_body, None, None)
        await connection.execute(FIX_ROSTER, place.district_id, place.section_id, roster.roster, roster.students)
    body = ledger.canonical(entry)
    appended = await connection.fetchrow(
        APPEND, place.district_id, place.stream, body, submission.submission_id, write_digest
    )
    said = entry.model_dump(mode="json", include={"teacher_said", "times"}, exclude_none=True)
    await connection.execute(
        STAND,
        place.district_id, place.section_id, place.on, place.period_id, entry.version, entry.roster,
        list(entry.codes), entry.marks,
        *(json.dumps(said[column]) if column in said else None for column in ("teacher_said", "times")),
    )  # fmt: skip
    await connection.execute(
        CHANGED, place.district_id, place.section_id, place.on, place.period_id, appended["sequence"]
    )
    await record_conflicts(connection, place, entry, appended["sequence"])
    return receipt_for(submission.submission_id, {**appended, "stream": place.stream, "body": body})
