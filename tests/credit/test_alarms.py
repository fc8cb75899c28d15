"""A stream that cannot be trusted stops with an alarm, and no other does; a person acknowledges, and it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.credit.settings import CreditSettings
from tests.credit.cedar_high import MONDAY, ROWS, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.serving import by_hand
from tests.postgres import Database

OAK = "school.oak"
TRIGGERS = "ALTER TABLE roll.entry {} TRIGGER entries_are_never_changed"
DAMAGE = {
    "broken": ("UPDATE roll.entry SET body = body || ' ' WHERE (district_id, stream, sequence) = ($1, $2, $3)",
               "the chain is broken at entry 2"),
    "missing": ("DELETE FROM roll.entry WHERE (district_id, stream, sequence) = ($1, $2, $3)", "entry 2 is missing"),
}  # fmt: skip


@pytest.fixture
async def oak(cedar: CedarHigh) -> CedarHigh:
    """Cedar High, and beside it a school of which credit has followed one entry."""
    await cedar.tell("schools", ROWS["schools"][0] | {"school_id": "oak", "name": "Oak"})
    await cedar.caught_up()
    return cedar


@asynccontextmanager
async def the_ledger(database: Database, district_id: str) -> AsyncIterator[Any]:
    """A transaction of somebody who may do what nobody may: the triggers stand aside."""
    connection = await asyncpg.connect(database.admin)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.district_id', $1, true)", district_id)
            await connection.execute(TRIGGERS.format("DISABLE"))
            yield connection
            await connection.execute(TRIGGERS.format("ENABLE ALWAYS"))
    finally:
        await connection.close()


async def the_row(cedar: CedarHigh, stream: str = OAK) -> dict[str, Any]:
    status = (await cedar.ask("/v1/status")).json()
    return next(row for row in status["streams"] if row["stream"] == stream)


async def until_alarmed(cedar: CedarHigh) -> dict[str, Any]:
    await nudge(cedar)
    async with asyncio.timeout(30):
        while (row := await the_row(cedar))["alarm"] is None:  # noqa: ASYNC110 - over HTTP: nothing to await
            await asyncio.sleep(0.05)
    return row


async def nudge(cedar: CedarHigh) -> None:
    """Something new in roll, so that credit's long poll is answered at once."""
    await cedar.tell("staff", {"staff_id": f"t-{uuid4().hex[:6]}", "name": "N. New"})


async def eligible_days(cedar: CedarHigh, on: str) -> str:
    (why,) = (await cedar.ask(f"/v1/students/ana/days/{on}/why")).json()
    return str(why["totals"]["eligible_days"])


async def acknowledge(settings: CreditSettings, cedar: CedarHigh, note: str) -> tuple[int, str]:
    return await by_hand(
        settings, "acknowledge", "--district", cedar.district_id, "--stream", OAK, "--by", "J. Okoro", "--note", note
    )


@pytest.mark.parametrize("damage", sorted(DAMAGE))
async def test_a_damaged_stream_stops_alone_and_goes_on_when_it_is_mended_and_acknowledged(
    damage: str, oak: CedarHigh, both_databases: Database, credit_settings: SettingsOf
) -> None:
    statement, words = DAMAGE[damage]
    async with the_ledger(both_databases, oak.district_id) as ledger:
        first = await ledger.fetchval(
            "SELECT body FROM roll.entry WHERE (district_id, stream, sequence) = ($1, $2, 1)", oak.district_id, OAK
        )
        for _ in range(2):
            await ledger.fetchrow("SELECT * FROM roll.append_entry($1, $2, $3)", oak.district_id, OAK, first)
        whole = await ledger.fetchrow(
            "SELECT * FROM roll.entry WHERE (district_id, stream, sequence) = ($1, $2, 2)", oak.district_id, OAK
        )
        await ledger.execute(statement, oak.district_id, OAK, 2)

    stopped = await until_alarmed(oak)
    await oak.take_roll("algebra", MONDAY)
    async with asyncio.timeout(15):
        while (await eligible_days(oak, MONDAY)) != "1":  # noqa: ASYNC110 - over HTTP: nothing to await
            await asyncio.sleep(0.05)
    await oak.tell("schools", ROWS["schools"][0] | {"school_id": "oak", "name": "Great Oak"})
    async with asyncio.timeout(15):
        while (await the_row(oak))["lag"] != 3:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)

    assert words in stopped["alarm"]
    assert (stopped["followed"], stopped["built"]) == (1, 1)

    async with the_ledger(both_databases, oak.district_id) as ledger:
        await ledger.execute(
            "DELETE FROM roll.entry WHERE (district_id, stream, sequence) = ($1, $2, 2)", oak.district_id, OAK
        )
        await ledger.execute("INSERT INTO roll.entry VALUES ($1, $2, $3, $4, $5, $6, $7)", *whole)
    settings = credit_settings(oak.district_id)
    status, said = await acknowledge(settings, oak, "entry 2 was put back from the export")
    await nudge(oak)
    await oak.caught_up(30)

    assert (status, words in said) == (0, True)
    assert (await the_row(oak)) | {"followed_at": ""} == {
        "stream": OAK, "followed": 4, "built": 4, "head": 4, "lag": 0, "followed_at": "", "alarm": None
    }  # fmt: skip
    (trail,) = (await oak.ask("/v1/status")).json()["acknowledged"]
    assert (trail["stream"], trail["sequence"], trail["acknowledged_by"]) == (OAK, 1, "J. Okoro")
    assert (trail["note"], words in trail["alarm"]) == ("entry 2 was put back from the export", True)
    assert (await acknowledge(settings, oak, "again"))[0] == 1, "there is no alarm left"


async def test_an_unknown_kind_of_entry_stops_the_stream_and_an_acknowledgement_alone_does_not_skip_it(
    oak: CedarHigh, both_databases: Database, credit_settings: SettingsOf
) -> None:
    async with the_ledger(both_databases, oak.district_id) as ledger:
        await ledger.fetchrow(
            "SELECT * FROM roll.append_entry($1, $2, $3)", oak.district_id, OAK, b'{"kind":"eclipse"}'
        )

    assert "of a kind or form that we do not know" in (await until_alarmed(oak))["alarm"]
    assert (await acknowledge(credit_settings(oak.district_id), oak, "it looked harmless"))[0] == 0
    again = await until_alarmed(oak)

    assert (again["followed"], again["head"], again["lag"]) == (1, 2, 1)
    assert len((await oak.ask("/v1/status")).json()["acknowledged"]) == 1
