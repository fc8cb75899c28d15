"""A running roll on a real PostgreSQL, and Lincoln High: a section, three students, two teachers, one school year."""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.issuer import AUDIENCE, ISSUER, Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from tests.postgres import Cluster, Database
from tests.roll.lincoln_high import LincolnHigh
from tests.roll.school_clock import SchoolClock, roll_by
from tests.running import running


@pytest.fixture(scope="session")
def roll_database(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("roll") as database:
        yield database


@pytest.fixture(scope="session")
def roll_settings(roll_database: Database, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> RollSettings:
    keys = tmp_path_factory.mktemp("jwks") / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    return RollSettings(
        database_url=roll_database.app("roll"),
        issuer=ISSUER,
        audience=AUDIENCE,
        jwks_url=keys.as_uri(),
        environment="development",
    )


@pytest.fixture(scope="session")
async def roll_url(roll_settings: RollSettings) -> AsyncIterator[str]:
    async with running(create(roll_settings)) as url:
        yield url


@pytest.fixture
async def lincoln(roll_url: str, issuer: Issuer) -> AsyncIterator[LincolnHigh]:
    """A school of its own for every test, in a district of its own."""
    async with LincolnHigh.opened(roll_url, issuer) as school:
        yield school


@pytest.fixture
async def lincoln_by_the_clock(
    roll_settings: RollSettings, issuer: Issuer
) -> AsyncIterator[tuple[LincolnHigh, SchoolClock]]:
    """The same, and a clock on its wall to be set."""
    clock = SchoolClock()
    async with roll_by(clock, roll_settings) as url, LincolnHigh.opened(url, issuer) as school:
        yield school, clock
