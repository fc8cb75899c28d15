"""A district that is followed for the first time, or has a school of which credit has not heard: nobody misses it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.issuer import Issuer
from services.credit.settings import CreditSettings
from tests.credit.cedar_high import ROWS, CedarHigh
from tests.credit.certifying import a_week_with_an_absence, certify, connected
from tests.credit.conftest import SettingsOf
from tests.credit.roll_restored import RollAddress
from tests.postgres import Cluster, Database

CEDAR = "school.cedar"


@pytest.fixture
def roll_of_its_own(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("roll") as database:
        yield database


@pytest.fixture
async def begun(
    roll_of_its_own: Database, jwks_url: str, issuer: Issuer, credit_settings: SettingsOf
) -> AsyncIterator[CedarHigh]:
    """A credit that hears of every stream, and of Cedar High's own has not got a page yet."""
    async with RollAddress.opened(jwks_url) as address:
        await address.start(roll_of_its_own)
        address.away = f"/v1/streams/{CEDAR}/entries"

        def settings_of(district_id: str) -> CreditSettings:
            return credit_settings(district_id).model_copy(update={"roll_url": address.url})

        async with CedarHigh.opened(address.url, issuer, settings_of) as cedar:
            yield cedar


async def test_a_school_whose_stream_is_not_begun_is_named_and_the_district_is_not_certified_without_it(
    begun: CedarHigh,
) -> None:
    while CEDAR not in await begun.streams():
        pass
    refused = await certify(begun, "s", school_id=None)
    ada = (await begun.ask("/v1/ada", school_year=2026)).json()

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-built-yet")
    assert (ada["rows"], ada["behind"]["not_begun"], ada["behind"]["unread_entries"] > 0) == ([], [CEDAR], True)


async def test_a_stream_of_which_credit_has_not_heard_is_named_and_the_district_is_not_certified_without_it(
    cedar: CedarHigh, both_databases: Database
) -> None:
    await a_week_with_an_absence(cedar)
    await cedar.tell("schools", ROWS["schools"][0] | {"school_id": "oak", "name": "Oak"})
    await cedar.caught_up()
    assert (await cedar.ask("/v1/ada", school_year=2026)).json()["behind"]["not_begun"] == []
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        await connection.execute(
            "DELETE FROM stream_cursor WHERE district_id = $1 AND stream = 'school.oak'", cedar.district_id
        )

    refused = await certify(cedar, "s", school_id=None)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-built-yet")
    assert "not followed yet: school.oak" in refused.json()["detail"]
    assert (await certify(cedar, "s")).status_code == 201, "Cedar's own statement does not rest on it"
