"""From roll to ADA through the real services: a backlog followed over HTTP, and one adjustment until it is counted."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console

from deploy.issuer import issuer_app
from tests.bench.big_schools import DAYS, DISTRICT, PERIODS
from tests.bench.figure import Figure
from tests.bench.system import System, migrate, serving
from tests.running import bearer, running

ADJUSTMENTS = 7
FOLLOWS_WITHIN, POLL_SECONDS = 300, 0.02
ROLL = f"/v1/sections/s0-c0/rolls/{DAYS[0]}/{PERIODS[0]}"  # of the first day's official period
GROUNDS = {"reason": "At the nurse's", "authority": "school nurse", "document": "pass 114"}


@dataclass
class Office:
    """Who asks both services, and what she is told."""

    roll: httpx.AsyncClient
    credit: httpx.AsyncClient
    clerk: dict[str, str]

    async def built(self) -> int:
        """How many of roll's entries credit's sheets say."""
        streams = (await self.credit.get("/v1/status")).raise_for_status().json()["streams"]
        return sum(each["built"] for each in streams)

    async def absences(self) -> int:
        """As the school's ADA counts them, in sixths of a day or whole: it is their change that is looked for."""
        answer = await self.credit.get("/v1/ada", params={"school_year": 2026, "school_id": "s0"})
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["rows"]
        return sum(int(row["totals"]["absent_days"]) for row in rows)

    async def adjust(self, code: str) -> None:
        said = {"adjustment_id": str(uuid4()), "student_id": "s0-c0-0", "code": code} | GROUNDS
        (await self.roll.post(f"{ROLL}/adjustments", json=said, headers=self.clerk)).raise_for_status()


async def measure_feed(system: System, console: Console) -> list[Figure]:
    """`system`'s roll has taken rolls that no credit has followed yet."""
    await asyncio.to_thread(migrate, system, "credit")
    auditor, clerk = (
        bearer(system.issuer.mint(role=role, subject=role, districts=[DISTRICT], schools=schools))
        for role, schools in (("auditor", None), ("attendance_clerk", ["s0"]))
    )
    async with (
        running(issuer_app(system.issuer, {"credit": "c"}, [DISTRICT])) as issuer,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{system.roll_port}", headers=auditor, timeout=60) as roll,
    ):
        entries = sum(each["head"] for each in (await roll.get("/v1/streams")).json()["streams"])
        follows = {"CREDIT_TOKEN_URL": f"{issuer}/token", "CREDIT_CLIENT_SECRET": "c", "CREDIT_DISTRICTS": DISTRICT}
        async with (
            serving(system, "services.credit serve", "credit", **follows) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=auditor, timeout=60) as credit,
        ):
            both = Office(roll, credit, clerk)
            with console.status(f"credit follows {entries:,} entries"):
                rate = await rate_of_following(both, entries)
            with console.status("adjusting a mark until ADA shows it"):
                seconds = [await until_ada_shows(both, "A" if number % 2 else "P") for number in range(ADJUSTMENTS)]
    return [
        Figure(f"a backlog of {entries:,} entries followed over HTTP, and its sheets built", "entries/s", rate),
        Figure("an adjustment at roll until ADA shows it", "ms", median(seconds) * 1000, at_most=2000),
    ]


async def rate_of_following(office: Office, entries: int) -> float:
    """Entries a second, from the first that are seen to be in the sheets: credit builds as it follows."""
    began, first = time.perf_counter(), 0
    async with asyncio.timeout(FOLLOWS_WITHIN):
        while (built := await office.built()) < entries:
            if not first:
                began, first = time.perf_counter(), built
            await asyncio.sleep(POLL_SECONDS)
    return (entries - first) / (time.perf_counter() - began)


async def until_ada_shows(office: Office, code: str) -> float:
    """Seconds from before the adjustment is sent. Each is of the same mark, to and fro."""
    before, began = await office.absences(), time.perf_counter()
    await office.adjust(code)
    async with asyncio.timeout(30):
        while await office.absences() == before:  # noqa: ASYNC110 - the other service has no event to wait for
            await asyncio.sleep(0.01)
    return time.perf_counter() - began
