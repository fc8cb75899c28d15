"""What every test may ask for. Fixtures of one service live in its own directory's conftest."""

import os
from collections.abc import Iterator

import pytest

from deploy.issuer import Issuer
from tests.postgres import Cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL of this run, started when the first test asks for it."""
    with Cluster(os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """The development issuer, with a key of its own for this run."""
    return Issuer.at(tmp_path_factory.mktemp("issuer") / "key.json")
