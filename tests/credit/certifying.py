"""A week at Cedar High, and the office that certifies it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx

from tests.credit.cedar_high import MONDAY, WEEK, CedarHigh

WHOLE = {"school_id": "cedar", "school_year": 2026, "period": 4}


async def certify(cedar: CedarHigh, statement_id: str, role: str = "district_office", **said: Any) -> httpx.Response:
    body = {"statement_id": statement_id, **WHOLE, **said}
    return await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers(role))


async def certified(cedar: CedarHigh, statement_id: str, **said: Any) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await certify(cedar, statement_id, **said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def a_week_with_an_absence(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")


@asynccontextmanager
async def connected(url: str, district_id: str) -> AsyncIterator[Any]:
    """A connection of that login, in the district."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT set_config('app.district_id', $1, false)", district_id)
        yield connection
    finally:
        await connection.close()
