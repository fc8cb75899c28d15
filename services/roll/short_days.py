"""School days shorter than Texas's seven hours: warned of when they are sent, never refused (rule TX-24)."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.row_intake import RowWarning
from shared.schema.base import Schema
from shared.schema.roster import BellPeriod, CalendarDay

Schedule = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SchoolDayLaw:
    in_force_from: date
    cite: str
    at_least_minutes: int


def read_law(said: str) -> SchoolDayLaw:
    (version,) = tomllib.loads(said)["texas"]
    return SchoolDayLaw(version["from"], version["cite"], version["at_least_minutes"])


TEXAS = read_law((Path(__file__).parent / "law" / "school_day.toml").read_text())

SHORT_SCHEDULES = """
    SELECT b.school_id, b.bell_schedule_id,
           (extract(epoch FROM max(b.ends_at) - min(b.begins_at)) / 60)::int AS minutes
    FROM unnest(CAST(:schools AS text[]), CAST(:schedules AS text[])) AS asked (school_id, bell_schedule_id)
    JOIN roll.school c ON c.school_id = asked.school_id AND c.jurisdiction = 'texas'
    JOIN roll.bell_period b ON b.school_id = asked.school_id AND b.bell_schedule_id = asked.bell_schedule_id
    GROUP BY b.school_id, b.bell_schedule_id
    HAVING max(b.ends_at) - min(b.begins_at) < make_interval(mins => :minutes)
"""


async def warn_of_short_days(session: AsyncSession, rows: Mapping[int, Schema]) -> list[RowWarning]:
    """A warning for every calendar day, and one for every bell schedule, that is too short. `rows` by their number."""
    named = {number: schedule for number, row in rows.items() if (schedule := schedule_of(row)) is not None}
    short = await short_schedules(session, set(named.values()))
    warned: set[Schedule] = set()
    warnings = []
    for number, schedule in named.items():
        if schedule not in short or (schedule in warned and isinstance(rows[number], BellPeriod)):
            continue
        warned.add(schedule)
        said = (
            f"The bell schedule runs {short[schedule]} minutes from its first bell to its last, and a school day "
            f"is at least {TEXAS.at_least_minutes} ({TEXAS.cite})."
        )
        warnings.append(RowWarning(pointer=f"/rows/{number}/bell_schedule_id", detail=said))
    return warnings


def schedule_of(row: Schema) -> Schedule | None:
    """The bell schedule that a row makes or uses for instruction, where it is known and the law is in force."""
    if isinstance(row, BellPeriod):
        return row.school_id, row.bell_schedule_id
    if isinstance(row, CalendarDay) and row.instructional and row.bell_schedule_id and row.on >= TEXAS.in_force_from:
        return row.school_id, row.bell_schedule_id
    return None


async def short_schedules(session: AsyncSession, schedules: Iterable[Schedule]) -> dict[Schedule, int]:
    asked = sorted(schedules)
    if not asked:
        return {}
    connection = await session.connection()
    given: dict[str, Any] = {
        "schools": [school for school, _ in asked],
        "schedules": [schedule for _, schedule in asked],
        "minutes": TEXAS.at_least_minutes,
    }
    rows = await connection.execute(text(SHORT_SCHEDULES), given)
    return {(school, schedule): minutes for school, schedule, minutes in rows}
