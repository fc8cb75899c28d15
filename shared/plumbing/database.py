"""Two ways to hold the database, named for what they promise, and a pool of bare connections for the hot paths.

Every transaction names its district first: row-level security shows it that district's rows and no others.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

SERVER_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
NAME_DISTRICT = "SELECT set_config('app.district_id', $1, true)"


class Database:
    """One service's connections: `sessions` for most slices, `pool` for the paths that must be one round trip."""

    def __init__(self, url: str, application: str, *, connections: int = 6, timeout: float = 15) -> None:
        self.url = url
        self.settings = SERVER_SETTINGS | {"application_name": application}
        self.connections = connections
        self.timeout = timeout
        self.engine: AsyncEngine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            pool_size=connections,
            max_overflow=0,
            pool_timeout=2,
            hide_parameters=True,
            connect_args={"timeout": 3, "command_timeout": timeout, "server_settings": self.settings},
        )
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(
            self.url,
            min_size=1,
            max_size=self.connections,
            timeout=3,
            command_timeout=self.timeout,
            server_settings=self.settings,
            reset=_nothing_to_reset,
        )

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
        await self.engine.dispose()

    @property
    def pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        assert self._pool is not None, "the database is opened when the application starts"
        return self._pool

    @asynccontextmanager
    async def transaction(self, district_id: str) -> AsyncIterator[AsyncSession]:
        """One transaction that sees one district. It commits when the block ends, or not at all."""
        async with self.sessions.begin() as session:
            await name_district(session, district_id)
            yield session

    @asynccontextmanager
    async def snapshot(self, district_id: str) -> AsyncIterator[AsyncSession]:
        """A consistent view of one district that the database itself will not let us write through."""
        async with self.sessions.begin() as session:
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            await name_district(session, district_id)
            yield session

    @asynccontextmanager
    async def bare(self, district_id: str, **options: Any) -> AsyncIterator["asyncpg.pool.PoolConnectionProxy[Any]"]:
        """A transaction on a bare asyncpg connection, for bulk and hot paths. `options` as asyncpg's transaction."""
        async with self.pool.acquire(timeout=2) as connection, connection.transaction(**options):
            await connection.execute(NAME_DISTRICT, district_id)
            yield connection


async def _nothing_to_reset(_: object) -> None:
    """Nothing is ever set for longer than a transaction, so a returned connection is clean: two round trips saved."""


async def name_district(session: AsyncSession, district_id: str) -> None:
    connection = await session.connection()
    await connection.execute(text("SELECT set_config('app.district_id', :d, true)"), {"d": district_id})
