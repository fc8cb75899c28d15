"""More rolls than can be taken: how many are accepted and how fast, how many are turned away, and what is left after.

Offered in open loop, twice and three times what the same process took in closed loop a moment ago. Whoever is turned
away does not come back, so that what is offered is what the figure says.
"""

import asyncio
import json
import time
from collections.abc import Coroutine
from typing import Any

import httpx
from rich.console import Console

from tests.bench.big_schools import DISTRICT, BigSchools
from tests.bench.figure import Figure
from tests.bench.http_load import Outcome, closed_loop, open_loop
from tests.bench.system import System, scratch_connection

SECONDS = 5
CONNECTIONS = 400
TIMES = (2, 3)
AFTERWARDS = 200


async def measure_overload(
    system: System, schools: BigSchools, console: Console, capacity: float, skip: int
) -> tuple[list[Figure], int]:
    """The figures, and how many rolls were taken. `skip`: places of the bench's calendar that are taken already."""
    figures, taken = [], 0
    for times in TIMES:
        offered = times * capacity
        with console.status(f"overload: {offered:.0f} rolls a second"):
            requests = schools.rolls(int(offered * SECONDS), skip=skip)
            load = open_loop(system.roll_port, requests, offered, CONNECTIONS)
            outcome, slowest = await beside_health(system, load)
        assert set(outcome.statuses) <= {201, 503}, outcome.statuses
        skip += len(requests)
        after = await closed_loop(system.roll_port, schools.rolls(AFTERWARDS, skip=skip), 4)
        assert after.statuses == {201: AFTERWARDS}, after.statuses  # it is over when the load is
        skip += AFTERWARDS
        taken += outcome.statuses[201] + AFTERWARDS
        name = f"overload, {times} x what it can take"
        figures += [
            Figure(f"{name}: accepted / offered", "rolls/s", outcome.rate(), len(requests) / outcome.seconds),
            Figure(f"{name}: turned away", "rolls/s", outcome.statuses.get(503, 0) / outcome.seconds),
            Figure(f"{name}: p99 of the accepted", "ms", outcome.percentile(0.99) * 1000, at_most=250),
            Figure(f"{name}: slowest /health/live", "ms", slowest * 1000),
        ]
    return figures, taken


async def beside_health(system: System, load: Coroutine[Any, Any, Outcome]) -> tuple[Outcome, float]:
    """The load's outcome, and the longest that /health/live took to answer meanwhile (seconds)."""
    slowest = 0.0
    loading = asyncio.create_task(load)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{system.roll_port}", timeout=10) as http:
        while not loading.done():
            began = time.perf_counter()
            (await http.get("/health/live")).raise_for_status()
            slowest = max(slowest, time.perf_counter() - began)
            await asyncio.sleep(0.1)
    return await loading, slowest


async def prove_the_ledger(system: System, acknowledged: int) -> list[Figure]:
    """Every stream verified by the service itself: dense, chained, and the tables what the entries say."""
    connection = await scratch_connection(system)
    kept = await connection.fetchval("SELECT count(*) FROM roll.entry WHERE write_id IS NOT NULL")
    streams = await connection.fetch("SELECT stream FROM roll.stream_head WHERE district_id = $1", DISTRICT)
    await connection.close()
    assert kept == acknowledged, f"{acknowledged} rolls were acknowledged and {kept} are kept"
    token = system.issuer.mint(role="auditor", subject="auditor", districts=[DISTRICT])
    url, headers = f"http://127.0.0.1:{system.roll_port}", {"Authorization": f"Bearer {token}"}
    verified = 0
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
        for row in streams:
            answer = await http.get(f"/v1/streams/{row['stream']}/verification/whole")
            found = json.loads(answer.text.splitlines()[-1])
            assert found["fault"] is None, found
            assert found["verified"] == found["head"], found
            verified += found["verified"]
    return [
        Figure("after the load: rolls acknowledged / kept", "rolls", acknowledged, kept, at_least=1),
        Figure("after the load: entries whose chain and tables hold", "entries", verified),
    ]
