"""What was set or given beside the streams since a moment, and may have moved days that a statement counted."""

from datetime import datetime
from typing import Any

MOVE_DAYS = ("waived_days", "off_campus_codes")


async def said_since(connection: Any, district_id: str, at: datetime, school_id: str | None) -> tuple[str, ...]:
    """Sentences, in the order in which it was said: Texas's waived days and grounds of codes, and settings of what
    becomes of days not taken and of Illinois's grid; and that roll was followed anew, as after it was restored.
    Of the schools, all (None) or the one: what was given of another moves none of its days."""
    rows = await connection.fetch(
        "SELECT recorded_at, recorded_by, replace(collection, '_', ' ') || ' ' || key "
        "|| CASE school_id WHEN '' THEN '' ELSE ' of ' || school_id END AS what FROM texas_input "
        "WHERE district_id = $1 AND collection = ANY ($2) AND recorded_at > $3 "
        "AND school_id IN ('', coalesce($4, school_id)) UNION ALL "
        "SELECT set_at, set_by, 'days not taken in ' || (setting ->> 'jurisdiction') || ' count as ' "
        "|| (setting ->> 'counts_as') FROM not_taken_setting WHERE district_id = $1 AND set_at > $3 "
        "UNION ALL SELECT set_at, set_by, 'days in Illinois from ' || (setting ->> 'begins_on') || ' on count by ' "
        "|| (setting ->> 'grid') FROM minimum_time_setting WHERE district_id = $1 AND set_at > $3 "
        "UNION ALL SELECT asked_at, asked_by, 'roll was followed anew from its first entries (' || reason || ')' "
        "FROM followed_anew WHERE district_id = $1 AND asked_at > $3 ORDER BY 1, 3",
        district_id, MOVE_DAYS, at, school_id,
    )  # fmt: skip
    return tuple(f"{row[2]}: by {row[1]} at {row[0].isoformat(timespec='seconds')}" for row in rows)
