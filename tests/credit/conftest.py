"""A running roll and a running credit that follows it, on a real PostgreSQL, for a school of the test's own."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from deploy.issuer import AUDIENCE, ISSUER, Issuer, issuer_app
from services.credit.settings import CreditSettings
from services.roll.app import create as create_roll
from services.roll.settings import RollSettings
from tests.credit.cedar_high import CedarHigh
from tests.postgres import Cluster, Database
from tests.running import running

SECRET = "a client secret of this test"


@pytest.fixture(scope="session")
def both_databases(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("roll", "credit") as database:
        yield database


@pytest.fixture(scope="session")
def followed_districts() -> list[str]:
    """The districts that credit's tokens are good for: each test adds its own."""
    return []


@pytest.fixture(scope="session")
async def token_url(issuer: Issuer, followed_districts: list[str]) -> AsyncIterator[str]:
    async with running(issuer_app(issuer, {"credit": SECRET}, followed_districts)) as url:
        yield f"{url}/token"


@pytest.fixture(scope="session")
def jwks_url(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> str:
    keys = tmp_path_factory.mktemp("jwks") / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    return keys.as_uri()


@pytest.fixture(scope="session")
async def followed_roll(both_databases: Database, jwks_url: str) -> AsyncIterator[str]:
    """The URL of a roll that credit can follow."""
    settings = RollSettings(
        database_url=both_databases.app("roll"),
        issuer=ISSUER,
        audience=AUDIENCE,
        jwks_url=jwks_url,
        environment="development",
    )
    async with running(create_roll(settings)) as url:
        yield url


class SettingsOf(Protocol):
    def __call__(self, *districts: str) -> CreditSettings: ...


@pytest.fixture(scope="session")
def credit_settings(
    both_databases: Database, jwks_url: str, token_url: str, followed_roll: str, followed_districts: list[str]
) -> SettingsOf:
    """The settings of a credit that follows those districts."""

    def settings_of(*districts: str) -> CreditSettings:
        followed_districts.extend(districts)
        return CreditSettings(
            database_url=both_databases.app("credit"),
            issuer=ISSUER,
            audience=AUDIENCE,
            jwks_url=jwks_url,
            environment="development",
            roll_url=followed_roll,
            token_url=token_url,
            client_id="credit",
            client_secret=SECRET,
            districts=districts,
        )

    return settings_of


@pytest.fixture
async def cedar(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[CedarHigh]:
    """Cedar High in a district of its own, told to roll, and a credit that follows it."""
    opened: AbstractAsyncContextManager[CedarHigh] = CedarHigh.opened(followed_roll, issuer, credit_settings)
    async with opened as school:
        yield school
