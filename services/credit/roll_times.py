"""The times that rolls were given: who arrived when, and who left when. Kept beside the rolls that have some.

Times are triples of whole numbers, one after another: a student's place on the roster from 0, the second of the day at
which she arrived, and the one at which she left; UNSAID where the roll does not say.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from services.credit.bell_minutes import second_of_day
from shared.schema.entries import RollTaken

Place = tuple[date, str, str]
"""The day, the period and the section of a roll."""


async def keep_times(connection: Any, district_id: str, school_id: str, rolls: Iterable[RollTaken]) -> None:
    """The rolls have these times and no others."""
    rolls = list(rolls)
    await connection.execute(
        'DELETE FROM roll_times t USING unnest($3::date[], $4::text[], $5::text[]) AS r ("on", period_id, section_id) '
        'WHERE t.district_id = $1 AND t.school_id = $2 AND t."on" = r."on" AND t.period_id = r.period_id '
        "AND t.section_id = r.section_id",
        district_id, school_id, [roll.on for roll in rolls], [roll.period_id for roll in rolls],
        [roll.section_id for roll in rolls],
    )  # fmt: skip
    for roll in rolls:
        if roll.times:
            await _keep(connection, district_id, school_id, roll)


async def _keep(connection: Any, district_id: str, school_id: str, roll: RollTaken) -> None:
    said = roll.times or {}
    places = await connection.fetch(
        "SELECT n.student_id, s.place::int - 1 "
        "FROM roster r CROSS JOIN unnest(r.students) WITH ORDINALITY AS s (number, place) "
        "JOIN student_number n ON n.district_id = $1 AND n.school_id = $2 AND n.number = s.number "
        "WHERE r.district_id = $1 AND r.school_id = $2 AND r.section_id = $3 AND r.roster = $4 "
        "AND n.student_id = ANY ($5) ORDER BY s.place",
        district_id, school_id, roll.section_id, roll.roster, list(said),
    )  # fmt: skip
    times = [
        number
        for student_id, place in places
        for number in (place, second_of_day(said[student_id].arrived_at), second_of_day(said[student_id].left_at))
    ]
    await connection.execute(
        'INSERT INTO roll_times (district_id, school_id, "on", period_id, section_id, times) '
        "VALUES ($1, $2, $3, $4, $5, $6)",
        district_id, school_id, roll.on, roll.period_id, roll.section_id, times,
    )  # fmt: skip


async def find_times(
    connection: Any, district_id: str, school_id: str, days: Sequence[date]
) -> dict[Place, tuple[int, ...]]:
    """The times of the rolls of those days that were given any."""
    rows = await connection.fetch(
        'SELECT "on", period_id, section_id, times FROM roll_times '
        'WHERE district_id = $1 AND school_id = $2 AND "on" = ANY ($3)',
        district_id,
        school_id,
        days,
    )
    return {(row[0], row[1], row[2]): tuple(row[3]) for row in rows}
