"""Rolls: how many a second over HTTP with everything on, how long one takes at the first bell, what a mark weighs."""

import asyncio
import time
from statistics import median

import asyncpg
from rich.console import Console

from tests.bench.big_schools import STUDENTS, BigSchools
from tests.bench.figure import Figure
from tests.bench.http_load import closed_loop, open_loop
from tests.bench.overload_figures import measure_overload, prove_the_ledger
from tests.bench.system import System, scratch_connection

CLIENTS = 16
ROLLS = 3000
ROUNDS = 3
FIRST_BELL_RATE, FIRST_BELL_SECONDS = 370, 10


async def measure_rolls(system: System, console: Console) -> list[Figure]:
    schools = BigSchools(system)
    with console.status("telling roll of 400 sections"):
        await schools.told()
    await closed_loop(system.roll_port, schools.rolls(400), CLIENTS)  # every section's roster is fixed, caches are warm
    taken = 400
    rolls, validated, bare = [], [], []
    for number in range(ROUNDS):
        with console.status(f"rolls, round {number + 1} of {ROUNDS}"):
            requests = schools.rolls(ROLLS, skip=taken)
            taken += ROLLS
            outcome = await closed_loop(system.roll_port, requests, CLIENTS)
            assert outcome.statuses == {201: ROLLS}, outcome.statuses
            rolls.append(outcome.rate())
            outcome = await closed_loop(system.roll_port, schools.rolls(ROLLS, "/bench"), CLIENTS)
            validated.append(outcome.rate())
            bare.append(await rows_alone(system, number))
    with console.status(f"first bell: {FIRST_BELL_RATE} rolls a second"):
        count = FIRST_BELL_RATE * FIRST_BELL_SECONDS
        bell = await open_loop(system.roll_port, schools.rolls(count, skip=taken), FIRST_BELL_RATE, 64)
        assert set(bell.statuses) <= {201, 503}, bell.statuses
    acknowledged = taken + bell.statuses[201]
    overload, more = await measure_overload(system, schools, console, median(rolls), taken + count)
    acknowledged += more
    with console.status("verifying every stream"):
        proof = await prove_the_ledger(system, acknowledged)
    parts = await kept_by_part(system)
    marks = acknowledged * STUDENTS
    return [
        Figure("rolls of 30 over HTTP / validating only", "rolls/s", median(rolls), median(validated), at_least=0.25),
        Figure("rolls of 30 over HTTP / bare rows", "rolls/s", median(rolls), median(bare), at_least=0.15),
        Figure("first bell, 370 rolls/s: p50", "ms", bell.percentile(0.5) * 1000),
        Figure("first bell, 370 rolls/s: p99", "ms", bell.percentile(0.99) * 1000, at_most=250),
        Figure("first bell, 370 rolls/s: turned away", "rolls", bell.statuses.get(503, 0)),
        *overload,
        *proof,
        Figure("on disk, everything of roll's", "bytes a mark", sum(parts.values()) / marks, at_most=40),
        *(Figure(f"on disk: {name}", "bytes a mark", size / marks) for name, size in parts.items()),
    ]


async def rows_alone(system: System, number: int) -> float:
    """Rolls a second of bare asyncpg writing thirty rows a roll in one statement and transaction, as many at once."""
    table = f"bench_mark_{number}"
    connection = await scratch_connection(system)
    await connection.execute(
        f"CREATE TABLE {table} (student int, day int, period int, code text, PRIMARY KEY (student, day, period))"
    )
    insert = f"INSERT INTO {table} SELECT unnest($1::int[]), $2, $3, unnest($4::text[])"
    codes = ["P"] * STUDENTS
    async with asyncpg.create_pool(system.admin_url, min_size=CLIENTS, max_size=CLIENTS) as pool:
        rolls = iter(range(ROLLS))

        async def one() -> None:
            async with pool.acquire() as own:
                for roll in rolls:
                    first = (roll % 400) * STUDENTS
                    await own.execute(insert, list(range(first, first + STUDENTS)), roll // 400, 1, codes)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(CLIENTS)))
        seconds = time.perf_counter() - began
    await connection.execute(f"DROP TABLE {table}")
    await connection.close()
    return ROLLS / seconds


async def bytes_kept(system: System) -> int:
    return sum((await kept_by_part(system)).values())


async def kept_by_part(system: System) -> dict[str, int]:
    """Bytes of roll's ledger and projection after VACUUM: each table with what it keeps out of line, and each index."""
    connection = await scratch_connection(system)
    await connection.execute("VACUUM")
    parts = await connection.fetch(
        "SELECT c.relname, pg_table_size(c.oid) AS size FROM unnest($1::text[]) name "
        "CROSS JOIN LATERAL (SELECT format('roll.%I', name)::regclass) t (oid) "
        "JOIN pg_class c ON c.oid = t.oid OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = t.oid) "
        "ORDER BY size DESC",
        ["entry", "stream_head", "roll", "roll_change", "section_roster"],
    )
    await connection.close()
    return {row["relname"]: row["size"] for row in parts}
