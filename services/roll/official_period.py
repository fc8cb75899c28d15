"""The official roll of a Texas track is fixed for the school year once its first roll was taken (rule TX-9)."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.row_intake import Intake
from services.roll.spans import span_of
from shared.schema.roster import Track

FIRST_ROLL = """
    SELECT min(r."on") FROM roll.section n
    JOIN roll.school c ON c.district_id = n.district_id AND c.school_id = n.school_id AND c.jurisdiction = 'texas'
    JOIN roll.roll r ON r.district_id = n.district_id AND r.section_id = n.section_id
        AND r."on" >= :begins AND r."on" < :ends
    WHERE n.district_id = :district AND n.school_id = :school AND n.track_id = :track
"""


async def refuse_other_periods(
    session: AsyncSession, district_id: str, intake: Intake, new: Mapping[int, Any], before: Mapping[Any, Any]
) -> None:
    """To name one where none was named is no change."""
    connection = await session.connection()
    for number, row in new.items():
        was: Track | None = before.get((row.school_id, row.track_id, row.school_year))
        if was is None or was.official_period_id in (None, row.official_period_id) or number not in intake.rows:
            continue
        begins, ends = span_of(was)
        given = {
            "district": district_id,
            "school": was.school_id,
            "track": was.track_id,
            "begins": begins,
            "ends": ends,
        }
        first = (await connection.execute(text(FIRST_ROLL), given)).scalar_one()
        if first is not None:
            said = (
                f"rolls of this school year exist since {first}, so its official period stays (TX-9): choose another "
                "for next year's track, or put the students of another program on a track of their own"
            )
            intake.refuse(number, "official_period_id", said)
