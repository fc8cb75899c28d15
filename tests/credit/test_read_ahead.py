"""What was read ahead is what a question is answered from; and how much a shelf of schools holds."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.credit import tables
from services.credit.build_touched import Builder
from services.credit.lawbook import read_lawbook
from services.credit.read_school import SchoolShelf
from services.credit.sheet_library import SheetLibrary
from shared.plumbing.circumstances import Asking
from shared.plumbing.database import Database
from shared.plumbing.tokens import Principal
from tests.bench.generated_year import DAYS, DISTRICT, STUDENTS, GeneratedYear
from tests.postgres import Cluster

OFFICE = Asking(
    Principal("office", "district_office", (DISTRICT,), None, 0), DISTRICT, datetime(2026, 6, 1, tzinfo=UTC)
)


@pytest.fixture(scope="module")
async def built(cluster: Cluster) -> AsyncIterator[Database]:
    """A generated year of two schools, followed and built."""
    with cluster.database("credit") as fresh:
        database = Database(fresh.app("credit"), "rollbook-credit-test", connections=3, timeout=60)
        await database.open()
        await GeneratedYear(schools=2).fold_into(database)
        await Builder(database, DISTRICT, read_lawbook()).build_everything_touched()
        yield database
        await database.close()


async def test_a_question_after_reading_ahead_reads_no_sheets(built: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    library = SheetLibrary(built)
    await library.read_ahead(DISTRICT)
    monkeypatch.delattr(tables, "find_sheets")

    async with library.view(OFFICE) as view:
        shapes = [view.school(school_id).built["main"].cases.shape for school_id in ("s0", "s1")]

    assert shapes == [(DAYS, STUDENTS)] * 2


@pytest.mark.parametrize(("most", "again"), [(1, False), (2, True), (None, True)])
async def test_a_shelf_holds_no_more_schools_than_it_may(built: Database, most: int | None, again: bool) -> None:
    shelf = SchoolShelf(most)
    async with built.bare(DISTRICT, readonly=True) as connection:
        first = await shelf.school(connection, DISTRICT, "s0")
        await shelf.school(connection, DISTRICT, "s1")

        assert (await shelf.school(connection, DISTRICT, "s0") is first) is again
