"""Of many students at once: the rolls that were due for each before a day, and those that have her mark."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.roll.due_marks import Meetings, Row, Seats, count_due_marks, on_days, on_rosters
from services.roll.register_items import Attendance
from services.roll.schedule import DUE, IN_THE_DAY

MEETINGS = f"""{DUE}
    SELECT section_id, period_id, roll_mode, array_agg("on" - $3) AS days, array_agg(turn) AS turns,
           array_agg(coalesce(roster, 0)) AS rosters, array_agg(instructional) AS instructional,
           array_agg(coalesce(CAST(afternoon AS int), 2)) AS halves
    FROM (SELECT *, row_number() OVER (PARTITION BY "on" ORDER BY {IN_THE_DAY})::int AS turn
          FROM meeting WHERE $6 = 'all') ordered
    GROUP BY section_id, period_id, roll_mode
"""  # noqa: S608 - all of it is ours
"""A row a section and period of one school; its meetings in arrays, with the number of the day from $3."""

SEATS = """
    SELECT student_id, section_id, begins_on, ends_before FROM roll.section_enrollment
    WHERE district_id = $1 AND student_id = ANY ($2) AND section_id = ANY ($3)
"""
MEMBERS = """
    SELECT student_id, entry_date AS begins_on, withdrawal_date AS ends_before FROM roll.school_enrollment
    WHERE district_id = $1 AND student_id = ANY ($2) AND school_id = $3
"""
ROSTERS = """
    SELECT section_id, roster, students FROM roll.section_roster WHERE district_id = $1 AND section_id = ANY ($2)
"""


async def attendance_at(
    connection: Any, district_id: str, school_id: str, begins: date, ends: date, ids: Sequence[str]
) -> dict[str, Attendance]:
    """Of the days from `begins` up to `ends`, on which the students were members of the school."""
    if ends <= begins:
        return {}
    meetings = await connection.fetch(MEETINGS, district_id, [school_id], begins, ends, ids, "all")
    sections = {section: place for place, section in enumerate(sorted({row["section_id"] for row in meetings}))}
    seats = await connection.fetch(SEATS, district_id, ids, list(sections))
    members = await connection.fetch(MEMBERS, district_id, ids, school_id)
    rosters = await connection.fetch(ROSTERS, district_id, list(sections))

    def count() -> dict[str, Attendance]:
        students, days = {student: place for place, student in enumerate(ids)}, (ends - begins).days
        return dict(zip(ids, counted(meetings, seats, members, rosters, students, sections, begins, days), strict=True))

    return await asyncio.to_thread(count) if sections else {}


def counted(
    meetings: Sequence[Row],
    seats: Sequence[Row],
    members: Sequence[Row],
    rosters: Sequence[Row],
    students: dict[str, int],
    sections: dict[str, int],
    begins: date,
    days: int,
) -> list[Attendance]:
    place_of = {(row["section_id"], row["roster"]): place for place, row in enumerate(rosters)}
    return count_due_marks(
        Meetings.of(meetings, sections, place_of),
        Seats.of(seats, students, sections, begins, days),
        on_days(members, students, begins, days),
        on_rosters(rosters, students),
    )
