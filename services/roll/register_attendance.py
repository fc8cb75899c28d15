"""Of many students at once: the rolls that were due for each before a day, and those that have her mark."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.roll.due_marks import count_due_marks, on_rosters, rosters_of
from services.roll.due_rolls import MEETINGS, MEMBERS, SEATS, by_school
from services.roll.due_seats import on_days
from services.roll.register_items import Attendance

ROSTERS = """
    SELECT section_id, roster, students FROM roll.section_roster WHERE district_id = $1 AND section_id = ANY ($2)
"""


async def attendance_at(
    connection: Any, district_id: str, school_id: str, begins: date, ends: date, ids: Sequence[str]
) -> dict[str, Attendance]:
    """Of the days from `begins` up to `ends`, on which the students were members of the school."""
    if ends <= begins:
        return {}
    meetings = await connection.fetch(MEETINGS, district_id, [school_id], begins, ends, ids)
    sections = sorted({row["section_id"] for row in meetings})
    seats = await connection.fetch(SEATS, district_id, sections, begins, ends, ids)
    members = await connection.fetchrow(MEMBERS, district_id, ids, begins, ends, school_id)
    rosters = await connection.fetch(ROSTERS, district_id, sections)

    def count() -> dict[str, Attendance]:
        students = {student: number for number, student in enumerate(ids)}
        member, there = on_days(members, students, (ends - begins).days), on_rosters(rosters, students)
        for rows, when, who in by_school(meetings, seats, students):  # one school, or none
            counts = count_due_marks(when, who, member, rosters_of(rows, rosters), there)
            return dict(zip(ids, counts, strict=True))
        return {}

    return await asyncio.to_thread(count)
