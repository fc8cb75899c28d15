"""Credit: building a year's sheets, answering ADA, and how long an adjustment takes to show; DuckDB as the yardstick.

The year is generated straight into credit's store, by folding the same entries that roll would have fed. DuckDB sums
the same marks from a Parquet file, two threads, which is all that it does: it has no law, no reasons and no trail.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import duckdb
import httpx
from rich.console import Console
from rich.progress import Progress

from services.credit import tables
from services.credit.build_together import MANY_SCHOOL_DAYS, build_together
from services.credit.build_touched import Builder
from services.credit.lawbook import read_lawbook
from shared.plumbing.database import Database
from tests.bench.figure import Figure
from tests.bench.generated_year import DISTRICT, GeneratedYear
from tests.bench.statement_figures import measure_statements
from tests.bench.system import System, migrate, resident_megabytes, serving

ROUNDS = 3
STATED = 20
"""Statements of larger districts are not measured: one is certified a few times a year."""
SUM = """
    SELECT school, student, six_weeks, count(*) AS membership, sum(absent) AS absent, count(*) - sum(absent) AS eligible
    FROM '{file}' GROUP BY ALL
"""


@dataclass(frozen=True)
class Built:
    """Seconds to build everything: facts read as well, facts in memory, facts in memory with no sheet changed, and by
    two processes of which one starts with nothing in memory (0 where there is too little for two)."""

    cold: float
    warm: float
    again: float
    one_day: float
    by_two: float


async def measure_credit(system: System, console: Console, schools: int) -> list[Figure]:
    """Figures for so many schools of a thousand students each, for 180 days."""
    year = GeneratedYear(schools=schools)
    await asyncio.to_thread(migrate, system, "credit")
    database = Database(system.login("credit_app"), "rollbook-bench", connections=3, timeout=120)
    await database.open()
    try:
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task(f"folding a year of {year.students:,} students", total=schools)
            folding = await year.fold_into(database, lambda folded: progress.update(task, completed=folded))
        built = await build(database, console)
    finally:
        await database.close()
    with console.status(f"DuckDB sums {year.student_days:,} marks"):
        file = await asyncio.to_thread(year.write_parquet, system.directory / "marks.parquet")
        duck = median([await asyncio.to_thread(sum_marks, file) for _ in range(ROUNDS)])
    with console.status(f"asking for ADA of {year.students:,} students over HTTP"):
        answered = await ada_over_http(system, year)
    stated: Sequence[Figure] = ()
    if schools <= STATED:
        with console.status("certifying and comparing"):
            stated = await measure_statements(system, year)
    days = year.student_days
    return [
        Figure("rolls folded from the feed", "rolls/s", year.rolls / folding),
        Figure("full build of a year, one core", "student-days/s", days / built.warm, at_least=2_000_000, steady=True),
        Figure("the same with the facts read first", "student-days/s", days / built.cold),
        Figure("the same when no sheet has changed", "student-days/s", days / built.again),
        *([Figure("the same by two builders", "student-days/s", days / built.by_two)] if built.by_two else []),
        Figure("full build / DuckDB summing the marks", "s", built.warm, duck, at_most=15),
        Figure("ADA of the district over HTTP / DuckDB", "s", answered.counted, duck, at_most=3, steady=True),
        Figure("ADA of the district asked again over HTTP", "ms", answered.again * 1000),
        Figure("a school-day touched until ADA shows it", "ms", answered.touched * 1000, at_most=300),
        Figure("one touched school-day built", "ms", built.one_day * 1000, steady=True),
        Figure("ADA of the district over HTTP, after a start", "s", answered.first),
        Figure("memory of the credit that answers", "MB", answered.memory),
        *stated,
    ]


async def build(database: Database, console: Console) -> Built:
    builder = Builder(database, DISTRICT, read_lawbook())
    cold = await shown(console, "building, facts read first", database, builder.build_everything_touched)
    warm: list[float] = []
    again: list[float] = []
    for _ in range(ROUNDS):
        for rounds, changed in ((warm, True), (again, False)):
            await touch_all(database, changed=changed)
            rounds.append(await shown(console, "building", database, builder.build_everything_touched))
    school_days = await touch_all(database, changed=True)
    by_two = 0.0
    if school_days >= MANY_SCHOOL_DAYS:  # as credit itself would: the other process starts, and reads its facts
        by_two = await shown(console, "two build", database, lambda: build_together(builder, 2))
    else:
        await builder.build_everything_touched()
    return Built(cold, median(warm), median(again), await timed(lambda: build_a_day(database, builder)), by_two)


async def touch_all(database: Database, *, changed: bool) -> int:
    """Every school-day is to be built again; `changed`: its sheet is not there, so that all are written."""
    async with database.bare(DISTRICT) as connection:
        if changed:
            await connection.execute("DELETE FROM sheet WHERE district_id = $1", DISTRICT)
        await tables.touch(connection, DISTRICT, None, [(date.min, date.max)])
        return sum((await tables.schools_waiting(connection, DISTRICT)).values())


async def shown(console: Console, what: str, database: Database, work: Callable[[], Awaitable[object]]) -> float:
    """Seconds of the work, while the school-days that still wait are counted and shown."""
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)

        async def look() -> None:
            total = 0
            while True:
                async with database.bare(DISTRICT, readonly=True) as connection:
                    waiting = sum((await tables.schools_waiting(connection, DISTRICT)).values())
                total = max(total, waiting)
                progress.update(task, total=total, completed=total - waiting)
                await asyncio.sleep(5)

        looking = asyncio.create_task(look())
        try:
            return await timed(work)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


async def build_a_day(database: Database, builder: Builder) -> int:
    async with database.bare(DISTRICT) as connection:
        await tables.touch_days(connection, DISTRICT, "s0", [GeneratedYear.days()[90]])
    return await builder.build_everything_touched()


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def sum_marks(file: Path) -> float:
    """Seconds that DuckDB takes to sum the marks by student and six-weeks, which is what sheets are for."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        began = time.perf_counter()
        rows = connection.execute(SUM.format(file=file)).fetchall()
        seconds = time.perf_counter() - began
    assert rows, "there are marks to sum"
    return seconds


@dataclass(frozen=True)
class Answered:
    """Seconds for the district's ADA: the first question, counted anew, asked again, and from a touched school-day
    until it shows. `memory`: what the answering process holds then, in MB."""

    first: float
    counted: float
    again: float
    touched: float
    memory: float


async def ada_over_http(system: System, year: GeneratedYear) -> Answered:
    """Medians, from a credit that has answered before; its figures are the marks'."""
    token = system.issuer.mint(role="district_office", subject="office", districts=[DISTRICT])
    database = Database(system.login("credit_app"), "rollbook-bench", connections=3, timeout=120)
    await database.open()
    builder = Builder(database, DISTRICT, read_lawbook())
    async with (
        serving(system, "services.credit serve", "credit") as port,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=600
        ) as http,
    ):

        async def ask(through: date) -> httpx.Response:
            answer = await http.get("/v1/ada", params={"school_year": 2026, "through": str(through)})
            return answer.raise_for_status()

        async def touch_and_ask() -> None:
            await build_a_day(database, builder)
            await ask(year.days()[-1])

        first = await timed(lambda: ask(year.days()[0]))
        await build_a_day(database, builder)
        days = year.days()[-2 * ROUNDS :]
        counted = [await timed(partial(ask, day)) for day in days]
        again = [await timed(lambda: ask(year.days()[-1])) for _ in range(ROUNDS)]
        touched = [await timed(touch_and_ask) for _ in range(ROUNDS)]
        answer = await ask(year.days()[-1])
        memory = resident_megabytes(system.processes["credit"])
    await database.close()
    rows = [row for row in answer.json()["rows"] if row["school_id"] is not None]
    assert sum(int(row["totals"]["absent_days"]) for row in rows) == year.absences, "ADA is that of the marks"
    return Answered(first, median(counted), median(again), median(touched), memory)
