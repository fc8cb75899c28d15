"""A roll process that is killed under load: every receipt that somebody holds is of a roll that is kept."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deploy.issuer import Issuer
from services.roll.settings import RollSettings
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.running import NO_CERTIFICATES, a_free_port

SECTIONS = [f"algebra-{number}" for number in range(100, 150)]
DAYS = (TUESDAY, WEDNESDAY)
PLACES = [ROLL.replace("algebra-1", section).replace(TUESDAY, on) for on in DAYS for section in SECTIONS]


@asynccontextmanager
async def roll_process(settings: RollSettings, port: int, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`python -m services.roll serve`, as it is deployed, with `more` in its environment."""
    told = settings.model_dump(include={"database_url", "issuer", "audience", "jwks_url", "environment"})
    environment = os.environ | {f"ROLL_{name.upper()}": str(said) for name, said in told.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.roll", "serve", env=environment | {"ROLL_PORT": str(port)} | more,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(verify=NO_CERTIFICATES) as http, asyncio.timeout(60):
            while not await _is_ready(http, port):  # noqa: ASYNC110 - another process tells us no other way
                await asyncio.sleep(0.1)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _is_ready(http: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await http.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def tell_of_sections(school: LincolnHigh) -> None:
    span: dict[str, Any] = {"school_id": "lincoln", "begins_on": "2025-08-18"}
    section = {"title": "Algebra", "track_id": "main", "period_ids": ["02"]}
    rows = {
        "sections": [span | section | {"section_id": name} for name in SECTIONS],
        "section-teachers": [span | {"section_id": name, "staff_id": "t-ruiz"} for name in SECTIONS],
        "section-enrollments": [span | {"section_id": name, "student_id": "ben"} for name in SECTIONS],
    }
    for collection, said in rows.items():
        assert (await school.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": said})).status_code == 200


async def test_no_acknowledged_roll_is_lost_when_the_process_is_killed(
    roll_settings: RollSettings, issuer: Issuer
) -> None:
    port = a_free_port()
    said = {place: a_roll("ben") for place in PLACES}
    receipts: dict[str, Any] = {}

    async with (
        roll_process(roll_settings, port) as process,
        LincolnHigh.opened(f"http://127.0.0.1:{port}", issuer) as school,
    ):
        await tell_of_sections(school)
        places = iter(PLACES)

        async def a_teacher() -> None:
            for place in places:
                try:
                    answer = await school.ruiz("PUT", place, json=said[place])
                except httpx.TransportError:
                    return
                assert answer.status_code == 201, answer.text
                receipts[place] = answer.json()
                if len(receipts) == len(PLACES) // 3:
                    os.kill(process.pid, signal.SIGKILL)

        await asyncio.gather(*(a_teacher() for _ in range(12)))
        assert await process.wait() == -signal.SIGKILL
        assert len(PLACES) // 3 <= len(receipts) < len(PLACES)

        async with roll_process(roll_settings, port):
            for place, submission in said.items():
                again = await school.ruiz("PUT", place, json=submission)
                if place in receipts:
                    assert (again.status_code, again.json()) == (200, receipts[place])
                assert again.status_code in (200, 201)
            proof = await school.ask("auditor", "GET", "/v1/streams/school.lincoln/verification")
            assert proof.json()["fault"] is None, proof.text
