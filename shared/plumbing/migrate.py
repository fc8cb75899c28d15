"""Runs a service's Alembic history: one history a service, in the service's own schema, by the role that owns it."""

import asyncio
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

LOCK = 0x726F6C6C  # "roll": of several that migrate at once, one does and the others wait


def upgrade(migrations: Path, url: str, schema: str) -> None:
    """Bring the schema to its newest revision. Safe to run at any time, from any number of processes."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.set_main_option("path_separator", "os")
    config.attributes["url"] = url
    config.attributes["schema"] = schema
    command.upgrade(config, "head")


def run_environment() -> None:
    """What each service's migrations/env.py calls."""
    attributes = context.config.attributes
    asyncio.run(_run(attributes["url"], attributes["schema"]))


async def _run(url: str, schema: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_run_in, schema)
    await engine.dispose()


def _run_in(connection: Connection, schema: str) -> None:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SELECT pg_advisory_lock(:lock, hashtext(:schema))"), {"lock": LOCK, "schema": schema})
    connection.execute(text(f'SET search_path TO "{schema}"'))
    connection.commit()
    context.configure(connection=connection, version_table_schema=schema, version_table="alembic_version")
    with context.begin_transaction():
        context.run_migrations()
