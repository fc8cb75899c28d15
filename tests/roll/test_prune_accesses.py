"""How long reads stay on record: for ever by default; officials' may be pruned, disclosures never. Logs name nobody."""

import asyncio
import subprocess
from datetime import timedelta

import asyncpg
import pytest

from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_nurse_pass
from tests.roll.tampering import run

TRAIL = f"{ROLL}/students/ben/trail"


@pytest.fixture
async def read_by_two(lincoln: LincolnHigh, roll_database: Database) -> LincolnHigh:
    """The clerk and the auditor have read Ben's trail: 364, 366 and 4,000 days ago."""
    await lincoln.take_roll("ben")
    await lincoln.clerk("GET", TRAIL)
    await lincoln.ask("auditor", "GET", TRAIL)
    connection = await asyncpg.connect(roll_database.owner("roll"))
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.district_id', $1, true)", lincoln.district_id)
        for days in (364, 366, 4000):
            await connection.execute(
                "INSERT INTO roll.access (district_id, about, at, subject, role, route, student_ids) "
                "SELECT district_id, about, at - $1::interval, subject, role, route, student_ids FROM roll.access "
                "WHERE at > now() - interval '1 day'",
                timedelta(days=days),
            )
    await connection.close()
    return lincoln


async def reads(school: LincolnHigh) -> dict[str, int]:
    said = (await school.ask("auditor", "GET", "/v1/students/ben/accesses")).json()["accesses"]
    subjects = [each["subject"] for each in said]
    return {subject: subjects.count(subject) for subject in sorted(set(subjects))}


async def prune(school: LincolnHigh, database: Database, **settings: str) -> "subprocess.CompletedProcess[str]":
    return await asyncio.to_thread(
        run, database, "prune-accesses", "--district", school.district_id,
        ROLL_MIGRATION_DATABASE_URL=database.owner("roll"), **settings,
    )  # fmt: skip


async def test_by_default_nothing_is_ever_forgotten(read_by_two: LincolnHigh, roll_database: Database) -> None:
    done = await prune(read_by_two, roll_database)

    assert (done.returncode, done.stdout) == (0, "Nothing is pruned: ROLL_OFFICIAL_READS_DAYS is not set.\n")
    assert await reads(read_by_two) == {"auditor": 4, "c-ito": 4}


async def test_officials_reads_are_pruned_after_the_days_said_and_disclosures_never(
    read_by_two: LincolnHigh, roll_database: Database
) -> None:
    done = await prune(read_by_two, roll_database, ROLL_OFFICIAL_READS_DAYS="365")

    assert done.stdout.startswith("2 reads by school officials"), done.stdout + done.stderr
    assert await reads(read_by_two) == {"auditor": 4, "c-ito": 2}


async def test_less_than_a_year_is_refused(read_by_two: LincolnHigh, roll_database: Database) -> None:
    done = await prune(read_by_two, roll_database, ROLL_OFFICIAL_READS_DAYS="364")

    assert (done.returncode, "ROLL_OFFICIAL_READS_DAYS" in done.stderr) == (78, True)
    assert await reads(read_by_two) == {"auditor": 4, "c-ito": 4}


@pytest.mark.parametrize(
    "statement", ["DELETE FROM roll.access WHERE role = 'auditor'", "UPDATE roll.access SET subject = 'nobody'"]
)
async def test_not_even_the_owner_forgets_a_disclosure_or_rewrites_a_read(
    read_by_two: LincolnHigh, roll_database: Database, statement: str
) -> None:
    connection = await asyncpg.connect(roll_database.owner("roll"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.district_id', $1, true)", read_by_two.district_id)
            with pytest.raises(asyncpg.RaiseError, match="as long as the record"):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_no_log_names_a_student_or_repeats_what_was_written_of_her(
    lincoln: LincolnHigh, capsys: pytest.CaptureFixture[str]
) -> None:
    """Taking, adjusting, reading, refusing: a line each in the log, and no person in any of them."""
    told = "Ben O'Brien was at the nurse's"
    await lincoln.take_roll("ben")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass() | {"reason": told})
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("zoe") | {"reason": told})
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json={"reason": told})
    for path in (TRAIL, f"/v1/sections/algebra-1/sheets/{TUESDAY}/02", "/v1/students/ben/register?school_year=2026"):
        assert (await lincoln.clerk("GET", path)).status_code == 200

    said = "".join(capsys.readouterr())

    assert said.count('"event": "request"') >= 7
    for word in ("Ben", "O'Brien", "Alvarez", "ben", "zoe", "nurse", "c-ito", "pass 114"):
        assert word not in said, word
