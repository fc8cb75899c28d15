"""Migration 0090: the days of schools whose roll is taken once or twice a day are built again, in every district."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.credit import app
from tests.postgres import Cluster

REVISION = Path(app.__file__).parent / "migrations/versions/0090_half_days_built_again.py"


def upgrade(connection: Connection) -> None:
    spec = spec_from_file_location("revision", REVISION)
    assert spec is not None
    assert spec.loader is not None
    revision: Any = module_from_spec(spec)
    spec.loader.exec_module(revision)
    with Operations.context(MigrationContext.configure(connection)):
        revision.upgrade()


async def test_days_of_daily_schools_are_built_again_in_every_district_and_the_owner_stays_bound(
    cluster: Cluster,
) -> None:
    with cluster.database("credit") as database:
        admin = await asyncpg.connect(database.admin)
        for district, mode in (("one", "daily"), ("two", "twice_daily"), ("three", "every_period")):
            for collection, key, row in (
                ("schools", "oak", {"roll_mode": mode}), ("calendar_days", "main 2026-03-09", {"on": "2026-03-09"}),
            ):  # fmt: skip
                await admin.execute(
                    "INSERT INTO credit.fact VALUES ($1, 'oak', $2, $3, $4::text::jsonb)", district, collection, key,
                    str(row).replace("'", '"'),
                )  # fmt: skip
        engine = create_async_engine(database.owner("credit").replace("postgresql://", "postgresql+asyncpg://", 1))
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        async with engine.connect() as connection:
            seen = await connection.exec_driver_sql("SELECT count(*) FROM credit.touched")
            assert seen.scalar() == 0  # of no district that it has not named
        await engine.dispose()

        touched = await admin.fetch("SELECT district_id FROM credit.touched ORDER BY 1")
        await admin.close()

    assert [row["district_id"] for row in touched] == ["one", "two"]
