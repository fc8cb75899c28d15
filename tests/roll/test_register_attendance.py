"""Counting a school's due and marked rolls in columns comes to what listing them one by one does."""

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.roll.register_attendance import attendance_at
from services.roll.register_items import Attendance
from services.roll.schedule import DUE
from tests.postgres import Database

MONDAY = date(2026, 3, 2)
DAYS = 26
STUDENTS = [f"s{number:02}" for number in range(24)]
SECTIONS = [f"n{number}" for number in range(7)]

ONE_BY_ONE = f"""{DUE}
    SELECT due.student_id, count(*)::int AS due,
           (count(*) FILTER (WHERE due.student_id = ANY (s.students)))::int AS marked
    FROM due
    LEFT JOIN roll.section_roster s ON s.district_id = $1 AND s.section_id = due.section_id AND s.roster = due.roster
    WHERE EXISTS (
        SELECT FROM roll.school_enrollment e
        WHERE e.district_id = $1 AND e.student_id = due.student_id AND e.school_id = due.school_id
          AND e.entry_date <= due."on" AND coalesce(due."on" < e.withdrawal_date, true))
    GROUP BY due.student_id
"""  # noqa: S608 - all of it is ours
"""A row of `due` a student and roll: what the columns stand for."""


@pytest.fixture
async def connection(roll_database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(roll_database.admin)
    await connection.execute("SET session_replication_role = replica")  # rolls without their entries
    yield connection
    await connection.close()


def span(chance: random.Random) -> tuple[date, date | None]:
    begins = MONDAY + timedelta(days=chance.randrange(-5, DAYS))
    return begins, chance.choice((None, begins + timedelta(days=chance.randrange(1, DAYS))))


async def a_school(connection: Any, district: str, mode: str, chance: random.Random) -> None:
    """With closures, Saturdays, a short and an unknown bell schedule, moves between sections, and rolls not taken."""
    days = [MONDAY + timedelta(days=number) for number in range(DAYS)]
    official: str | None = chance.choice(("2", None))
    for school in ("here", "there"):
        await insert(connection, "school", (district, school, "S", "new_york", "America/New_York", mode))
        track = (district, school, "m", 2026, MONDAY - timedelta(days=9), None, official)
        await insert(connection, "track", track)
    periods = [("long", "1", 8, True), ("long", "2", 10, True), ("long", "3", 11, False), ("long", "4", 13, True),
               ("short", "2", 8, True), ("short", "4", 9, True)]  # fmt: skip
    for schedule, period, hour, instructional in periods:
        times = (f"{hour:02}:00", f"{hour:02}:50")
        await connection.execute(
            "INSERT INTO roll.bell_period VALUES ($1, 'here', $2, $3, $4::text::time, $5::text::time, $6)",
            district, schedule, period, *times, instructional,
        )  # fmt: skip
    for day in days:
        bells = chance.choices(("long", "short", None), (6, 2, 1))[0]
        await insert(connection, "calendar_day", (district, "here", "m", day, chance.random() < 0.9, bells, None, None))
    for student in STUDENTS:
        for school in chance.choices((("here",), ("here", "there"), ("there",)), (8, 1, 1))[0]:
            entry, withdrawal = span(chance)
            await insert(
                connection, "school_enrollment",
                (district, school, student, entry, withdrawal, "05", "m", None, None, None, None),
            )  # fmt: skip
    for section in SECTIONS:
        of = chance.sample(["1", "2", "3", "4", "5"], chance.randrange(1, 4))
        weekdays = chance.choice(([1, 2, 3, 4, 5], [1, 3, 5], [2, 4, 6]))
        await insert(connection, "section", (district, "here", section, "T", "m", MONDAY, None, of, weekdays))
        for student in chance.sample(STUDENTS, 14):
            begins, ends = span(chance)
            await insert(connection, "section_enrollment", (district, "here", section, student, begins, ends))
        for roster in (1, 2):
            await insert(connection, "section_roster", (district, section, roster, chance.sample(STUDENTS, 12)))
        for day in days:
            for period in of:
                if chance.random() < 0.7:
                    taken = (
                        district,
                        "here",
                        day,
                        section,
                        period,
                        1,
                        chance.choice((1, 2)),
                        1,
                        ["P"],
                        "0" * 12,
                        None,
                        None,
                    )
                    await insert(connection, "roll", taken)


async def insert(connection: Any, table: str, row: tuple[Any, ...]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO roll.{table} VALUES ({places})", *row)  # noqa: S608 - our own tables


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", ["every_period", "daily", "twice_daily"])
async def test_the_columns_come_to_what_the_rows_do(connection: Any, mode: str, seed: int) -> None:
    district = f"district-{uuid4().hex[:8]}"
    await a_school(connection, district, mode, random.Random(seed))
    begins, ends = MONDAY + timedelta(days=1), MONDAY + timedelta(days=DAYS - 2)
    rows = await connection.fetch(ONE_BY_ONE, district, ["here"], begins, ends, STUDENTS)
    expected = {row["student_id"]: Attendance(row["due"], row["marked"]) for row in rows}
    assert len({(each.due, each.marked) for each in expected.values()}) > 8

    found = await attendance_at(connection, district, "here", begins, ends, STUDENTS)

    assert found == {student: expected.get(student, Attendance(0, 0)) for student in STUDENTS}
