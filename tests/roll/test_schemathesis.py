"""Requests that nobody thought of: whatever /openapi.json allows or does not, roll answers and never fails."""

import asyncio
import os
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from services.roll.app import create
from services.roll.settings import RollSettings
from tests.roll.lincoln_high import TUESDAY, LincolnHigh
from tests.running import bearer

SEED = int(os.environ.get("SCHEMATHESIS_SEED", "20261122"))
CASES_AN_OPERATION = 6
PLACES = {
    "section_id": "algebra-1", "on": TUESDAY, "period_id": "02", "student_id": "ben", "school_id": "lincoln",
    "stream": "school.lincoln",
}  # fmt: skip


def role_for(path: str) -> str:
    return "teacher" if "/me/" in path else "auditor" if "/streams" in path else "district_office"


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
async def test_no_request_makes_it_fail(
    lincoln: LincolnHigh, roll_url: str, roll_settings: RollSettings, mode: GenerationMode
) -> None:
    await lincoln.take_roll("ben")
    schema = schemathesis.openapi.from_dict(create(roll_settings).openapi())
    operations: list[Any] = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    operations = [each for each in operations if all(body.media_type == "application/json" for body in each.body)]
    if mode is GenerationMode.NEGATIVE:  # where there is nothing to say, nothing can be said wrongly
        operations = [each for each in operations if each.body or any(each.iter_parameters())]
    assert len(operations) > 20

    def try_all() -> list[int]:
        statuses: list[int] = []
        with requests.Session() as session:
            for operation in operations:
                headers = bearer(lincoln.token(role_for(operation.path), "t-ruiz"))
                try_one(operation, mode, session, roll_url, headers, statuses)
        return statuses

    statuses = await asyncio.to_thread(try_all)  # the service runs in this thread's loop
    assert len(statuses) > CASES_AN_OPERATION * len(operations) / 2
    if mode is GenerationMode.POSITIVE:
        assert 200 in statuses, "nothing that was generated was in good order: nothing has been tried"


def try_one(
    operation: Any,
    mode: GenerationMode,
    session: requests.Session,
    url: str,
    headers: dict[str, str],
    statuses: list[int],
) -> None:
    places = {name: PLACES[name] for name in PLACES if f"{{{name}}}" in operation.path}
    in_place = (
        {"path_parameters": places} if mode is GenerationMode.POSITIVE and "{import_id}" not in operation.path else {}
    )

    @seed(SEED)
    @settings(
        max_examples=CASES_AN_OPERATION,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode, **in_place))
    def ask(case: Case[Any]) -> None:
        if "wait" in case.query:
            case.query["wait"] = 0
        answer = case.call(base_url=url, session=session, headers=headers)
        statuses.append(answer.status_code)
        assert answer.status_code < 500 or answer.status_code == 503, case.as_curl_command()
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], case.as_curl_command()

    ask()
