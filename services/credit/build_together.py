"""Build what was touched in several processes, where there is much of it: schools are built independently.

The processes share nothing but the database. Each builds the schools that no other is building, from a starting point
of its own, until none is left; so one may die, and one more may be started by hand on another machine.
"""

import asyncio
import os
import sys
from pathlib import Path

from services.credit import tables
from services.credit.build_touched import Builder

CHECKOUT = Path(__file__).parents[2]
MANY_SCHOOL_DAYS = 10_000
"""Fewer are built sooner than another process has started."""


async def build_together(builder: Builder, processes: int) -> int:
    """The number of school-days that this process built; when it returns, the others have built theirs."""
    async with builder.database.bare(builder.district_id, readonly=True) as connection:
        waiting = sum((await tables.schools_waiting(connection, builder.district_id)).values())
    helping = [
        await _started(builder, number / processes)
        for number in range(1, processes if waiting >= MANY_SCHOOL_DAYS else 1)
    ]
    try:
        built = await builder.build_everything_touched()
        await asyncio.gather(*(process.wait() for process in helping))
    finally:
        for process in helping:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return built + (await builder.build_everything_touched() if helping else 0)


async def _started(builder: Builder, start_at: float) -> asyncio.subprocess.Process:
    command = [sys.executable, "-m", "services.credit", "build"]
    return await asyncio.create_subprocess_exec(
        *command, "--district", builder.district_id, "--start-at", str(start_at), cwd=CHECKOUT,
        env=os.environ | {"CREDIT_DATABASE_URL": builder.database.url}, stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
