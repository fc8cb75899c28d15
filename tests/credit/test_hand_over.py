"""Of two workers one follows; when it dies the other, or its successor, takes over, and nothing is lost."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.issuer import Issuer
from tests.credit.cedar_high import MONDAY, TUESDAY, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.serving import followed_something, served
from tests.postgres import Database
from tests.running import a_free_port


async def test_when_the_worker_that_follows_dies_another_takes_over(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf, both_databases: Database
) -> None:
    district_id = f"district-{uuid4().hex[:8]}"
    settings = credit_settings(district_id).model_copy(update={"port": a_free_port(), "workers": 2})
    url = f"http://127.0.0.1:{settings.port}"
    async with CedarHigh.beside(url, followed_roll, issuer, district_id) as cedar, served(settings) as supervisor:
        await followed_something(cedar, supervisor)
        await cedar.take_roll("algebra", MONDAY)
        await cedar.caught_up(60)
        first = await the_leader(both_databases, district_id)
        workers = children_of(supervisor.pid)

        os.kill(process_behind(first, workers), signal.SIGKILL)
        await cedar.take_roll("algebra", TUESDAY)
        await patiently_caught_up(cedar)
        second = await the_leader(both_databases, district_id)

        assert len(workers) >= 2
        assert second != first
        (why,) = (await cedar.ask(f"/v1/students/ana/days/{TUESDAY}/why")).json()
        assert why["totals"]["eligible_days"] == "1"


async def patiently_caught_up(cedar: CedarHigh) -> None:
    """A connection to the worker that was killed breaks: ask again."""
    async with asyncio.timeout(60):
        while True:
            with suppress(OSError, Exception):
                await cedar.caught_up(30)
                return
            await asyncio.sleep(0.2)


async def the_leader(database: Database, district_id: str) -> int:
    """The local port of the connection that holds the district's lock."""
    connection = await asyncpg.connect(database.admin)
    try:
        async with asyncio.timeout(30):
            while True:
                port = await connection.fetchval(
                    "SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                    "WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.database = a.datid "
                    "AND (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('credit follows ' || $1, 0)",
                    district_id,
                )
                if port is not None:
                    return int(port)
                await asyncio.sleep(0.05)
    finally:
        await connection.close()


def children_of(parent: int) -> list[int]:
    def parent_of(process: Path) -> int:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])

    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if process.name.isdigit() and parent_of(process) == parent:
                found.append(int(process.name))
    return found


def process_behind(port: int, among: list[int]) -> int:
    """Which of the processes has the socket of that local port."""
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {f"socket:[{words[9]}]" for words in sockets if int(words[1].rsplit(":", 1)[1], 16) == port}
    for process in among:
        for open_file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                if os.readlink(open_file) in inodes:
                    return process
    raise AssertionError(f"none of {among} has port {port}")
