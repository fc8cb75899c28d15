"""A statement's lock that was released in roll stays released in credit, also when the district is followed anew."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.credit.tables import LOCK_DISTRICT
from tests.credit.cedar_high import WEEK, CedarHigh
from tests.credit.certifying import certified, connected
from tests.credit.conftest import SettingsOf
from tests.credit.serving import by_hand
from tests.postgres import Database

TRY_AGAIN = 75


async def released(cedar: CedarHigh) -> None:
    approval = {
        "approval_id": str(uuid4()), "school_id": "cedar", "statements": ["s"], "release": True,
        "reason": "The count was of the wrong week",
        "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    headers = cedar.headers("principal", schools=["cedar"])
    assert (await cedar.roll.post("/v1/approvals", json=approval, headers=headers)).status_code == 201
    release = {"school_id": "cedar", "statement_id": "s", "reason": "The count was of the wrong week"}
    answer = await cedar.roll.post("/v1/lock-releases", json=release, headers=cedar.headers("district_office"))
    assert answer.status_code == 201, answer.text


async def the_lock(cedar: CedarHigh) -> dict[str, Any]:
    (statement,) = (await cedar.ask("/v1/statements")).json()["statements"]
    return dict(statement["locks"][0])


async def test_a_release_in_roll_is_told_with_the_statement_and_is_not_undone_by_following_anew(
    cedar: CedarHigh, both_databases: Database, credit_settings: SettingsOf
) -> None:
    await cedar.take_every_roll(*WEEK)
    await certified(cedar, "s")
    before = await the_lock(cedar)
    await released(cedar)
    await cedar.caught_up()
    told = await the_lock(cedar)

    settings = credit_settings(cedar.district_id)
    words = ("--district", cedar.district_id, "--by", "J. Okoro", "--reason", "to be sure")
    assert (await by_hand(settings, "follow-anew", *words))[0] == 0
    await cedar.caught_up(45)
    after = await the_lock(cedar)

    assert (before["released_at"], before["released_by"]) == (None, None)
    assert (told["released_by"], told["locked_at"] is not None) == ("a district_office", True)
    assert (after["released_by"], after["released_at"]) == (told["released_by"], told["released_at"])
    locks = (await cedar.roll.get("/v1/schools/cedar/locks", headers=cedar.headers("auditor"))).json()["locks"]
    assert locks == [], "it is not asked for again"
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        assert await connection.fetchval("SELECT count(*) FROM lock_release") == 1


@asynccontextmanager
async def the_district_held(database: Database, district_id: str) -> AsyncIterator[Any]:
    """As by somebody who follows it and makes no pause. The connection sees who waits."""
    async with connected(database.admin, district_id) as connection, connection.transaction():
        await connection.execute(LOCK_DISTRICT, district_id)
        yield connection


async def test_an_acknowledgement_waits_for_whoever_follows_and_says_so_when_it_cannot(
    cedar: CedarHigh, both_databases: Database, credit_settings: SettingsOf
) -> None:
    await cedar.caught_up()
    settings = credit_settings(cedar.district_id)
    words = ("acknowledge", "--district", cedar.district_id, "--stream", "district", "--by", "J. Okoro", "--note", "n")
    async with the_district_held(both_databases, cedar.district_id) as connection:
        status, said = await by_hand(settings, *words, "--wait", "1")
        waiting = asyncio.create_task(by_hand(settings, *words))
        async with asyncio.timeout(30):
            while not await connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110 - of a lock that is waited for nobody tells
                await asyncio.sleep(0.05)
        await asyncio.sleep(2.5)  # longer than a request waits for a lock

    assert (status, "Nothing was done: for 1 seconds another process" in said) == (TRY_AGAIN, True)
    assert await waiting == (1, "district has no alarm\n")
