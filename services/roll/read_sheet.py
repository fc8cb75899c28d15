"""A teacher's day, and the sheet that she fills."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.roll import access_log
from services.roll.conflicts import find_conflicts
from services.roll.rights import NotYourSection, may_read
from services.roll.rolls import NoSuchSection, find_place
from services.roll.take_roll import On, PeriodId, SectionId
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.roll import SectionDay, SectionDays, Sheet, SheetStudent
from shared.schema.roster import Day

router = APIRouter(tags=["reading"])
SHEET = "/v1/sections/{section_id}/sheets/{on}/{period_id}"

ROLLS_OF_A_TEACHER = """
    SELECT n.section_id, n.school_id, n.title, p.period_id, b.begins_at, coalesce(r.version, 0) AS version,
           (SELECT count(DISTINCT e.student_id)::int FROM roll.section_enrollment e
            WHERE e.district_id = n.district_id AND e.section_id = n.section_id
              AND e.begins_on <= $3 AND coalesce($3 < e.ends_before, true)) AS students
    FROM roll.section_teacher t
    JOIN roll.section n ON n.district_id = t.district_id AND n.section_id = t.section_id
    JOIN roll.calendar_day d ON d.district_id = n.district_id AND d.school_id = n.school_id
        AND d.track_id = n.track_id AND d."on" = $3 AND d.instructional
    CROSS JOIN LATERAL unnest(n.period_ids) AS p (period_id)
    LEFT JOIN roll.bell_period b ON b.district_id = n.district_id AND b.school_id = n.school_id
        AND b.bell_schedule_id = d.bell_schedule_id AND b.period_id = p.period_id
    LEFT JOIN roll.roll r ON r.district_id = n.district_id AND r.section_id = n.section_id
        AND r."on" = $3 AND r.period_id = p.period_id
    WHERE t.district_id = $1 AND t.staff_id = $2 AND t.begins_on <= $3 AND coalesce($3 < t.ends_before, true)
      AND n.begins_on <= $3 AND coalesce($3 < n.ends_before, true)
      AND extract(isodow FROM $3::date)::int = ANY (n.weekdays)
    ORDER BY b.begins_at NULLS LAST, p.period_id, n.section_id
"""


@router.get("/v1/me/sections", responses=refusals())
async def read_my_sections(on: Annotated[Day, Query()], asking: WhoAsks, connection: BareTransaction) -> SectionDays:
    """The rolls that the teacher of the token is to take on a date, in the order of the day."""
    asking.require_role("teacher")
    rows = await connection.fetch(ROLLS_OF_A_TEACHER, asking.district_id, asking.principal.subject, on)
    rolls = {
        (row["section_id"], row["period_id"]): SectionDay(**row, taken=row["version"] > 0) for row in rows
    }  # a teacher entered twice for a section has it once
    return SectionDays(on=on, rolls=tuple(rolls.values()))


@router.get(SHEET, responses=refusals(NoSuchSection, NotYourSection))
async def read_sheet(
    section_id: SectionId, on: On, period_id: PeriodId, asking: WhoAsks, connection: BareTransaction
) -> Sheet:
    """Who is on the roll, by name, and how each is marked if it has been taken: as it stands and as she said."""
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    may_read(asking, place)
    marked = place.roll.marked() if place.roll else {}
    said = place.roll.teacher_said if place.roll else {}
    ids = list(dict.fromkeys([*place.students, *marked]))
    names = await connection.fetch(
        "SELECT student_id, given_name, family_name FROM roll.student WHERE district_id = $1 AND student_id = ANY ($2)",
        asking.district_id,
        ids,
    )
    await access_log.note_access(connection, asking, access_log.section(section_id), SHEET, ids)
    named = {row["student_id"]: row for row in names}
    students = [
        SheetStudent(
            student_id=student,
            given_name=named[student]["given_name"],
            family_name=named[student]["family_name"],
            code=marked.get(student),
            teacher_code=said.get(student, marked.get(student)),
        )
        for student in ids
    ]
    students.sort(key=lambda student: (student.family_name or "", student.given_name or "", student.student_id))
    return Sheet(
        section_id=section_id,
        school_id=place.school_id,
        title=place.title,
        on=on,
        period_id=period_id,
        version=place.version,
        set_aside=place.roll is not None and place.instructional is not True,
        students=tuple(students),
        conflicts=await find_conflicts(connection, asking.district_id, section_id, on, period_id),
    )
