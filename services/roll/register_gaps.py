"""Which students of a school have a register that lacks something, and what (rule NY-1)."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll import access_log
from services.roll.local_time import local_date
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.register import ENROLLMENTS, enrolled
from services.roll.register_items import Attendance, missing_items
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.schedule import DUE
from services.roll.schools import find_school
from services.roll.students import read_student
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.reading import RegisterGap, RegisterGaps
from shared.schema.roster import SchoolYear

router = APIRouter(tags=["reading"])
GAPS = "/v1/schools/{school_id}/register-gaps"
READERS = ("attendance_clerk", "principal", "district_office", "auditor")

STUDENTS_OF_A_SCHOOL = """
    SELECT s.student_id, s.given_name, s.family_name, s.birth_date, s.address, s.guardians
    FROM roll.student s
    WHERE s.district_id = $1 AND s.student_id > $4 AND EXISTS (
        SELECT FROM roll.school_enrollment e
        JOIN roll.track t ON t.district_id = e.district_id AND t.school_id = e.school_id
            AND t.track_id = e.track_id AND t.school_year = $3
        WHERE e.district_id = $1 AND e.school_id = $2 AND e.student_id = s.student_id
          AND coalesce(e.entry_date < e.withdrawal_date, true)
          AND coalesce(e.entry_date < t.ends_before, true) AND coalesce(t.begins_on < e.withdrawal_date, true))
    ORDER BY s.student_id LIMIT $5
"""

ATTENDANCE = f"""{DUE}
    SELECT due.student_id, count(*)::int AS due,
           (count(*) FILTER (WHERE due.student_id = ANY (s.students)))::int AS marked
    FROM due
    LEFT JOIN roll.roll r ON r.district_id = $1 AND r.section_id = due.section_id
        AND r."on" = due."on" AND r.period_id = due.period_id
    LEFT JOIN roll.section_roster s ON s.district_id = $1 AND s.section_id = r.section_id AND s.roster = r.roster
    WHERE EXISTS (
        SELECT FROM roll.school_enrollment e
        WHERE e.district_id = $1 AND e.student_id = due.student_id AND e.school_id = due.school_id
          AND e.entry_date <= due."on" AND coalesce(due."on" < e.withdrawal_date, true))
    GROUP BY due.student_id
"""  # noqa: S608 - both halves are ours


@router.get(GAPS, responses=refusals(NoSuchSchool, NotACursor))
async def list_register_gaps(
    school_id: Annotated[Id, Path()],
    school_year: Annotated[SchoolYear, Query()],
    asking: WhoAsks,
    connection: BareTransaction,
    limit: Annotated[int, Query(ge=1, le=200, description="Students to look at for a page.")] = 100,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> RegisterGaps:
    """The students whose register at this school lacks something; days before today count."""
    asking.require_role(*READERS)
    of_own_school(asking, school_id)
    school = await find_school(connection, asking.district_id, school_id)
    after = key_in(cursor, 1) or ("",)
    rows = await connection.fetch(STUDENTS_OF_A_SCHOOL, asking.district_id, school_id, school_year, after[0], limit + 1)
    students = [read_student(row) for row in rows[:limit]]
    ids = [student.student_id for student in students]
    enrollments = [
        row
        for row in await connection.fetch(ENROLLMENTS, asking.district_id, ids, school_year, asking.at)
        if asking.principal.may_see_school(row["school_id"])
    ]
    attendance = await attendance_of(connection, asking, enrollments, ids)
    gaps = []
    for student in students:
        ours = [enrolled(row, asking.at) for row in enrollments if row["student_id"] == student.student_id]
        missing = missing_items(student, ours, attendance.get(student.student_id, Attendance(0, 0)))
        if missing:
            gaps.append(RegisterGap(student_id=student.student_id, missing=missing))
    await access_log.note_access(connection, asking, access_log.school(school_id), GAPS, ids)
    return RegisterGaps(
        school_id=school.school_id,
        school_year=school_year,
        examined=len(students),
        students=tuple(gaps),
        next_cursor=cursor_after(ids[-1]) if len(rows) > limit else None,
    )


async def attendance_of(
    connection: Any, asking: Asking, enrollments: list[Any], ids: list[str]
) -> dict[str, Attendance]:
    """Of each student: the rolls due before today, and those that have her mark."""
    if not enrollments:
        return {}
    schools = sorted({row["school_id"] for row in enrollments})
    begins = min(row["begins_on"] for row in enrollments)
    today = min(local_date(asking.at, row["time_zone"]) for row in enrollments)
    ends = min(today, max(row["ends_before"] or today for row in enrollments))
    rows = await connection.fetch(ATTENDANCE, asking.district_id, schools, begins, max(ends, begins), ids, "all")
    return {row["student_id"]: Attendance(due=row["due"], marked=row["marked"]) for row in rows}
