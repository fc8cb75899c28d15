"""Which students of a school have a register that lacks something, and what (rule NY-1)."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll import access_log
from services.roll.local_time import local_date
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.register import ENROLLMENTS, enrolled
from services.roll.register_attendance import attendance_at
from services.roll.register_items import Attendance, missing_items
from services.roll.rights import NoSuchSchool, of_own_school
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


@router.get(GAPS, responses=refusals(NoSuchSchool, NotACursor))
async def list_register_gaps(
    school_id: Annotated[Id, Path()],
    school_year: Annotated[SchoolYear, Query()],
    asking: WhoAsks,
    connection: BareTransaction,
    limit: Annotated[int, Query(ge=1, le=5000, description="Students to look at for a page.")] = 1000,
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
    enrollments: dict[str, list[Any]] = defaultdict(list)
    for row in await connection.fetch(ENROLLMENTS, asking.district_id, ids, school_year, asking.at):
        if asking.principal.may_see_school(row["school_id"]):
            enrollments[row["student_id"]].append(row)
    attendance = await attendance_of(connection, asking, [row for rows in enrollments.values() for row in rows])
    gaps = []
    for student in students:
        ours = [enrolled(row, asking.at) for row in enrollments[student.student_id]]
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


async def attendance_of(connection: Any, asking: Asking, enrollments: list[Any]) -> dict[str, Attendance]:
    """Of each student: the rolls due before today, at whichever school, and those that have her mark."""
    by_school: dict[str, list[Any]] = defaultdict(list)
    for row in enrollments:
        by_school[row["school_id"]].append(row)
    found: dict[str, Attendance] = {}
    for school_id, rows in by_school.items():
        today = local_date(asking.at, rows[0]["time_zone"])
        begins, ends = min(row["begins_on"] for row in rows), max(row["ends_before"] or today for row in rows)
        ids = sorted({row["student_id"] for row in rows})
        there = await attendance_at(connection, asking.district_id, school_id, begins, min(today, ends), ids)
        for student, here in there.items():
            so_far = found.get(student, Attendance(0, 0))
            found[student] = Attendance(so_far.due + here.due, so_far.marked + here.marked)
    return found
