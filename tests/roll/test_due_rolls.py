"""What is due, read in columns, comes to what listing it one student and roll at a time does."""

import random
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.roll.due_rolls import RollDue, rolls_due
from services.roll.register_attendance import attendance_at
from services.roll.register_items import Attendance
from services.roll.schedule import DUE
from tests.postgres import Database
from tests.roll.generated_district import DAYS, MONDAY, STUDENTS, a_district

BEGINS, ENDS = MONDAY + timedelta(days=1), MONDAY + timedelta(days=DAYS - 2)
MODES = ("every_period", "daily", "twice_daily")

ONE_BY_ONE = f"""{DUE}
    SELECT school_id, section_id, title, "on", period_id, begins_at, ends_at, time_zone,
           count(DISTINCT student_id)::int AS students, version IS NOT NULL AS is_taken
    FROM due GROUP BY school_id, section_id, title, "on", period_id, begins_at, ends_at, time_zone, version
"""  # noqa: S608 - all of it is ours

STUDENT_BY_STUDENT = f"""{DUE}
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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", MODES)
async def test_the_due_rolls_of_a_district_a_school_and_a_day_are_those_listed_one_by_one(
    connection: Any, mode: str, seed: int
) -> None:
    district, chance = f"district-{uuid4().hex[:8]}", random.Random(seed)
    await a_district(connection, district, {"here": mode, "there": chance.choice(MODES)}, chance)
    one_day = chance.randrange(2, DAYS - 4)
    spans = [(BEGINS, ENDS), *((MONDAY + timedelta(days=one_day + n), MONDAY + timedelta(days=one_day + n + 1))
                               for n in range(3))]  # fmt: skip
    seen: list[RollDue] = []
    for begins, ends in spans:
        for schools in (None, ["here"], ["there"]):
            rows = await connection.fetch(ONE_BY_ONE, district, schools, begins, ends, STUDENTS)
            expected = [RollDue(**row) for row in rows]

            found = await rolls_due(connection, district, schools, begins, ends)

            assert sorted(found, key=place) == sorted(expected, key=place)
            seen += found
    assert len(seen) > 50
    assert {roll.is_taken for roll in seen} == {True, False}


def place(roll: RollDue) -> tuple[date, str, str]:
    return roll.on, roll.section_id, roll.period_id


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", MODES)
async def test_the_due_marks_of_a_school_are_those_listed_student_by_student(
    connection: Any, mode: str, seed: int
) -> None:
    district = f"district-{uuid4().hex[:8]}"
    await a_district(connection, district, {"here": mode, "there": mode}, random.Random(seed))
    rows = await connection.fetch(STUDENT_BY_STUDENT, district, ["here"], BEGINS, ENDS, STUDENTS)
    expected = {row["student_id"]: Attendance(row["due"], row["marked"]) for row in rows}
    assert len({(each.due, each.marked) for each in expected.values()}) > 8

    found = await attendance_at(connection, district, "here", BEGINS, ENDS, STUDENTS)

    assert found == {student: expected.get(student, Attendance(0, 0)) for student in STUDENTS}
