"""An answer's tag: whatever changes the answer changes its tag, and who has the answer is told so for little."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from fastapi import FastAPI

from deploy.issuer import Issuer
from services.credit.app import create
from services.credit.settings import CreditSettings
from services.credit.unchanged import ADDED, FOLDED
from shared.plumbing.circumstances import system_clock
from shared.plumbing.tokens import TokenVerifier
from tests.credit.cedar_high import JSON, MONDAY, ROWS, TUESDAY, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.serving import by_hand
from tests.postgres import Database
from tests.running import running

YEAR, DAYS = {"school_year": 2026}, {"begins_on": MONDAY, "ends_before": "2026-03-14"}
QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("/v1/ada", YEAR), ("/v1/ada", YEAR | {"breakdown": True}), ("/v1/ada", YEAR | {"school_id": "cedar"}),
    ("/v1/ada", YEAR | {"through": MONDAY}), ("/v1/attendance-shares", DAYS), ("/v1/attendance-tiers", DAYS),
    ("/v1/attendance-trends", DAYS), ("/v1/breakdown", YEAR), ("/v1/what-if", YEAR | {"law_of": "2024-09-02"}),
]  # fmt: skip
ASKERS: list[tuple[str, dict[str, Any]]] = [
    ("auditor", {}), ("principal", {"schools": ["cedar"]}), ("principal", {"schools": ["oak"]}),
    ("principal", {"schools": ["cedar", "oak"]}),
]  # fmt: skip
ELSEWHERE = {
    "statement", "statement_piece", "statement_span", "statement_lock", "alarm_acknowledged", "alembic_version"
}  # fmt: skip
"""What no tagged answer is made of."""


@dataclass
class Watched:
    """Cedar High under a clock that the test sets, and what each tag has been the tag of."""

    cedar: CedarHigh
    app: FastAPI
    settings: CreditSettings
    clock: list[datetime]
    answers: dict[str, bytes] = field(default_factory=dict)

    async def look(self, askers: Sequence[tuple[str, dict[str, Any]]] = ASKERS[:2]) -> dict[str, str]:
        """Ask everything. No tag may ever stand for two answers."""
        tags: dict[str, str] = {}
        for path, params in QUESTIONS:
            for role, claims in askers:
                answer = await self.cedar.credit.get(path, params=params, headers=self.cedar.headers(role, **claims))
                if answer.status_code == 200:
                    tag = answer.headers["etag"]
                    assert self.answers.setdefault(tag, answer.content) == answer.content, f"{path} {params} {role}"
                    tags[f"{path} {params} {role} {claims}"] = tag
        return tags


@pytest.fixture
async def watched(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[Watched]:
    district_id, clock = f"district-{uuid4().hex[:8]}", [datetime.now(UTC)]
    settings = credit_settings(district_id)
    app = create(settings, lambda: clock[0])
    app.state.verifier = TokenVerifier(settings.issuer, settings.audience, settings.jwks_url, system_clock)
    async with running(app) as url, CedarHigh.beside(url, followed_roll, issuer, district_id) as cedar:
        yield Watched(cedar, app, settings, clock)


async def post(watched: Watched, path: str, body: dict[str, Any]) -> None:
    headers = watched.cedar.headers("district_office") | JSON
    answer = await watched.cedar.credit.post(path, content=json.dumps(body), headers=headers)
    assert answer.status_code in (200, 201), answer.text


async def another_law(watched: Watched) -> None:
    """As after a start with another law file; the days are not ruled again here."""
    library = watched.app.state.library
    other = replace(library.lawbook["texas_year"], digest="0" * 64)
    watched.app.state.library = replace(library, lawbook=library.lawbook | {"texas_year": other})


async def tomorrow(watched: Watched) -> None:
    watched.clock[0] += timedelta(days=1)


async def follow_anew(watched: Watched) -> None:
    district = watched.cedar.district_id
    status, _ = await by_hand(watched.settings, "follow-anew", "--district", district, "--by", "J", "--reason", "r")
    assert status == 0


CHANGES: list[tuple[str, Callable[[Watched], Awaitable[None]]]] = [
    ("rolls", lambda w: w.cedar.take_every_roll(*WEEK)),
    ("an adjustment", lambda w: w.cedar.adjust("algebra", MONDAY, "ana", "A")),
    ("another school", lambda w: w.cedar.tell("schools", ROWS["schools"][0] | {"school_id": "oak", "name": "Oak"})),
    ("a withdrawal", lambda w: w.cedar.tell("school-enrollments",
                                            ROWS["school-enrollments"][1] | {"withdrawal_date": TUESDAY})),
    ("a code", lambda w: w.cedar.tell("attendance-codes", ROWS["attendance-codes"][4]
                                      | {"present_at_official_roll": True})),
    ("a setting", lambda w: post(w, "/v1/not-taken-settings", {
        "setting_id": str(uuid4()), "jurisdiction": "texas", "counts_as": "absent", "begins_on": MONDAY,
        "reason": "Board policy"})),
    ("a waived day", lambda w: post(w, "/v1/texas/waived-days", {"rows": [
        {"school_id": "cedar", "school_year": 2026, "on": TUESDAY, "document": "TEA letter"}]})),
    ("the law", another_law),
    ("the day", tomorrow),
    ("followed anew", follow_anew),
]  # fmt: skip


async def test_no_tag_ever_stands_for_two_answers_whatever_changes(watched: Watched) -> None:
    await watched.cedar.caught_up()
    before = await watched.look()
    for name, change in CHANGES:
        await change(watched)
        await watched.look(ASKERS[:1])  # on the way: behind, or not built yet
        await watched.cedar.caught_up(45)
        after = await watched.look()
        whole = f"/v1/ada {YEAR} auditor {{}}"
        assert before[whole] != after[whole], name
        before = after
    assert len(watched.answers) > len(CHANGES) * len(QUESTIONS)
    last = await watched.look(ASKERS)
    assert len(set(last.values())) == len(last) > 2 * len(QUESTIONS), "who asks and what is asked are in the tag"


async def test_who_has_the_answer_is_told_so_without_any_of_it(watched: Watched) -> None:
    await watched.cedar.caught_up()
    for path, params in QUESTIONS:
        headers = watched.cedar.headers("auditor")
        first = await watched.cedar.credit.get(path, params=params, headers=headers)
        had = {"If-None-Match": f'"another", {first.headers["etag"]}'}
        again = await watched.cedar.credit.get(path, params=params, headers=headers | had)
        other = await watched.cedar.credit.get(path, params=params, headers=headers | {"If-None-Match": '"another"'})

        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"] == other.headers["etag"]
        assert (other.status_code, first.headers["cache-control"]) == (200, "private, no-cache")


async def test_a_tag_opens_nothing_to_whom_the_route_is_closed(watched: Watched) -> None:
    headers = watched.cedar.headers("teacher") | {"If-None-Match": "*"}

    assert (await watched.cedar.credit.get("/v1/ada", params=YEAR, headers=headers)).status_code == 403


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def test_every_table_is_in_the_tag_or_no_answer_s_and_counted_rows_cannot_change(
    both_databases: Database,
) -> None:
    async with connected(both_databases.app("credit")) as connection:
        rows = await connection.fetch(
            "SELECT relname, has_table_privilege(oid, 'UPDATE') OR has_table_privilege(oid, 'DELETE') AS changeable "
            "FROM pg_class WHERE relnamespace = 'credit'::regnamespace AND relkind = 'r'"
        )
    changeable = {row["relname"]: row["changeable"] for row in rows}

    assert changeable.keys() == {*FOLDED, *ADDED, *ELSEWHERE}
    assert not any(changeable[table] for table in ADDED)
