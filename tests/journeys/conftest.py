"""Roll, credit and program, running beside each other on one PostgreSQL as they do in service."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.issuer import AUDIENCE, ISSUER, Issuer, issuer_app
from services.credit.app import create as create_credit
from services.credit.settings import CreditSettings
from services.program.app import create as create_program
from services.program.settings import ProgramSettings
from services.roll.app import create as create_roll
from services.roll.settings import RollSettings
from tests.journeys.district import District
from tests.postgres import Cluster
from tests.running import running


@pytest.fixture
async def district(cluster: Cluster, issuer: Issuer, tmp_path: Path) -> AsyncIterator[District]:
    """A district that nobody has told anything yet, and the three services that will hear of it."""
    name = f"district-{uuid4().hex[:8]}"
    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(issuer.jwks()))
    trust: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "jwks_url": keys.as_uri(),
        "environment": "development",
    }
    with cluster.database("roll", "credit", "program") as database:
        async with (
            running(issuer_app(issuer, {"credit": "c", "program": "p"}, [name])) as issuer_url,
            running(create_roll(RollSettings(database_url=database.app("roll"), **trust))) as roll,
        ):
            token: dict[str, Any] = {"token_url": f"{issuer_url}/token"}
            follower = CreditSettings(
                database_url=database.app("credit"), roll_url=roll, districts=(name,),
                client_id="credit", client_secret="c", **token, **trust,
            )  # fmt: skip
            async with running(create_credit(follower)) as credit:
                chooser = ProgramSettings(
                    database_url=database.app("program"), credit_url=credit,
                    client_id="program", client_secret="p", **token, **trust,
                )  # fmt: skip
                async with running(create_program(chooser)) as program:
                    yield District(name, issuer, {"roll": roll, "credit": credit, "program": program})
