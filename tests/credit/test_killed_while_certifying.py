"""Killed between freezing a statement and locking its days, credit has the statement once, and locks it unasked."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import CedarHigh
from tests.credit.certifying import a_week_with_an_absence, certify
from tests.credit.conftest import SettingsOf
from tests.credit.roll_restored import RollAddress
from tests.credit.serving import followed_something, served
from tests.postgres import Cluster
from tests.running import a_free_port


async def the_statement(cedar: CedarHigh) -> tuple[dict[str, Any], bytes]:
    """The lock of the only one there is, and its bytes."""
    (statement,) = (await cedar.ask("/v1/statements")).json()["statements"]
    return statement["locks"][0], (await cedar.ask("/v1/statements/s")).content


async def test_a_statement_whose_credit_was_killed_before_the_lock_is_there_once_and_is_locked_unasked(
    cluster: Cluster, jwks_url: str, issuer: Issuer, credit_settings: SettingsOf
) -> None:
    district_id = f"district-{uuid4().hex[:8]}"
    with cluster.database("roll") as database:
        async with RollAddress.opened(jwks_url) as address:
            await address.start(database)
            settings = credit_settings(district_id).model_copy(update={"port": a_free_port(), "roll_url": address.url})
            url = f"http://127.0.0.1:{settings.port}"
            async with CedarHigh.beside(url, address.url, issuer, district_id) as cedar:
                await a_week_with_an_absence(cedar)
                async with served(settings) as process:
                    await followed_something(cedar, process)
                    await cedar.caught_up(60)
                    held = address.hold("/v1/locks")
                    asking = asyncio.create_task(certify(cedar, "s"))
                    await asyncio.wait_for(held.wait(), 30)
                with pytest.raises(httpx.TransportError):  # killed, with roll's answer still to come
                    await asking
                address.away = "/v1/locks"
                async with served(settings) as process:
                    await followed_something(cedar, process)
                    unlocked, frozen = await the_statement(cedar)
                    again = await certify(cedar, "s")
                    still_unlocked, _ = await the_statement(cedar)

                    address.away = None
                    async with asyncio.timeout(30):
                        while not (await the_statement(cedar))[0]["locked_at"]:  # noqa: ASYNC110 - over HTTP
                            await asyncio.sleep(0.1)
                    locked, at_last = await the_statement(cedar)
                answer = await cedar.roll.get("/v1/schools/cedar/locks", headers=cedar.headers("auditor"))

    assert (unlocked["locked_at"], still_unlocked["locked_at"]) == (None, None)
    assert (again.status_code, again.json()["locks"][0]["locked_at"]) == (200, None)
    assert at_last == frozen
    (lock,) = answer.json()["locks"]
    assert (lock["statement_id"], lock["sequence"]) == ("s", locked["sequence"])
