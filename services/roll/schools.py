"""A school as the roster has it."""

from typing import Any

from services.roll.rights import NoSuchSchool
from shared.schema.roster import School


async def find_school(connection: Any, district_id: str, school_id: str) -> School:
    """Raises NoSuchSchool."""
    row = await connection.fetchrow(
        "SELECT school_id, name, jurisdiction, time_zone, roll_mode, teacher_edit_minutes FROM roll.school "
        "WHERE district_id = $1 AND school_id = $2",
        district_id,
        school_id,
    )
    if row is None:
        raise NoSuchSchool("Check the school's id.")
    return School.model_validate(dict(row), strict=False)
