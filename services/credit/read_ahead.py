"""After a start, the districts' schools are read into memory one by one, so that no question waits for them all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import structlog
from fastapi import FastAPI

from services.credit.settings import CreditSettings
from services.credit.sheet_library import library_of

log = structlog.get_logger()


@asynccontextmanager
async def reading_ahead(app: FastAPI) -> AsyncIterator[None]:
    task = asyncio.create_task(_read_ahead(app), name="read ahead")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _read_ahead(app: FastAPI) -> None:
    settings: CreditSettings = app.state.settings
    for district_id in settings.districts:
        try:
            await library_of(app).read_ahead(district_id)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as trouble:
            log.warning("nothing was read ahead", district=district_id, failure=type(trouble).__name__)
