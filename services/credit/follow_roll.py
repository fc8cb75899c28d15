"""Follow roll's streams: pull, verify, fold, build. One process of a district's does it; the others stand by.

A page is folded in one transaction together with the place that it reaches, under a lock of the district, and only if
it continues what is there. So a process may be killed anywhere, and two that believe themselves alone do no harm.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import structlog
from fastapi import FastAPI

from services.credit import stream_tables, tables
from services.credit.build_together import build_together
from services.credit.build_touched import Builder, touch_where_law_changed
from services.credit.feed import BrokenStream, Followed, verified
from services.credit.fold_entries import Fold
from services.credit.lawbook import read_lawbook
from services.credit.read_school import SchoolShelf
from services.credit.settings import CreditSettings
from shared.plumbing.client import ServiceClient
from shared.plumbing.database import Database
from shared.plumbing.problems import where_it_failed
from shared.schema.entries import FeedPage, StreamHead, StreamHeads

log = structlog.get_logger()
PAGE = 500
PAGES_BEFORE_BUILDING = 20
WAIT_SECONDS = 15
STAND_BY_SECONDS = 2
LEAD = "SELECT pg_try_advisory_lock(hashtextextended('credit follows ' || $1, 0))"


class RollAway(Exception):
    """Roll did not answer, or not as agreed; it is asked again."""


@asynccontextmanager
async def following(app: FastAPI) -> AsyncIterator[None]:
    """While the application runs, follow the districts that the settings name."""
    settings: CreditSettings = app.state.settings
    client = ServiceClient(settings.roll_url, settings.token_url, settings.client_id, settings.client_secret)
    tasks = [
        asyncio.create_task(
            Follower(app.state.database, client, district_id, settings.builders, app.state.shelf).run(),
            name=f"follow {district_id}",
        )
        for district_id in settings.districts
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()


class Follower:
    """Follows one district."""

    def __init__(
        self, database: Database, client: ServiceClient, district_id: str, builders: int, shelf: SchoolShelf
    ) -> None:
        self.database, self.client, self.district_id, self.builders = database, client, district_id, builders
        self.builder = Builder(database, district_id, read_lawbook(), shelf=shelf)
        self._ahead: tuple[Followed, asyncio.Task[httpx.Response]] | None = None

    async def run(self) -> None:
        """For ever. Whatever fails is logged and tried again; nothing that was not committed is remembered."""
        while True:
            try:
                await self._lead()
            except asyncio.CancelledError:
                raise
            except (RollAway, httpx.HTTPError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as trouble:
                log.warning("cannot follow roll", district=self.district_id, failure=type(trouble).__name__)
            except Exception as fault:
                failure, where = type(fault).__name__, where_it_failed(fault)
                log.error("following roll failed", district=self.district_id, failure=failure, where=where)
            await asyncio.sleep(STAND_BY_SECONDS)

    async def _lead(self) -> None:
        """Follow for as long as we hold the district's lock; return when another process has it."""
        connection = await asyncpg.connect(self.database.url, timeout=3)
        try:
            if not await connection.fetchval(LEAD, self.district_id):
                return
            await touch_where_law_changed(self.database, self.district_id, self.builder.lawbook)
            heads = await self._heads(reached=None)
            while not connection.is_closed():
                await self.catch_up(heads)
                heads = await self._heads(reached=heads.reached)
        finally:
            await self._ask_no_further()
            await connection.close(timeout=2)

    async def _heads(self, reached: int | None) -> StreamHeads:
        waiting = {} if reached is None else {"reached": reached, "wait": WAIT_SECONDS}
        answer = await self._get("/v1/streams", waiting, WAIT_SECONDS if waiting else 0)
        return StreamHeads.model_validate_json(answer)

    async def _get(self, path: str, params: dict[str, Any], wait: float = 0) -> bytes:
        answer = await self.client.get(path, district_id=self.district_id, params=params, wait=wait)
        if answer.status_code != httpx.codes.OK:
            raise RollAway(f"roll answered {answer.status_code}")
        return answer.content

    async def catch_up(self, heads: StreamHeads) -> None:
        """Fold what is new in every stream, building on the way, until nothing is left to fold or to build."""
        async with self.database.bare(self.district_id, readonly=True) as connection:
            known = await stream_tables.followed_streams(connection, self.district_id)
        if unheard := {head.stream: head.head for head in heads.streams if head.stream not in known}:
            async with self.database.bare(self.district_id) as connection:  # all of them, before the first page
                await stream_tables.note_unheard(connection, self.district_id, unheard)
        pages = 0
        for head in heads.streams:
            at = stood = known.get(head.stream, Followed(head.stream))
            while at.alarm is None and (at.sequence < head.head or at.epoch not in (None, heads.epoch)):
                at = await self._follow_page(at, heads)
                pages += 1
                if pages % PAGES_BEFORE_BUILDING == 0:
                    await build_together(self.builder, self.builders)
            # A page may reach past a head that was read before it, so only a place that stood still can diverge.
            if at is stood and at.alarm is None and _diverges(at, head):
                await self._stop(at, heads, "the stream's head is another than the one that was followed")
        await build_together(self.builder, self.builders)
        if stopped := {head.stream: head.head for head in heads.streams if _stands(known.get(head.stream), head)}:
            async with self.database.bare(self.district_id) as connection:
                await stream_tables.note_heads(connection, self.district_id, stopped)
        there = {head.stream for head in heads.streams}
        if gone := [name for name, at in known.items() if at.epoch is None and name not in there]:
            async with self.database.bare(self.district_id) as connection:
                await stream_tables.forget_streams(connection, self.district_id, gone)

    async def _follow_page(self, at: Followed, heads: StreamHeads) -> Followed:
        """One page further; or stopped where it was, with an alarm, if the page does not continue what we have."""
        answer = await self._asked(at)
        if answer.status_code == httpx.codes.GONE:
            return await self._stop(at, heads, "roll's database was restored: follow the district anew")
        if answer.status_code in (httpx.codes.BAD_REQUEST, httpx.codes.CONFLICT):
            return await self._stop(at, heads, f"roll refused our place in the stream ({answer.status_code})")
        if answer.status_code != httpx.codes.OK:
            raise RollAway(f"roll answered {answer.status_code}")
        page = FeedPage.model_validate_json(answer.content)
        try:
            then, entries = verified(self.district_id, at, page)
            if not entries:
                raise RollAway("an empty page where the head is further")
            if then.sequence < then.head:
                self._ahead = then, asyncio.create_task(self._ask(then))  # roll reads while we fold
            async with self.database.bare(self.district_id) as connection:
                await self._take_turn(connection, at)
                await Fold(connection, self.district_id, at.stream).fold(entries)
                await stream_tables.keep_followed(connection, self.district_id, then)
                await stream_tables.keep_built(connection, self.district_id)
        except BrokenStream as broken:
            return await self._stop(at, heads, str(broken))
        return then

    async def _take_turn(self, connection: Any, at: Followed) -> None:
        """Nobody else writes until the transaction ends, and the stream still stands where we believe it does."""
        await tables.lock_district(connection, self.district_id)
        standing = (await stream_tables.followed_streams(connection, self.district_id)).get(
            at.stream, Followed(at.stream)
        )
        if (standing.sequence, standing.hash) != (at.sequence, at.hash):
            raise RollAway("another process has followed this stream meanwhile, or it is followed anew")

    async def _ask(self, at: Followed) -> httpx.Response:
        params = {"limit": PAGE} | ({} if at.after is None else {"after": at.after})
        return await self.client.get(f"/v1/streams/{at.stream}/entries", district_id=self.district_id, params=params)

    async def _asked(self, at: Followed) -> httpx.Response:
        """The page after `at`: the one that was asked for ahead, if it is that."""
        if self._ahead is not None and self._ahead[0] == at:
            (_, page), self._ahead = self._ahead, None
            return await page
        await self._ask_no_further()
        return await self._ask(at)

    async def _ask_no_further(self) -> None:
        if self._ahead is not None:
            (_, page), self._ahead = self._ahead, None
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)

    async def _stop(self, at: Followed, heads: StreamHeads, alarm: str) -> Followed:
        log.error("stream stopped", district=self.district_id, stream=at.stream, sequence=at.sequence, alarm=alarm)
        head = next((one.head for one in heads.streams if one.stream == at.stream), at.head)
        stopped = replace(at, alarm=alarm, head=max(at.head, head))
        async with self.database.bare(self.district_id) as connection:
            await self._take_turn(connection, at)
            await stream_tables.raise_alarm(connection, self.district_id, stopped, heads.epoch)
        return stopped


def _stands(at: Followed | None, head: StreamHead) -> bool:
    """Whether a stream stopped earlier, while roll has gone on since we last noted its head."""
    return at is not None and at.alarm is not None and at.head < head.head


def _diverges(at: Followed, head: StreamHead) -> bool:
    """Whether roll's head is behind us, or differs from ours at the same place."""
    return head.head < at.sequence or (head.head == at.sequence and head.hash != at.hash.hex())
