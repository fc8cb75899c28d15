"""What somebody with an administrator's login could do to a ledger: disable its triggers, and write."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from deploy.places import CHECKOUT
from shared.schema.chain import GENESIS, link
from tests.postgres import Database

STREAM = "school.lincoln"
ENTRIES = "SELECT sequence, hash, body FROM roll.entry WHERE district_id = $1 AND stream = $2 ORDER BY sequence"
SET_BODY = "UPDATE roll.entry SET body = $4 WHERE district_id = $1 AND stream = $2 AND sequence = $3"
SET_HASH = "UPDATE roll.entry SET hash = $4 WHERE district_id = $1 AND stream = $2 AND sequence = $3"
DELETE = "DELETE FROM roll.entry WHERE district_id = $1 AND stream = $2 AND sequence = $3"
SET_HEAD = "UPDATE roll.stream_head SET sequence = $3, hash = $4 WHERE district_id = $1 AND stream = $2"


@asynccontextmanager
async def as_administrator(database: Database) -> AsyncIterator[Any]:
    """A connection to which the ledger is a table like any other."""
    connection = await asyncpg.connect(database.admin)
    try:
        guards = await connection.fetch(
            "SELECT tgrelid::regclass::text AS place, tgname FROM pg_trigger WHERE NOT tgisinternal "
            "AND tgrelid IN ('roll.entry'::regclass, 'roll.stream_head'::regclass)"
        )
        for guard in guards:
            await connection.execute(f"ALTER TABLE {guard['place']} DISABLE TRIGGER {guard['tgname']}")
        yield connection
        for guard in guards:
            await connection.execute(f"ALTER TABLE {guard['place']} ENABLE ALWAYS TRIGGER {guard['tgname']}")
    finally:
        await connection.close()


async def rehash(connection: Any, district_id: str) -> None:
    """Make the chain follow again from whatever the bodies now say, to the head."""
    hash_ = GENESIS
    rows = await connection.fetch(ENTRIES, district_id, STREAM)
    for row in rows:
        hash_ = link(district_id, STREAM, row["sequence"], hash_, bytes(row["body"]))
        await connection.execute(SET_HASH, district_id, STREAM, row["sequence"], hash_)
    await connection.execute(SET_HEAD, district_id, STREAM, rows[-1]["sequence"], hash_)


def run(database: Database, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`python -m services.roll ...` as an operator runs it."""
    return subprocess.run(
        [sys.executable, "-m", "services.roll", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"ROLL_DATABASE_URL": database.app("roll"), "COLUMNS": "200"} | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
