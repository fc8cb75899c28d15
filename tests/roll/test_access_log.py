"""Every read of a student's record is on record before the answer leaves, and stays there."""

from typing import Any

import asyncpg
import pytest

from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh

SHEET = f"/v1/sections/algebra-1/sheets/{TUESDAY}/02"


async def accesses(lincoln: LincolnHigh, student: str = "ben", **asked: Any) -> list[tuple[str, str, str]]:
    """Every page of who has read the student's record: the subject, the role, the route's last word."""
    found = []
    while True:
        answer = await lincoln.ask("auditor", "GET", f"/v1/students/{student}/accesses", params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [(each["subject"], each["role"], each["route"].split("/")[-1]) for each in page["accesses"]]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


async def test_who_reads_a_sheet_has_read_of_everyone_on_it(lincoln: LincolnHigh) -> None:
    await lincoln.ruiz("GET", SHEET)

    for student in ("ana", "ben", "cho"):
        assert await accesses(lincoln, student) == [("t-ruiz", "teacher", "{period_id}")]


async def test_who_reads_a_trail_has_read_of_that_student_only(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    assert (await lincoln.clerk("GET", f"{ROLL}/students/ben/trail")).status_code == 200

    assert await accesses(lincoln, "ben") == [("c-ito", "attendance_clerk", "trail")]
    assert await accesses(lincoln, "ana") == []


async def test_a_refused_read_has_shown_nothing_and_is_not_on_record(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ask("teacher", "GET", SHEET, subject="t-kent")).status_code == 403
    assert (await lincoln.clerk("GET", f"{ROLL}/students/ben/trail")).status_code == 409

    assert await accesses(lincoln) == []


async def test_the_latest_read_comes_first_and_every_page_is_read_to_the_end(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    for _ in range(3):
        await lincoln.ruiz("GET", SHEET)
    await lincoln.clerk("GET", f"{ROLL}/students/ben/trail")

    for limit in (1, 2, 3, 4, 5):
        assert [route for _, _, route in await accesses(lincoln, limit=limit)] == ["trail", *["{period_id}"] * 3]


async def test_the_accesses_are_for_the_district_office_and_the_auditor(lincoln: LincolnHigh) -> None:
    for role, expected in (("district_office", 200), ("attendance_clerk", 403), ("teacher", 403), ("principal", 403)):
        assert (await lincoln.ask(role, "GET", "/v1/students/ben/accesses")).status_code == expected, role
    assert (await lincoln.ask("auditor", "GET", "/v1/students/nobody/accesses")).status_code == 404
    for nonsense in (
        "nonsense",
        "WyJhIiwiYiJd",
        "WyIyMDI2LTAxLTAxIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd",
    ):
        answer = await lincoln.ask("auditor", "GET", "/v1/students/ben/accesses", params={"cursor": nonsense})
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "statement", ["UPDATE roll.access SET role = 'nobody'", "DELETE FROM roll.access", "TRUNCATE roll.access"]
)
async def test_the_application_cannot_change_what_is_on_record(
    lincoln: LincolnHigh, roll_database: Database, statement: str
) -> None:
    await lincoln.ruiz("GET", SHEET)
    connection = await asyncpg.connect(roll_database.app("roll"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.district_id', $1, true)", lincoln.district_id)
            assert await connection.fetchval("SELECT count(*) FROM roll.access") == 1
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()
