"""Until when a teacher may amend a roll that was taken: her school's own setting, by the clock on its wall.

After that the roll is posted, and its marks are the attendance office's to adjust (TX-11, AMB-7). A first take is never
too late: a roll is never lost.
"""

from datetime import datetime
from typing import Any

from services.roll.local_time import end_of_edits
from services.roll.rolls import RollPlace
from shared.plumbing.circumstances import Asking
from shared.schema.refusals import Conflict

SETTING = """
    SELECT c.time_zone, c.teacher_edit_minutes, b.ends_at
    FROM roll.school c
    JOIN roll.section n ON n.district_id = c.district_id AND n.school_id = c.school_id AND n.section_id = $2
    LEFT JOIN roll.calendar_day d ON d.district_id = c.district_id AND d.school_id = c.school_id
        AND d.track_id = n.track_id AND d."on" = $3
    LEFT JOIN roll.bell_period b ON b.district_id = c.district_id AND b.school_id = c.school_id
        AND b.bell_schedule_id = d.bell_schedule_id AND b.period_id = $4
    WHERE c.district_id = $1
"""


class EditsClosed(Conflict):
    """The time in which a teacher may amend this roll is over."""


async def find_end_of_edits(connection: Any, place: RollPlace) -> datetime:
    """`connection` is in a transaction of the district."""
    row = await connection.fetchrow(SETTING, place.district_id, place.section_id, place.on, place.period_id)
    return end_of_edits(place.on, row["ends_at"], row["time_zone"], row["teacher_edit_minutes"])


async def may_still_amend(connection: Any, asking: Asking, place: RollPlace) -> None:
    """Raises EditsClosed. `connection` is in a transaction of the district."""
    if asking.at >= await find_end_of_edits(connection, place):
        raise EditsClosed("Ask the attendance office to adjust the marks that are wrong (TX-11).")
