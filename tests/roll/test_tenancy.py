"""A district is alone: what another has cannot be read, written, counted or guessed at."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, ROWS, TUESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.writes import every_write
from tests.running import running

SHEET = f"/v1/sections/algebra-1/sheets/{TUESDAY}/02"


@pytest.fixture
async def stranger(lincoln: LincolnHigh) -> LincolnHigh:
    """The people of a district that has nothing, who know every id of Lincoln High."""
    await lincoln.take_roll("ben")
    return LincolnHigh("a-district-that-has-nothing", lincoln.issuer, lincoln.http)


async def counts(database: Database, district_id: str | None) -> dict[str, int]:
    """How many rows roll's application sees in each of its tables."""
    connection = await asyncpg.connect(database.app("roll"))
    async with connection.transaction():
        if district_id is not None:
            await connection.execute("SELECT set_config('app.district_id', $1, true)", district_id)
        tables = await connection.fetch(
            "SELECT 'SELECT count(*) FROM roll.' || table_name AS count FROM information_schema.columns "
            "WHERE table_schema = 'roll' AND column_name = 'district_id'"
        )
        found = {row["count"]: await connection.fetchval(row["count"]) for row in tables}
    await connection.close()
    return found


@pytest.mark.parametrize("district_id", [None, "", "a-district-that-has-nothing", "%", "district-"])
async def test_without_the_district_no_table_has_a_row(
    stranger: LincolnHigh, lincoln: LincolnHigh, roll_database: Database, district_id: str | None
) -> None:
    assert sum((await counts(roll_database, lincoln.district_id)).values()) > 30
    assert set((await counts(roll_database, district_id)).values()) == {0}


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("teacher", SHEET),
        ("attendance_clerk", SHEET),
        ("auditor", SHEET),
        ("auditor", f"{ROLL}/students/ben/trail"),
        ("principal", f"{ROLL}/students/ben/trail"),
        ("service", "/v1/streams/school.lincoln/entries"),
        ("auditor", "/v1/streams/district/entries"),
    ],
)
async def test_what_another_district_has_is_not_found(stranger: LincolnHigh, role: str, path: str) -> None:
    answer = await stranger.ask(role, "GET", path, subject="t-ruiz")

    assert answer.status_code == 404
    assert not any(word in answer.text for word in ("Algebra", "Alvarez", "O'Brien", "Lincoln", "school.lincoln"))


async def test_there_is_no_telling_what_another_district_has(stranger: LincolnHigh) -> None:
    """The answer for what another district has is the answer for what nobody has, but for the request's own number."""
    theirs = (await stranger.ask("auditor", "GET", SHEET)).json()
    nobodys = (await stranger.ask("auditor", "GET", SHEET.replace("algebra-1", "algebra-2"))).json()

    assert {**theirs, "instance": ""} == {**nobodys, "instance": ""}


async def test_a_stranger_sees_no_streams_and_no_sections(stranger: LincolnHigh) -> None:
    assert (await stranger.ask("service", "GET", "/v1/streams")).json()["streams"] == []
    assert (await stranger.ruiz("GET", f"/v1/me/sections?on={TUESDAY}")).json()["rolls"] == []


async def test_a_stranger_cannot_write_there(
    stranger: LincolnHigh, lincoln: LincolnHigh, roll_database: Database
) -> None:
    before = await counts(roll_database, lincoln.district_id)
    for role in ("teacher", "attendance_clerk", "district_office"):
        taken = await stranger.ask(role, "PUT", ROLL, subject="t-ruiz", json=a_roll())
        assert taken.status_code == 404
    adjusted = await stranger.ask("district_office", "POST", f"{ROLL}/adjustments", json=a_nurse_pass())
    assert adjusted.status_code == 404
    assert await counts(roll_database, lincoln.district_id) == before


@pytest.mark.parametrize("collection", ["tracks", "section-enrollments", "section-teachers", "school-enrollments"])
async def test_a_row_that_refers_to_another_districts_row_is_refused(stranger: LincolnHigh, collection: str) -> None:
    answer = await stranger.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": ROWS[collection]})

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/rows-refused"


async def test_the_same_ids_in_two_districts_are_two_things(roll_url: str, issuer: Issuer) -> None:
    async with LincolnHigh.opened(roll_url, issuer) as here, LincolnHigh.opened(roll_url, issuer) as there:
        roll = a_roll("ben")
        first, second = [await school.ruiz("PUT", ROLL, json=roll) for school in (here, there)]
        await there.ask("sis_client", "POST", "/v1/students", json={"rows": [{"student_id": "ana"}]})

        assert (first.status_code, second.status_code) == (201, 201), "a write's id is its own district's"
        assert first.json()["hash"] != second.json()["hash"]
        names = {
            student["student_id"]: student["family_name"]
            for student in (await here.ruiz("GET", SHEET)).json()["students"]
        }
        assert names["ana"] == "Alvarez"


@pytest.fixture
async def poisoned(roll_settings: RollSettings, issuer: Issuer) -> AsyncIterator[tuple[LincolnHigh, LincolnHigh]]:
    """Two districts on one pool of one connection each, on which somebody has left the second's name."""
    app = create(roll_settings.model_copy(update={"connections": 1}))
    async with (
        running(app) as url,
        LincolnHigh.opened(url, issuer) as mine,
        LincolnHigh.opened(url, issuer) as other,
    ):
        leave = f"SET app.district_id = '{other.district_id}'"
        async with app.state.database.pool.acquire() as connection:
            await connection.execute(leave)
        async with app.state.database.sessions.begin() as session:
            await (await session.connection()).exec_driver_sql(leave)
        async with app.state.database.sessions.begin() as session:
            left = await (await session.connection()).exec_driver_sql("SHOW app.district_id")
            assert left.scalar_one() == other.district_id, "the pool is not poisoned: the test tests nothing"
        yield mine, other


async def test_a_district_that_somebody_left_on_a_connection_is_not_seen(
    poisoned: tuple[LincolnHigh, LincolnHigh],
) -> None:
    mine, other = poisoned
    await mine.take_roll("ben")
    for write in every_write():
        assert (await write.send(mine)).is_success, write.route

    streams: list[Any] = [
        (await school.ask("service", "GET", "/v1/streams")).json()["streams"] for school in (mine, other)
    ]
    heads = [{stream["stream"]: stream["head"] for stream in found} for found in streams]
    assert heads[0]["school.lincoln"] > heads[1]["school.lincoln"]
    assert (await other.ruiz("GET", SHEET)).json()["version"] == 0
