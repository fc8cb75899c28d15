"""Schools of New York that take the roll less often than the rule asks for pupils whom they have (rule NY-2)."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.explain_roll_mode import LAW
from services.roll.roll_mode import suffices
from services.roll.row_intake import Intake
from shared.schema.roster import Jurisdiction, RollMode

CHANGING = """
    SELECT s.school_id, count(DISTINCT s.student_id)
    FROM roll.school_enrollment s
    WHERE s.district_id = :district AND s.school_id = ANY (CAST(:schools AS text[]))
      AND s.grade = ANY (CAST(:grades AS text[])) AND s.withdrawal_date IS NULL
      AND (SELECT count(*) FROM roll.section_enrollment e
           WHERE e.district_id = s.district_id AND e.student_id = s.student_id AND e.school_id = s.school_id
             AND e.ends_before IS NULL) > 1
    GROUP BY s.school_id
"""
"""Members now, in the grades that are marked by period, who have more than one section: they change rooms, it seems."""


async def warn_of_rare_rolls(session: AsyncSession, district_id: str, intake: Intake) -> None:
    rare = {
        row.school_id: number
        for number, row in intake.rows.items()
        if row.jurisdiction is Jurisdiction.NEW_YORK and not suffices(row.roll_mode, RollMode.EVERY_PERIOD)
    }
    if not rare:
        return
    connection = await session.connection()
    rule = LAW.new_york.newest  # a school's setting has no day of its own
    first, *_, last = rule.period_grades
    given = {"district": district_id, "schools": sorted(rare), "grades": list(rule.period_grades)}
    for school_id, pupils in await connection.execute(text(CHANGING), given):
        said = (
            f"{pupils} pupils of grades {first} to {last} have more than one section: "
            f"if they change classrooms, their roll is taken every period ({rule.cite}); see GET /v1/schools/"
            f"{school_id}/roll-mode"
        )
        intake.warn(rare[school_id], "roll_mode", said)
