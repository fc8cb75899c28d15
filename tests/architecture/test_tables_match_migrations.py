"""What tables.py declares is what the migrations make."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from services.program import tables as program_tables
from services.roll import office_tables as roll_office_tables
from tests.postgres import Cluster, Database

DECLARED = {
    "roll": roll_office_tables.ApprovalRow.metadata,
    "program": program_tables.SelectionRow.metadata,
}


@pytest.fixture(scope="module")
def migrated(cluster: Cluster) -> Iterator[Database]:
    with cluster.database(*DECLARED) as database:
        yield database


@pytest.mark.parametrize("service", DECLARED)
async def test_tables_match_migrations(migrated: Database, service: str) -> None:
    engine = create_async_engine(
        migrated.owner(service).replace("postgresql://", "postgresql+asyncpg://", 1),
        connect_args={"server_settings": {"search_path": "pg_catalog"}},  # so that no schema is the default one
    )
    async with engine.connect() as connection:
        differences = await connection.run_sync(_differences, service, DECLARED[service])
    await engine.dispose()

    assert differences == []


async def test_every_table_of_roll_is_declared(migrated: Database) -> None:
    """Except which revision the schema has, and which database this is: no row of ours is in them."""
    engine = create_async_engine(migrated.owner("roll").replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        there = await connection.run_sync(lambda it: set(inspect(it).get_table_names(schema="roll")))
    await engine.dispose()

    declared = {table.name for table in DECLARED["roll"].tables.values() if table.schema == "roll"}
    assert there == declared | {"alembic_version", "feed_epoch"}


def _differences(connection: Connection, service: str, declared: MetaData) -> list[object]:
    tables = {table.name for table in declared.tables.values() if table.schema == service}
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == service,
            "include_object": lambda _, name, kind, *__: kind == "column" or (kind == "table" and name in tables),
            "compare_type": True,
            "version_table_schema": service,
        },
    )
    wanted = MetaData()
    for table in declared.tables.values():
        if table.schema == service:
            table.to_metadata(wanted)
    return list(compare_metadata(context, wanted))
