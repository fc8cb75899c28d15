"""Who has read what of whose record: written in the reader's own transaction, so no answer leaves without it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.students import NoSuchStudent, find_student
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.reading import Access, Accesses

router = APIRouter(tags=["reading"])
READERS = ("district_office", "auditor")

ACCESSES = """
    SELECT a.access_id, a.at, a.subject, a.role, a.route FROM roll.access a
    WHERE a.district_id = $1 AND $2 = ANY (a.student_ids)
      AND a.about = ANY (ARRAY (
        SELECT 'student.' || $2
        UNION SELECT 'section.' || e.section_id FROM roll.section_enrollment e
        WHERE e.district_id = $1 AND e.student_id = $2
        UNION SELECT 'school.' || e.school_id FROM roll.school_enrollment e
        WHERE e.district_id = $1 AND e.student_id = $2
        UNION SELECT 'district'))
      AND ($3::timestamptz IS NULL OR (a.at, a.access_id) < ($3, $4::uuid))
    ORDER BY a.at DESC, a.access_id DESC LIMIT $5
"""


DISTRICT = "district"
"""What a page of the whole district's roster is about."""


def section(section_id: str) -> str:
    """What a sheet or a trail is about. With `student`, `school` and DISTRICT, all that an access can be about."""
    return f"section.{section_id}"


def student(student_id: str) -> str:
    return f"student.{student_id}"


def school(school_id: str) -> str:
    return f"school.{school_id}"


async def note_access(connection: Any, asking: Asking, about: str, route: str, student_ids: Sequence[str]) -> None:
    """Put on record that these students' records are about to be shown. `connection` commits before the answer."""
    if student_ids:
        await connection.execute(
            "INSERT INTO roll.access (district_id, about, at, subject, role, route, student_ids) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            asking.district_id,
            about,
            asking.at,
            asking.principal.subject,
            asking.principal.role,
            route,
            list(student_ids),
        )


@router.get("/v1/students/{student_id}/accesses", responses=refusals(NoSuchStudent, NotACursor))
async def list_accesses(
    student_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Accesses:
    """Everyone who has read this student's record, the latest first."""
    asking.require_role(*READERS)
    await find_student(connection, asking.district_id, student_id)
    before = key_of(cursor)
    rows = await connection.fetch(ACCESSES, asking.district_id, student_id, *before, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    return Accesses(
        student_id=student_id,
        accesses=tuple(Access(**row) for row in rows[:limit]),
        next_cursor=cursor_after(last["at"].isoformat(), str(last["access_id"])) if last else None,
    )


def key_of(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    parts = key_in(cursor, 2)
    if parts is None:
        return None, None
    try:
        at, access_id = datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError:
        at, access_id = datetime.min, UUID(int=0)  # noqa: DTZ901 - refused below, as any time without a zone is
    if at.tzinfo is None:
        raise NotACursor("Send the next_cursor of the last page, unchanged.")
    return at, access_id
