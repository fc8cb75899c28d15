"""A teacher's day: the rolls that are due from her, as teacher or as a substitute."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from services.roll.schedule import DUE
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.roll import SectionDay, SectionDays
from shared.schema.roster import Day

router = APIRouter(tags=["reading"])

SECTIONS_OF_A_TEACHER = """
    SELECT n.school_id, n.section_id, bool_and(t.substitute) AS substitute, ARRAY (
        SELECT DISTINCT e.student_id FROM roll.section_enrollment e
        WHERE e.district_id = $1 AND e.section_id = n.section_id
          AND e.begins_on <= $3 AND coalesce($3 < e.ends_before, true)) AS students
    FROM roll.section_teacher t
    JOIN roll.section n ON n.district_id = t.district_id AND n.section_id = t.section_id
    WHERE t.district_id = $1 AND t.staff_id = $2 AND t.begins_on <= $3 AND coalesce($3 < t.ends_before, true)
    GROUP BY n.school_id, n.section_id
"""
ROLLS_DUE = f"""{DUE}
    SELECT DISTINCT school_id, section_id, title, period_id, begins_at, coalesce(version, 0) AS version
    FROM due WHERE section_id = ANY ($6)
    ORDER BY begins_at NULLS LAST, period_id, section_id
"""  # noqa: S608 - both halves are ours
"""Only her students are looked at: whether her roll is due depends on where else *they* have one."""


@router.get("/v1/me/sections", responses=refusals())
async def read_my_sections(on: Annotated[Day, Query()], asking: WhoAsks, connection: BareTransaction) -> SectionDays:
    """The rolls that are due from the teacher of the token on a date, in the order of the day.

    Due are those that the school's roll mode asks for: of a school that takes its roll once a day, one a student.
    """
    asking.require_role("teacher")
    hers = await connection.fetch(SECTIONS_OF_A_TEACHER, asking.district_id, asking.principal.subject, on)
    sections = {row["section_id"]: row for row in hers if row["students"]}
    due = await connection.fetch(
        ROLLS_DUE,
        asking.district_id, sorted({row["school_id"] for row in sections.values()}), on, on + timedelta(days=1),
        sorted({student for row in sections.values() for student in row["students"]}), list(sections),
    )  # fmt: skip
    rolls = (
        SectionDay(
            **row,
            students=len(sections[row["section_id"]]["students"]),
            taken=row["version"] > 0,
            substitute=sections[row["section_id"]]["substitute"],
        )
        for row in due
    )
    return SectionDays(on=on, rolls=tuple(rolls))
