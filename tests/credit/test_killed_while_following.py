"""Credit killed at any moment and started again ends in the state of one that was never killed."""

import asyncio
import random
from uuid import uuid4

import httpx

from deploy.issuer import Issuer
from services.credit.app import create
from services.credit.rebuild import Rebuilt, rebuild
from services.credit.settings import CreditSettings
from shared.plumbing.database import Database
from tests.credit.cedar_high import SECTIONS, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.serving import followed_something, served
from tests.postgres import Cluster
from tests.running import a_free_port, running

KILLS = 4
ROUNDS = 8


async def test_killed_again_and_again_it_ends_as_if_it_never_was(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf, cluster: Cluster
) -> None:
    district_id, chance = f"district-{uuid4().hex[:8]}", random.Random(16)
    settings = credit_settings(district_id).model_copy(update={"port": a_free_port()})
    url = f"http://127.0.0.1:{settings.port}"
    async with CedarHigh.beside(url, followed_roll, issuer, district_id) as cedar:
        writing = asyncio.create_task(take_and_amend_rolls(cedar, chance))
        for _ in range(KILLS):
            async with served(settings) as process:  # killed when the block ends
                await followed_something(cedar, process)
                await asyncio.sleep(chance.uniform(0, 0.4))
        await writing
        async with served(settings) as process:
            await followed_something(cedar, process)
            await cedar.caught_up(60)

    survivor = await rebuilt(settings, district_id)
    with cluster.database("credit") as unhurt_database:
        unhurt = settings.model_copy(update={"database_url": unhurt_database.app("credit")})
        async with (
            running(create(unhurt)) as unhurt_url,
            httpx.AsyncClient(base_url=unhurt_url) as credit,
            httpx.AsyncClient(base_url=followed_roll) as roll,
        ):
            await CedarHigh(district_id, issuer, roll, credit).caught_up(60)
        never_killed = await rebuilt(unhurt, district_id)

    assert survivor.differing == ()
    assert survivor.student_days == 25
    assert survivor.digest == never_killed.digest


async def take_and_amend_rolls(cedar: CedarHigh, chance: random.Random) -> None:
    for version in range(ROUNDS):
        for on in WEEK:
            for section in SECTIONS:
                marks = {"ana": chance.choice("PAL")} if section in ("english", "algebra") else {}
                await cedar.take_roll(section, on, version=version, **marks)
    for on in WEEK:
        await cedar.take_roll("algebra", on, version=ROUNDS, ana="A")
        await cedar.adjust("algebra", on, "ana", "S")


async def rebuilt(settings: CreditSettings, district_id: str) -> Rebuilt:
    database = Database(settings.database_url, "rollbook-credit-test", connections=2)
    await database.open()
    try:
        return await rebuild(database, district_id)
    finally:
        await database.close()
