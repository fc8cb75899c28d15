"""A roll behind one address, whose database may be taken from a backup while credit goes on following."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import asyncpg
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.issuer import AUDIENCE, ISSUER
from services.roll.app import create
from services.roll.settings import RollSettings
from tests.postgres import Cluster, Database
from tests.running import running


@dataclass
class RollAddress:
    """Answers as the roll that runs; while none does, 503. The path `away` is answered 503 in any case."""

    jwks_url: str
    url: str = ""
    away: str | None = None
    _held: tuple[str, asyncio.Event] | None = None
    _roll: ASGIApp | None = None
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._held is not None and scope.get("path") == self._held[0]:
            (_, arrived), self._held = self._held, None
            arrived.set()
            while (await receive())["type"] != "http.disconnect":
                pass
        elif scope["type"] != "http" or self._roll is None or scope["path"] == self.away:
            await PlainTextResponse("away", 503)(scope, receive, send)
        else:
            await self._roll(scope, receive, send)

    @classmethod
    @asynccontextmanager
    async def opened(cls, jwks_url: str) -> AsyncIterator["RollAddress"]:
        address = cls(jwks_url)
        async with running(address) as address.url:
            try:
                yield address
            finally:
                await address.stop()

    def hold(self, path: str) -> asyncio.Event:
        """The next request of that path is never answered, and never reaches roll. The event is that it has come."""
        self._held = path, asyncio.Event()
        return self._held[1]

    async def start(self, database: Database) -> None:
        settings = RollSettings(
            database_url=database.app("roll"), issuer=ISSUER, audience=AUDIENCE, jwks_url=self.jwks_url,
            environment="development",
        )  # fmt: skip
        roll = create(settings)
        await self._running.enter_async_context(running(roll))
        self._roll = roll

    async def stop(self) -> None:
        self._roll = None
        await self._running.aclose()

    @asynccontextmanager
    async def backed_up(self, cluster: Cluster, database: Database) -> AsyncIterator[Database]:
        """A copy of the database of the roll that runs, as a backup of it would be restored into another cluster."""
        await self.stop()
        with cluster.copy_of(database) as backup:
            await self.start(database)
            connection = await asyncpg.connect(backup.admin)
            await connection.execute("UPDATE roll.feed_epoch SET system_identifier = system_identifier + 1")
            await connection.close()
            try:
                yield backup
            finally:
                await self.stop()
