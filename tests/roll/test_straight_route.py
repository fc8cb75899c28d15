"""A straight route answers as FastAPI would: the same statuses, words and headers, for good requests and bad."""

import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from shared.plumbing.circumstances import Transaction
from shared.plumbing.straight_route import StraightRoute
from shared.schema.roll import Receipt, RollSubmission
from tests.roll.lincoln_high import ROLL, LincolnHigh, a_roll
from tests.running import running

JSON = {"Content-Type": "application/json"}
REQUESTS: dict[str, dict[str, Any]] = {
    "a roll": {"json": a_roll("ben")},
    "a stale roll": {"json": a_roll("ana")},
    "a student who is not hers": {"json": a_roll("zed")},
    "an unknown field": {"json": a_roll() | {"extra": 1}},
    "a number that is none": {"json": a_roll() | {"base_version": True}},
    "no submission": {"json": {}},
    "half a document": {"content": b'{"marks": [', "headers": JSON},
    "a key twice": {"content": b'{"marks": [], "marks": []}', "headers": JSON},
    "no body": {"headers": JSON},
    "another medium": {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    "too much": {"content": b" " * 300_000, "headers": JSON},
    "no token": {"json": a_roll(), "headers": {"Authorization": ""}},
    "an unknown parameter": {"json": a_roll(), "params": {"dry": "1"}},
    "an answer it has not": {"json": a_roll(), "headers": {"Accept": "text/html"}},
    "a day that is none": {"path": ROLL.replace("2026-03-10", "2026-02-30"), "json": a_roll()},
    "two bad parts of the path": {"path": "/v1/sections/%20/rolls/never/02", "json": a_roll()},
    "a section that is not there": {"path": ROLL.replace("algebra-1", "none"), "json": a_roll()},
    "a path that goes on": {"path": ROLL + "/more", "json": a_roll()},
}  # fmt: skip


class BehindAPrefix:
    """Serves the application under a prefix, where FastAPI answers everything."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = dict(scope) | {"root_path": "/behind", "path": "/behind" + scope["path"]}
        await self.app(scope, receive, send)


async def answers(school: LincolnHigh) -> dict[str, tuple[int, dict[str, Any], dict[str, str]]]:
    seen = {}
    for name, asked in REQUESTS.items():
        more = dict(asked)
        answer = await school.ruiz("PUT", more.pop("path", ROLL), **more)
        words = {key: value for key, value in answer.json().items() if key not in ("instance", "hash", "recorded_at")}
        headers = {key: answer.headers.get(key, "") for key in ("content-type", "etag", "cache-control", "retry-after")}
        seen[name] = answer.status_code, words, headers
        assert len(answer.headers["x-request-id"]) == 36
    again = await school.ruiz("PUT", ROLL, json=REQUESTS["a roll"]["json"])
    seen["again"] = again.status_code, {}, {"replayed": again.headers["idempotent-replayed"]}
    return seen


async def test_the_straight_way_and_fastapis_give_the_same_answers(
    roll_url: str, roll_settings: RollSettings, issuer: Issuer
) -> None:
    async with LincolnHigh.opened(roll_url, issuer) as school:
        straight = await answers(school)
    async with running(BehindAPrefix(create(roll_settings))) as url, LincolnHigh.opened(url, issuer) as school:
        by_fastapi = await answers(school)

    assert straight["a roll"][0] == 201
    assert straight["again"][0] == 200
    assert {name: seen for name, seen in straight.items() if seen != by_fastapi[name]} == {}


async def test_a_straight_route_is_described_like_any_other(roll_url: str, lincoln: LincolnHigh) -> None:
    described = (await lincoln.http.get("/openapi.json")).json()["paths"]

    put = described["/v1/sections/{section_id}/rolls/{on}/{period_id}"]["put"]
    assert "RollSubmission" in json.dumps(put["requestBody"])
    assert "Receipt" in json.dumps(put["responses"]["201"])
    assert [part["name"] for part in put["parameters"]] == ["section_id", "on", "period_id"]


def test_a_straight_route_that_asks_for_more_is_refused_when_it_is_made() -> None:
    router = APIRouter(route_class=StraightRoute)

    async def with_a_transaction(submission: RollSubmission, transaction: Transaction) -> Receipt:
        raise AssertionError("never asked")

    async def without_a_body(section_id: str) -> Receipt:
        raise AssertionError("never asked")

    for endpoint in (with_a_transaction, without_a_body):
        with pytest.raises(TypeError, match="asks for more"):
            router.put(f"/{uuid4().hex}")(endpoint)
