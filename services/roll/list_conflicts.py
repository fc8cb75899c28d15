"""The conflicts that wait for somebody to resolve them: of a school, or on a teacher's own rolls.

The office resolves one by adjusting the mark, or by confirming the one that stands; the teacher, as long as she may, by
amending the roll that she has seen merged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll import access_log
from services.roll.conflicts import STILL_OPEN, conflict_in, taught_by
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.rights import READERS, NoSuchSchool, of_own_school
from services.roll.schools import find_school
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.roll import OpenConflict, OpenConflicts
from shared.schema.roster import Day

router = APIRouter(tags=["reading"])
OF_A_SCHOOL, OF_A_TEACHER = "/v1/schools/{school_id}/roll-conflicts", "/v1/me/roll-conflicts"

OPEN = f"""
    SELECT c.section_id, n.title, c."on", c.period_id, c.student_id, c.claims
    FROM roll.roll_conflict c
    JOIN roll.section n ON n.district_id = c.district_id AND n.section_id = c.section_id
    WHERE c.district_id = $1 AND ($2::date IS NULL OR c."on" = $2) AND {STILL_OPEN}
      AND ($3::date IS NULL OR (c."on", c.section_id, c.period_id, c.student_id) > ($3, $4, $5, $6))
"""  # noqa: S608 - both halves are ours
IN_ORDER = 'ORDER BY c."on", c.section_id, c.period_id, c.student_id LIMIT $7'

On = Annotated[Day | None, Query(description="Of one day; of every day when none is named.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=600)]


@router.get(OF_A_SCHOOL, responses=refusals(NoSuchSchool, NotACursor))
async def list_conflicts_of_a_school(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
    on: On = None,
    limit: Limit = 200,
    cursor: Cursor = None,
) -> OpenConflicts:
    """Every student whom several have marked differently, and whom nobody has decided upon since."""
    asking.require_role(*(role for role in READERS if role != "teacher"))
    of_own_school(asking, school_id)
    await find_school(connection, asking.district_id, school_id)
    statement = f"{OPEN} AND c.school_id = $8 {IN_ORDER}"
    rows = await connection.fetch(statement, *_asked(asking, on, limit, cursor), school_id)
    students = sorted({row["student_id"] for row in rows[:limit]})
    await access_log.note_access(connection, asking, access_log.school(school_id), OF_A_SCHOOL, students)
    return page_of(rows, limit)


@router.get(OF_A_TEACHER, responses=refusals(NotACursor))
async def list_conflicts_of_a_teacher(
    asking: WhoAsks, connection: BareTransaction, on: On = None, limit: Limit = 200, cursor: Cursor = None
) -> OpenConflicts:
    """The same, on the rolls of sections that are the teacher's on their date."""
    asking.require_role("teacher")
    statement = f"{OPEN} AND {taught_by('$8')} {IN_ORDER}"
    rows = await connection.fetch(statement, *_asked(asking, on, limit, cursor), asking.principal.subject)
    students: dict[str, set[str]] = defaultdict(set)
    for row in rows[:limit]:
        students[row["section_id"]].add(row["student_id"])
    for section_id, whom in sorted(students.items()):
        about = access_log.section(section_id)
        await access_log.note_access(connection, asking, about, OF_A_TEACHER, sorted(whom))
    return page_of(rows, limit)


def _asked(asking: Asking, on: date | None, limit: int, cursor: str | None) -> tuple[Any, ...]:
    """One more than the limit, to see whether there are more. Raises NotACursor."""
    key = key_in(cursor, 4)
    try:
        after = (None, None, None, None) if key is None else (date.fromisoformat(key[0]), *key[1:])
    except ValueError:
        raise NotACursor("Send the next_cursor of the last page, unchanged.") from None
    return asking.district_id, on, *after, limit + 1


def page_of(rows: Sequence[Mapping[str, Any]], limit: int) -> OpenConflicts:
    conflicts = tuple(
        OpenConflict(
            **conflict_in(row),
            section_id=row["section_id"],
            title=row["title"],
            on=row["on"],
            period_id=row["period_id"],
            sheet=f"/v1/sections/{row['section_id']}/sheets/{row['on']}/{row['period_id']}",
        )
        for row in rows[:limit]
    )
    last = conflicts[-1] if len(rows) > limit else None
    return OpenConflicts(
        conflicts=conflicts,
        next_cursor=None
        if last is None
        else cursor_after(last.on.isoformat(), last.section_id, last.period_id, last.student_id),
    )
