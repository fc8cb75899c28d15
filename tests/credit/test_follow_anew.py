"""Roll was restored from a backup: credit follows it anew, certified statements stay, and comparisons say so."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from deploy.issuer import Issuer
from services.credit.settings import CreditSettings
from tests.credit.cedar_high import MONDAY, ROWS, TUESDAY, WEEK, CedarHigh
from tests.credit.certifying import certified, certify, connected
from tests.credit.conftest import SettingsOf
from tests.credit.roll_restored import RollAddress
from tests.credit.serving import by_hand
from tests.postgres import Cluster, Database

CEDAR = "school.cedar"


@dataclass
class Restorable:
    """Cedar High, whose roll has a database that only this test knows, and a credit that follows it."""

    cedar: CedarHigh
    address: RollAddress
    settings: CreditSettings
    cluster: Cluster
    database: Database

    async def follow_anew(self) -> tuple[int, str]:
        return await by_hand(
            self.settings, "follow-anew", "--district", self.cedar.district_id, "--by", "J. Okoro",
            "--reason", "the disk died",
        )  # fmt: skip

    async def restore(self, backup: Database) -> None:
        await self.address.stop()
        await self.address.start(backup)

    async def until_alarmed(self) -> dict[str, str]:
        async with asyncio.timeout(45):
            while True:
                alarms = {name: alarm for name, (_, alarm) in (await self.cedar.streams()).items() if alarm}
                if CEDAR in alarms:
                    return alarms
                await asyncio.sleep(0.1)

    async def comparison(self) -> dict[str, Any]:
        answer = await self.cedar.ask("/v1/statements/s/comparison")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until_locked(self) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while True:
                (statement,) = (await self.cedar.ask("/v1/statements")).json()["statements"]
                if statement["locks"][0]["locked_at"]:
                    return dict(statement)
                await asyncio.sleep(0.1)


@pytest.fixture
def roll_of_its_own(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("roll") as database:
        yield database


@pytest.fixture
async def restorable(
    cluster: Cluster, roll_of_its_own: Database, jwks_url: str, issuer: Issuer, credit_settings: SettingsOf
) -> AsyncIterator[Restorable]:
    async with RollAddress.opened(jwks_url) as address:
        await address.start(roll_of_its_own)

        def settings_of(district_id: str) -> CreditSettings:
            return credit_settings(district_id).model_copy(update={"roll_url": address.url})

        async with CedarHigh.opened(address.url, issuer, settings_of) as cedar:
            settings = settings_of(cedar.district_id)
            yield Restorable(cedar, address, settings, cluster, roll_of_its_own)


async def test_a_restored_roll_is_followed_anew_and_what_was_certified_stays_and_is_compared_honestly(
    restorable: Restorable,
) -> None:
    cedar = restorable.cedar
    await cedar.take_every_roll(*WEEK)
    async with restorable.address.backed_up(restorable.cluster, restorable.database) as backup:
        await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
        await cedar.tell("schools", ROWS["schools"][0] | {"school_id": "oak", "name": "Oak"})
        await certified(cedar, "s")
        await cedar.caught_up()
        bytes_then = (await cedar.ask("/v1/statements/s")).content

        await restorable.restore(backup)
        await cedar.take_roll("art", TUESDAY, version=1, dee="A")
        alarms = await restorable.until_alarmed()
        acknowledged, _ = await by_hand(
            restorable.settings, "acknowledge", "--district", cedar.district_id, "--stream", CEDAR,
            "--by", "J. Okoro", "--note", "it looked harmless",
        )  # fmt: skip
        again = await restorable.until_alarmed()
        refused = await certify(cedar, "t", supersedes="s", reason="To be sure")

        assert alarms[CEDAR] == again[CEDAR] == "roll's database was restored: follow the district anew"
        assert (acknowledged, refused.json()["type"]) == (0, "/problems/stream-stopped")

        status, said = await restorable.follow_anew()
        statement = await restorable.until_locked()
        await cedar.caught_up(45)

        assert (status, "3 streams" in said) == (0, True)
        assert sorted(await cedar.streams()) == ["district", CEDAR], "Oak came after the backup, and is gone"
        (anew,) = (await cedar.ask("/v1/status")).json()["followed_anew"]
        assert (anew["asked_by"], anew["reason"]) == ("J. Okoro", "the disk died")
        stood = {stream["stream"]: stream["alarm"] for stream in anew["streams"]}
        assert stood.keys() == {"district", CEDAR, "school.oak"}
        assert stood[CEDAR] == again[CEDAR]

        assert (await cedar.ask("/v1/statements/s")).content == bytes_then
        locks = (await cedar.roll.get("/v1/schools/cedar/locks", headers=cedar.headers("auditor"))).json()["locks"]
        assert [lock["statement_id"] for lock in locks] == ["s"], "the lock that was lost is asked for again"
        assert statement["locks"][0]["sequence"] == locks[0]["sequence"]

        comparison = await restorable.comparison()
        absent = {one["student_id"]: (one["then"]["absent"], one["now"]["absent"]) for one in comparison["students"]}
        assert absent == {"ana": (6, 0), "dee": (0, 6)}
        assert (comparison["unchanged"], comparison["entries"]) == (False, [])
        assert comparison["entries_unknown"].startswith("roll was restored: ")
        assert "no longer has at entry" in comparison["entries_unknown"]
        (besides,) = comparison["besides"]
        assert besides.startswith("roll was followed anew from its first entries (the disk died): by J. Okoro at ")


async def test_a_statement_whose_entries_are_all_there_again_is_compared_entry_by_entry(
    restorable: Restorable,
) -> None:
    cedar = restorable.cedar
    await cedar.take_every_roll(*WEEK)
    statement = await certified(cedar, "s", through=MONDAY)
    async with restorable.address.backed_up(restorable.cluster, restorable.database) as backup:
        await cedar.tell("sections", *({**row, "title": "renamed"} for row in ROWS["sections"]))
        await cedar.caught_up()

        await restorable.restore(backup)
        ben = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "ben")
        await cedar.tell("school-enrollments", ben | {"withdrawal_date": MONDAY})
        await restorable.until_alarmed()
        before = await restorable.comparison()
        await restorable.address.stop()
        await restorable.follow_anew()
        meanwhile = await restorable.comparison()
        refused = await certify(cedar, "whole-district", school_id=None, through=MONDAY)
        await restorable.address.start(backup)
        locked = await restorable.until_locked()
        await cedar.caught_up(45)
        after = await restorable.comparison()

    assert before["unchanged"] is True
    assert meanwhile["unchanged"] is False
    assert (
        "was followed anew and has come as far as entry 0; this statement rests on entry"
        in meanwhile["entries_unknown"]
    )
    assert refused.json()["type"] == "/problems/not-built-yet"
    assert locked["locks"][0]["sequence"] == statement["locks"][0]["sequence"], "roll still had the lock"
    (ben_s,) = after["students"]
    assert (ben_s["student_id"], ben_s["then"]["membership"], ben_s["now"]) == ("ben", 3, None)
    assert [entry["said"] for entry in after["entries"]] == ["1 row of school_enrollments"]
    assert after["entries_unknown"] is None
    assert len(after["besides"]) == 1


async def test_the_trail_of_following_anew_cannot_be_changed_and_a_district_that_was_not_followed_leaves_none(
    cedar: CedarHigh, both_databases: Database, credit_settings: SettingsOf
) -> None:
    await cedar.caught_up()
    settings, words = credit_settings(cedar.district_id), ("--by", "J. Okoro", "--reason", "to be sure")
    before = (await cedar.ask("/v1/status")).json()["streams"]

    assert (await by_hand(settings, "follow-anew", "--district", cedar.district_id, *words))[0] == 0
    assert (await by_hand(settings, "follow-anew", "--district", "nowhere", *words))[0] == 1

    for url in (both_databases.app("credit"), both_databases.owner("credit"), both_databases.admin):
        async with connected(url, cedar.district_id) as connection:
            for change in ("UPDATE credit.followed_anew SET reason = 'x'", "DELETE FROM credit.followed_anew"):
                with pytest.raises(asyncpg.PostgresError, match=r"append-only|permission denied"):
                    await connection.execute(change)
    async with connected(both_databases.app("credit"), "nowhere") as connection:
        assert await connection.fetchval("SELECT count(*) FROM credit.followed_anew") == 0
    await cedar.caught_up(45)
    after = (await cedar.ask("/v1/status")).json()["streams"]
    assert [row | {"followed_at": ""} for row in after] == [row | {"followed_at": ""} for row in before]
