"""Months of rolls are gathered for whoever builds them, and never say anything but what the rolls say."""

import importlib
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.credit.build_touched import Builder
from services.credit.fold_entries import Fold
from services.credit.follow_anew import follow_anew
from services.credit.lawbook import read_lawbook
from services.credit.rebuild import rebuild
from services.credit.roll_months import StoredRun, gathered, runs_of
from shared.plumbing import database as plumbing
from shared.schema.entries import Entry, MarkAdjusted, RollTaken
from tests.bench.generated_year import DISTRICT, SAID, GeneratedYear
from tests.postgres import Cluster, Database

YEAR = GeneratedYear(schools=1)
OCTOBER = date(2025, 10, 15)
MONTHS = len({(on.year, on.month) for on in YEAR.days()})
FIRST = date(2026, 1, 20)
SIZES = {"algebra": 3, "chess": 0, "drama": 1}


@pytest.fixture(scope="module")
async def store(cluster: Cluster) -> AsyncIterator[tuple[plumbing.Database, Database]]:
    """A generated year of one school, followed and built."""
    with cluster.database("credit") as fresh:
        database = plumbing.Database(fresh.app("credit"), "rollbook-credit-test", connections=3, timeout=60)
        await database.open()
        await YEAR.fold_into(database)
        await Builder(database, DISTRICT, read_lawbook()).build_everything_touched()
        yield database, fresh
        await database.close()


async def months(database: plumbing.Database) -> int:
    async with database.bare(DISTRICT, readonly=True) as connection:
        return int(await connection.fetchval("SELECT count(*) FROM roll_month"))


async def told(database: plumbing.Database, entry: Entry) -> None:
    """Folded, and what it touches built."""
    async with database.bare(DISTRICT) as connection:
        await Fold(connection, DISTRICT, "school.s0").fold([entry])
    assert await Builder(database, DISTRICT, read_lawbook()).build_everything_touched() == 1


async def test_a_year_is_the_same_from_months_as_from_its_rolls(store: tuple[plumbing.Database, Database]) -> None:
    database, _ = store
    from_rolls_first = await rebuild(database, DISTRICT)
    kept = await months(database)
    async with database.bare(DISTRICT) as connection:
        await connection.execute("DELETE FROM roll_month")
    gathered_again = await rebuild(database, DISTRICT)

    assert kept == await months(database) == MONTHS
    assert (from_rolls_first.differing, gathered_again.differing) == ((), ())
    assert from_rolls_first.digest == gathered_again.digest
    assert from_rolls_first.student_days == YEAR.student_days


async def test_a_roll_that_changes_takes_its_month_away_and_no_other(store: tuple[plumbing.Database, Database]) -> None:
    database, _ = store
    await rebuild(database, DISTRICT)
    here: dict[str, Any] = {"section_id": "s0-2-0", "on": OCTOBER, "period_id": "02"}
    await told(database, RollTaken(**SAID, **here, version=2, roster=1, codes=("P", "A"), marks="1" * 30))
    after_the_roll = await months(database)
    amended = await rebuild(database, DISTRICT)
    await told(database, MarkAdjusted(**SAID, **here, version=3, student_id="s0-3", was="A", code="P", reason="r",
                                      authority="a", document="d"))  # fmt: skip
    after_the_adjustment = await months(database)
    adjusted = await rebuild(database, DISTRICT)

    assert after_the_roll == after_the_adjustment == MONTHS - 1
    assert (amended.differing, adjusted.differing) == ((), ())
    assert amended.digest != adjusted.digest


async def test_a_database_of_before_the_months_is_upgraded_and_says_the_same(
    store: tuple[plumbing.Database, Database],
) -> None:
    database, fresh = store
    before = await rebuild(database, DISTRICT)
    engine = create_async_engine(
        fresh.owner("credit").replace("postgresql://", "postgresql+asyncpg://", 1),
        connect_args={"server_settings": {"search_path": "credit"}},
    )
    async with engine.begin() as owner:
        await owner.execute(text("DROP TABLE roll_month"))
        await owner.run_sync(_upgraded)
    await engine.dispose()
    after = await rebuild(database, DISTRICT)

    assert after.differing == ()
    assert after.digest == before.digest
    assert await months(database) == MONTHS


def _upgraded(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        importlib.import_module("services.credit.migrations.versions.0110_roll_month").upgrade()


async def test_months_are_set_aside_when_a_district_is_followed_anew(
    store: tuple[plumbing.Database, Database],
) -> None:
    database, _ = store
    async with database.bare(DISTRICT) as connection:
        await connection.execute(
            "INSERT INTO stream_cursor (district_id, stream, epoch, sequence, hash, head) "
            "VALUES ($1, 'school.s0', gen_random_uuid(), 7, decode(repeat('00', 32), 'hex'), 7)",
            DISTRICT,
        )

    assert await follow_anew(database, DISTRICT, "J. Okoro", "the disk died") == 1
    assert await months(database) == 0


@st.composite
def stored_runs(draw: st.DrawFn) -> list[StoredRun]:
    """Rolls of some sections over two months, in any order, a mark adjusted here and there."""
    runs = []
    for (section, size), roster, codes in draw(
        st.lists(
            st.tuples(st.sampled_from(sorted(SIZES.items())), st.integers(1, 2), st.sampled_from(("P A", "P A T"))),
            unique=True,
        )
    ):
        days = draw(st.lists(st.integers(0, 25), min_size=1, unique=True))
        marks = [draw(st.text("01", min_size=size, max_size=size)) for _ in days]
        adjusted = [draw(st.lists(st.integers(0, size - 1), unique=True)) if size else [] for _ in days]
        runs.append(
            StoredRun(
                "01", section, roster, codes, [FIRST.toordinal() + day for day in days], "".join(marks),
                "".join(",".join(map(str, sorted(places))) + ";" for places in adjusted),
            )
        )  # fmt: skip
    return runs


@given(stored_runs(), st.lists(st.integers(0, 25), unique=True, min_size=1), st.sets(st.sampled_from(sorted(SIZES))))
def test_gathered_or_not_the_same_rolls_are_taken(runs: list[StoredRun], asked: list[int], sections: set[str]) -> None:
    days = [FIRST + timedelta(days=day) for day in sorted(asked)]
    slots = [(section, "01") for section in sorted(sections)]
    single = [
        run.only(here)
        for run in runs
        if (here := [place for place, day in enumerate(run.days) if date.fromordinal(day) in days])
    ]

    from_months = runs_of(gathered(runs), [], days, slots)

    assert sorted(from_months) == sorted(runs_of([], single, days, slots))
    assert {run.section_id for run in from_months} <= sections
    wanted = sum(len(run.days) for run in single if run.section_id in sections)
    assert sum(len(run.days) for run in from_months) == wanted
    assert all(list(run.days) == sorted(run.days) for run in from_months)
