"""Lock in roll the days that statements count. What roll has not confirmed is asked again until it has.

A statement is kept first and its days are locked then, so a crash between the two leaves a span without its lock,
which the next round finds. Roll answers the same lock twice with the same receipt, so any process may ask. A lock that
was released is not asked for again: the school's stream says so.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import httpx
import structlog
from fastapi import Depends, FastAPI, Request

from services.credit import statement_tables
from services.credit.settings import CreditSettings
from services.credit.statement_tables import Span
from shared.plumbing.circumstances import Clock
from shared.plumbing.client import ServiceClient
from shared.plumbing.database import Database
from shared.schema.acts import Lock, LockReceipt

log = structlog.get_logger()
ROUND_SECONDS = 10
PATIENCE_SECONDS = 5
AWAY = (httpx.HTTPError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError, ValueError)


class Locker:
    """Asks roll for the locks of one service's statements."""

    def __init__(self, database: Database, roll: ServiceClient, clock: Clock) -> None:
        self.database, self.roll, self.clock = database, roll, clock
        self._refused: dict[tuple[str, str, str], int] = {}

    async def lock(self, district_id: str) -> None:
        """Ask for every lock that is outstanding, for a bounded time. What fails is left to the next round."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                async with self.database.bare(district_id, readonly=True) as connection:
                    waiting = await statement_tables.spans_to_lock(connection, district_id)
                for statement_id, span in waiting:
                    await self._lock(district_id, statement_id, span)
        except AWAY as trouble:
            log.warning("roll has not locked a statement's days", district=district_id, failure=type(trouble).__name__)

    async def _lock(self, district_id: str, statement_id: str, span: Span) -> None:
        school_id, begins_on, ends_before = span
        asked = Lock(school_id=school_id, statement_id=statement_id, begins_on=begins_on, ends_before=ends_before)
        answer = await self.roll.post("/v1/locks", district_id=district_id, body=asked.model_dump_json().encode())
        place, status = (district_id, statement_id, school_id), answer.status_code
        if status not in (httpx.codes.OK, httpx.codes.CREATED):
            if self._refused.get(place) != status:  # it is asked for again, and said once
                log.error("roll refuses a statement's lock", district=district_id, status=status)
            self._refused[place] = status
            return
        self._refused.pop(place, None)
        receipt = LockReceipt.model_validate_json(answer.content)
        async with self.database.bare(district_id) as connection:
            await statement_tables.keep_lock(
                connection, district_id, statement_id, school_id, self.clock(), receipt.sequence,
                bytes.fromhex(receipt.hash),
            )  # fmt: skip

    async def keep_locking(self, districts: tuple[str, ...]) -> None:
        while True:
            for district_id in districts:
                await self.lock(district_id)
            await asyncio.sleep(ROUND_SECONDS)


@asynccontextmanager
async def locking(app: FastAPI) -> AsyncIterator[None]:
    """While the application runs, lock what its districts' statements count."""
    settings: CreditSettings = app.state.settings
    client = ServiceClient(settings.roll_url, settings.token_url, settings.client_id, settings.client_secret)
    app.state.roll = client
    app.state.locker = Locker(app.state.database, client, app.state.clock)
    task = asyncio.create_task(app.state.locker.keep_locking(settings.districts), name="lock statements")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.close()


def _locker(request: Request) -> Locker:
    locker: Locker = request.app.state.locker
    return locker


Locking = Annotated[Locker, Depends(_locker)]
