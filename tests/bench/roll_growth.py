"""Rolls as the ledger grows: the same load over HTTP on a ledger of so many rolls, and on one ten times as long.

The ledger is grown through the service's own desk, without HTTP: entries, hashes and projections are the real ones.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from statistics import median
from uuid import uuid4

import asyncpg
from rich.console import Console
from rich.progress import Progress

from services.roll.ledger import canonical
from services.roll.marking import Marks
from services.roll.roll_desk import RollDesk
from shared.schema.entries import RollTaken
from tests.bench.big_schools import DAYS, DISTRICT, PERIODS, STUDENTS, BigSchools
from tests.bench.curve import Curve, Point
from tests.bench.http_load import closed_loop
from tests.bench.overload_figures import prove_the_ledger
from tests.bench.roll_figures import CLIENTS, ROLLS, ROUNDS, bytes_kept
from tests.bench.system import System, scratch_connection

AT_ONCE = 64
SECTIONS = 400
LONG_AGO, TODAY = date(2000, 1, 3), date.fromisoformat(DAYS[0])
TAKEN_AT = datetime(2025, 6, 1, tzinfo=UTC)


async def measure_roll_growth(system: System, console: Console, sizes: Sequence[int]) -> list[Curve]:
    """`sizes`: rolls that the ledger has when the load begins, ascending."""
    schools = BigSchools(system)
    await schools.told()
    await closed_loop(system.roll_port, schools.rolls(SECTIONS), CLIENTS)  # every section's roster is fixed
    taken, rates, weights = SECTIONS, [], []
    earlier = past_rolls(schools)
    for size in sizes:
        with Progress(console=console, transient=True) as progress:
            await grow(system, islice(earlier, size - await rolls_kept(system)), size, progress)
        rounds = []
        for _ in range(ROUNDS):
            outcome = await closed_loop(system.roll_port, schools.rolls(ROLLS, skip=taken), CLIENTS)
            assert outcome.statuses == {201: ROLLS}, outcome.statuses
            taken += ROLLS
            validated = await closed_loop(system.roll_port, schools.rolls(ROLLS, "/bench"), CLIENTS)
            rounds.append(outcome.rate() / validated.rate())
        kept = await rolls_kept(system)
        rates.append(Point(kept, median(rounds)))
        await prove_the_ledger(system, kept)
        weights.append(Point(kept, await bytes_kept(system) / (kept * STUDENTS)))
    return [
        Curve("rolls over HTTP / validating only", "ratio", "rolls in the ledger", tuple(rates)),
        Curve("on disk", "bytes a mark", "rolls in the ledger", tuple(weights)),
    ]


async def grow(system: System, rolls: Iterator[RollTaken], size: int, progress: Progress) -> None:
    """Record the rolls as the desk does for whoever asks at once."""
    task = progress.add_task(f"a ledger of {size:,} rolls", total=size)
    async with (
        asyncpg.create_pool(system.login("roll_app"), min_size=2, max_size=4) as pool,
        RollDesk.opened(pool) as desk,
    ):

        async def record(entry: RollTaken) -> None:
            today = await desk.find_known(DISTRICT, entry.section_id, TODAY, entry.period_id, entry.by, fresh=False)
            then = replace(today, place=replace(today.place, on=entry.on))
            body = canonical(entry)
            outcome, _ = await desk.take_first(then, entry, None, body, uuid4(), sha256(body).digest())
            assert outcome == "recorded", outcome

        while group := list(islice(rolls, AT_ONCE)):
            await asyncio.gather(*map(record, group))
            progress.advance(task, len(group))


def past_rolls(schools: BigSchools) -> Iterator[RollTaken]:
    """Rolls of the same sections, a school day after the other, from long before the bench's own days."""
    for number in range(20 * 365):
        day = LONG_AGO + timedelta(number)
        for period in PERIODS:
            for _, section in schools.places():
                marked = Marks.of(["A" if (number + n) % 17 == 0 else "P" for n in range(STUDENTS)])
                yield RollTaken(
                    at=TAKEN_AT, by=f"t-{section}", role="teacher", section_id=section, on=day, period_id=period,
                    version=1, roster=1, codes=marked.codes, marks=marked.digits,
                )  # fmt: skip


async def rolls_kept(system: System) -> int:
    connection = await scratch_connection(system)
    kept: int = await connection.fetchval("SELECT count(*) FROM roll.roll")
    await connection.close()
    return kept
