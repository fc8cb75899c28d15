"""Who may do what: every route is asked by every role, at home and as a stranger, and docs/rights.md says the same.

After a change that is meant, `REWRITE_RIGHTS=1 pytest tests/roll/test_rights.py` writes the table anew.
"""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.issuer import Issuer
from deploy.places import CHECKOUT
from services.roll.app import create
from services.roll.checkpoint import make_key
from services.roll.settings import RollSettings
from shared.plumbing.tokens import DISTRICT_ROLES, SCHOOL_ROLES
from tests.postgres import Database
from tests.roll.lincoln_high import TUESDAY, LincolnHigh
from tests.roll.writes import SUBJECTS, as_csv, every_write
from tests.running import running

PAGE = CHECKOUT / "docs" / "rights.md"
OPEN = {"/health/live", "/health/ready", "/metrics"}
PLACES = {
    "section_id": "algebra-1", "on": TUESDAY, "period_id": "02", "student_id": "ben", "school_id": "lincoln",
    "stream": "school.lincoln", "school_year": "2026", "import_id": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
OF_LINCOLN = ("Algebra", "algebra-1", "Alvarez", "O'Brien", '"ben"', '"lincoln"', "school.lincoln", "t-ruiz")
"""Words of which a stranger may read none."""


@dataclass(frozen=True)
class Stranger:
    name: str
    elsewhere: bool = False
    subject: str | None = None
    schools: tuple[str, ...] | None = ("lincoln",)


AT_HOME = Stranger("at home")
OF_ANOTHER_SCHOOL = Stranger("of another school", schools=("washington",))
OF_ANOTHER_SECTION = Stranger("of another section", subject="t-kent")
OF_ANOTHER_DISTRICT = Stranger("of another district", elsewhere=True)


def routes(openapi: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method.upper(), path, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
        if path not in OPEN
    ]


async def ask(lincoln: LincolnHigh, role: str, who: Stranger, route: tuple[str, str, dict[str, Any]]) -> httpx.Response:
    method, template, operation = route
    district_id = f"elsewhere-{uuid4().hex[:8]}" if who.elsewhere else lincoln.district_id
    school = LincolnHigh(district_id, lincoln.issuer, lincoln.http)
    needed = {
        place["name"] for place in operation.get("parameters", []) if place["in"] == "query" and place["required"]
    }
    body: dict[str, Any] = {}
    if "requestBody" in operation:
        (kind,) = operation["requestBody"]["content"]
        samples = {(write.method, write.route): write.body for write in every_write()}
        sample = samples.get((method, template.removesuffix("/csv")))
        assert sample or kind == "application/zip", (
            f"{method} {template}: put one in good order into tests/roll/writes.py"
        )
        content = as_csv(sample["rows"][0]) if sample and kind == "text/csv" else json.dumps(sample) if sample else "x"
        body = {"content": content, "headers": {"Content-Type": kind}}
    return await school.ask(
        role,
        method,
        template.format(**PLACES),
        subject=who.subject or SUBJECTS.get(role, role),
        schools=list(who.schools) if who.schools and role in SCHOOL_ROLES and role != "teacher" else None,
        params={name: PLACES[name] for name in sorted(needed)},
        **body,
    )


@pytest.fixture(scope="module")
async def lincoln(
    roll_settings: RollSettings, issuer: Issuer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[LincolnHigh]:
    """With a key for its checkpoints, so that every route has something to answer."""
    key = tmp_path_factory.mktemp("key") / "checkpoint.pem"
    make_key(key)
    app = create(roll_settings.model_copy(update={"checkpoint_key": key}))
    async with running(app) as url, LincolnHigh.opened(url, issuer) as school:
        assert (await school.take_roll("ben")).status_code == 201
        yield school


@pytest.fixture(scope="module")
def openapi(roll_settings: RollSettings) -> dict[str, Any]:
    return create(roll_settings).openapi()


async def entries_of(database: Database, district_id: str) -> int:
    connection = await asyncpg.connect(database.admin)
    count = await connection.fetchval("SELECT sum(sequence) FROM roll.stream_head WHERE district_id = $1", district_id)
    await connection.close()
    return int(count)


async def reaches(
    lincoln: LincolnHigh, database: Database, role: str, who: Stranger, route: tuple[str, str, dict[str, Any]]
) -> bool:
    """Whether anything of Lincoln High is read, or written."""
    before = await entries_of(database, lincoln.district_id) if route[0] != "GET" else 0
    answer = await ask(lincoln, role, who, route)
    assert answer.status_code < 500 or answer.status_code == 503, f"{role} {who.name}: {route[:2]}: {answer.text}"
    if route[0] != "GET":
        return await entries_of(database, lincoln.district_id) != before
    return answer.is_success and any(word in answer.text for word in OF_LINCOLN)


async def test_every_route_asks_who_is_there(lincoln: LincolnHigh, openapi: dict[str, Any]) -> None:
    assert len(routes(openapi)) > 20
    for method, template, _ in routes(openapi):
        answer = await lincoln.http.request(method, template.format(**PLACES))
        assert answer.status_code == 401, f"{method} {template}"


async def test_the_table_of_rights_is_what_the_service_does(
    lincoln: LincolnHigh, roll_database: Database, openapi: dict[str, Any]
) -> None:
    lines = []
    for route in sorted(routes(openapi), key=lambda route: (route[1], route[0])):
        cells = [await right(lincoln, roll_database, role, route) for role in (*SCHOOL_ROLES, *DISTRICT_ROLES)]
        assert any(cells), f"{route[:2]}: nobody may use it"
        lines.append(f"| `{route[0]} {route[1]}` | {' | '.join(cells)} |")
    table = "\n".join([header(), *lines]) + "\n"

    if os.environ.get("REWRITE_RIGHTS"):
        PAGE.write_text(INTRODUCTION + table)
    assert PAGE.read_text() == INTRODUCTION + table, f"docs/rights.md is not what roll does:\n{table}"


async def right(lincoln: LincolnHigh, database: Database, role: str, route: tuple[str, str, dict[str, Any]]) -> str:
    """A cell of the table. What a stranger reaches is no right: it fails the test."""
    assert not await reaches(lincoln, database, role, OF_ANOTHER_DISTRICT, route), f"{route[:2]}: {role} elsewhere"
    own = ""
    if role in SCHOOL_ROLES:
        stranger, own = (
            (OF_ANOTHER_SECTION, "own sections") if role == "teacher" else (OF_ANOTHER_SCHOOL, "own schools")
        )
        assert not await reaches(lincoln, database, role, stranger, route), f"{route[:2]}: {role} {stranger.name}"
    answer = await ask(lincoln, role, AT_HOME, route)
    assert answer.status_code != 401
    return "" if answer.status_code == 403 else own or "district"


def header() -> str:
    names = [role.replace("_", " ") for role in (*SCHOOL_ROLES, *DISTRICT_ROLES)]
    return f"| roll | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}"


INTRODUCTION = """# Who may do what

Written by `tests/roll/test_rights.py`, which asks every route as every role, at home, and from another section, school
and district. An empty cell is a refusal (403). *Own sections*: those that the roster says are hers on that date,
as teacher or substitute. *Own schools*: those that the token names. Whatever is elsewhere is not found (404).

"""
