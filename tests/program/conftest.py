"""The law as it is shipped; a running program on a real PostgreSQL; a credit that says what a test wants it to."""

import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.issuer import AUDIENCE, ISSUER, Issuer, issuer_app
from services.program.app import create
from services.program.lawbook import LAW
from services.program.rulebook import ProgramLaw
from services.program.settings import ProgramSettings
from shared.plumbing.circumstances import system_clock
from shared.plumbing.tokens import TokenVerifier
from tests.postgres import Cluster, Database
from tests.program.los_altos import DISTRICTS, LosAltos, ToldCredit
from tests.running import running

UNUSED = iter(DISTRICTS)


@pytest.fixture(scope="session")
def law() -> ProgramLaw:
    return LAW


@pytest.fixture(scope="session")
def program_database(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("program") as database:
        yield database


@pytest.fixture(scope="session")
def told_credit() -> ToldCredit:
    return ToldCredit()


@pytest.fixture(scope="session")
def jwks_url(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> str:
    keys = tmp_path_factory.mktemp("program-jwks") / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    return keys.as_uri()


@pytest.fixture(scope="session")
async def program_url(
    program_database: Database, told_credit: ToldCredit, issuer: Issuer, jwks_url: str
) -> AsyncIterator[str]:
    verifier = TokenVerifier(ISSUER, AUDIENCE, jwks_url, system_clock)
    async with (
        running(issuer_app(issuer, {"program": "told-to-program"}, DISTRICTS)) as issuer_url,
        running(told_credit.app(verifier)) as credit_url,
    ):
        settings = ProgramSettings(
            database_url=program_database.app("program"),
            issuer=ISSUER,
            audience=AUDIENCE,
            jwks_url=jwks_url,
            environment="development",
            credit_url=credit_url,
            token_url=f"{issuer_url}/token",
            client_id="program",
            client_secret="told-to-program",
        )
        async with running(create(settings)) as url:
            yield url


@pytest.fixture
async def los_altos(program_url: str, issuer: Issuer, told_credit: ToldCredit) -> AsyncIterator[LosAltos]:
    """A district of its own for every test, with the four schools of example B-LA-03."""
    told_credit.status, told_credit.line = 200, "0.96"
    told_credit.asked.clear()
    told_credit.behind.clear()
    told_credit.not_counted.clear()
    told_credit.not_taken = ()
    async with httpx.AsyncClient(base_url=program_url, timeout=15) as http:
        district = LosAltos(next(UNUSED), issuer, http, told_credit)
        await district.open_schools()
        yield district
