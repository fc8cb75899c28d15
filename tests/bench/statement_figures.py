"""Credit: what certifying, comparing and asking otherwise cost, and to be told that nothing has changed."""

import time
from collections.abc import Awaitable, Callable
from statistics import median
from typing import Any

import httpx

from tests.bench.figure import Figure
from tests.bench.generated_year import DISTRICT, GeneratedYear
from tests.bench.system import System, serving

ROUNDS = 3
YEAR: dict[str, Any] = {"school_year": 2026}


async def measure_statements(system: System, year: GeneratedYear) -> list[Figure]:
    """Of a district that is built, through a credit that has answered before. Medians, in seconds over HTTP."""
    token = system.issuer.mint(role="district_office", subject="office", districts=[DISTRICT])
    async with (
        serving(system, "services.credit serve", "credit") as port,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=120
        ) as http,
    ):
        first = (await http.get("/v1/ada", params=YEAR)).raise_for_status()
        known = {"If-None-Match": first.headers["ETag"]}
        ids = [f"year-{number}" for number in range(ROUNDS)]

        async def certify() -> None:
            place = len(done)
            said: dict[str, Any] = YEAR | {"statement_id": ids[place], "through": str(year.days()[-1])}
            if place:
                said |= {"supersedes": ids[place - 1], "reason": "measured again"}
            done.append((await http.post("/v1/statements", json=said)).raise_for_status().json())

        done: list[Any] = []
        certified = await timed(certify)
        read = await timed(lambda: http.get(f"/v1/statements/{ids[0]}"))
        compared = await timed(lambda: http.get(f"/v1/statements/{ids[0]}/comparison"))
        asked = await timed(lambda: http.get("/v1/what-if", params=YEAR | {"law_of": "2025-09-01"}))
        unchanged = await timed(lambda: http.get("/v1/ada", params=YEAR, headers=known))
        assert len({one["digest"] for one in done}) == 1, "certified again from the same inputs it is the same"
        assert (await http.get(f"/v1/statements/{ids[0]}/comparison")).json()["unchanged"]
        assert (await http.get("/v1/ada", params=YEAR, headers=known)).status_code == httpx.codes.NOT_MODIFIED
    return [
        Figure("a district-year certified", "s", certified),
        Figure("a certified district-year read (gzip)", "s", read),
        Figure("a certified district-year compared with now", "s", compared),
        Figure("a district-year under another law (what if)", "s", asked),
        Figure("ADA of the district that has not changed (304)", "ms", unchanged * 1000),
    ]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    rounds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        rounds.append(time.perf_counter() - began)
    return median(rounds)
