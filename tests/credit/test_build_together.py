"""Builders that share nothing but the database make together what one makes alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from services.credit import build_together, tables
from services.credit.build_touched import Builder
from services.credit.lawbook import read_lawbook
from services.credit.rebuild import rebuild
from shared.plumbing.database import Database
from tests.bench.generated_year import DAYS, DISTRICT, GeneratedYear
from tests.postgres import Cluster

SCHOOLS = 3


@pytest.fixture
async def a_year(cluster: Cluster) -> AsyncIterator[Database]:
    """A generated year of three schools, followed and not built."""
    with cluster.database("credit") as fresh:
        database = Database(fresh.app("credit"), "rollbook-credit-test", connections=6, timeout=60)
        await database.open()
        await GeneratedYear(schools=SCHOOLS).fold_into(database)
        yield database
        await database.close()


async def waiting(database: Database) -> int:
    async with database.bare(DISTRICT, readonly=True) as connection:
        return sum((await tables.schools_waiting(connection, DISTRICT)).values())


async def test_two_builders_meet_the_same_new_cases_and_number_them_once(
    a_year: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    builders = [Builder(a_year, DISTRICT, read_lawbook(), start_at=start) for start in (0, 0.5)]

    built = await asyncio.gather(*(builder.build_everything_touched() for builder in builders))
    alone = await rebuild(a_year, DISTRICT)
    monkeypatch.setattr(build_together, "MANY_SCHOOL_DAYS", 1)
    together = await rebuild(a_year, DISTRICT, processes=2)

    assert sum(built) == SCHOOLS * DAYS
    assert min(built) > 0
    assert (alone.differing, together.differing) == ((), ())
    assert (alone.digest, alone.student_days) == (together.digest, together.student_days)
    assert alone.student_days == GeneratedYear(schools=SCHOOLS).student_days
    assert await waiting(a_year) == 0


async def test_what_is_built_by_several_is_followed_through_in_every_stream(a_year: Database) -> None:
    """Neither of two that end at once sees that the other has ended: it is noted afterwards."""
    async with a_year.bare(DISTRICT) as connection:
        await connection.executemany(
            "INSERT INTO stream_cursor (district_id, stream, epoch, sequence, hash, head) "
            "VALUES ($1, $2, gen_random_uuid(), 7, decode(repeat('00', 32), 'hex'), 7)",
            [(DISTRICT, stream) for stream in ("district", *(f"school.s{number}" for number in range(SCHOOLS)))],
        )

    builders = [Builder(a_year, DISTRICT, read_lawbook(), start_at=number / SCHOOLS) for number in range(SCHOOLS)]
    await asyncio.gather(*(builder.build_everything_touched() for builder in builders))

    async with a_year.bare(DISTRICT, readonly=True) as connection:
        assert set(await connection.fetchval("SELECT array_agg(built) FROM stream_cursor")) == {7}


async def test_a_school_that_another_builds_is_left_to_it(a_year: Database) -> None:
    async with a_year.bare(DISTRICT) as elsewhere:
        assert await tables.lock_school(elsewhere, DISTRICT, "s1")

        built = await Builder(a_year, DISTRICT, read_lawbook()).build_everything_touched()

    assert built == (SCHOOLS - 1) * DAYS
    assert await waiting(a_year) == DAYS
    async with a_year.bare(DISTRICT) as connection:
        assert await tables.lock_school(connection, DISTRICT, "s1")
        assert date(2025, 8, 18) in await tables.take_touched(connection, DISTRICT, "s1")
