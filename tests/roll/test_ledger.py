"""The ledger is append-only by privilege and by trigger, a write that cannot commit is never acknowledged, and the
chain that roll stores is the chain that anybody computes."""

import itertools
from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.issuer import Issuer
from services.roll.app import create
from services.roll.settings import RollSettings
from shared.schema.chain import GENESIS, link
from tests.postgres import Cluster, Database
from tests.roll.lincoln_high import ROLL, LincolnHigh, a_nurse_pass
from tests.roll.writes import every_write
from tests.running import running

TAMPERING = {
    "an update": "UPDATE roll.entry SET body = '{}'",
    "a delete": "DELETE FROM roll.entry",
    "a truncate": "TRUNCATE roll.entry",
    "an update of a head": "UPDATE roll.stream_head SET sequence = 0",
    "a leap of a head": "UPDATE roll.stream_head SET sequence = sequence + 2",
    "a head renamed": "UPDATE roll.stream_head SET stream = 'school.other', sequence = sequence + 1",
    "a head deleted": "DELETE FROM roll.stream_head",
    "heads truncated": "TRUNCATE roll.stream_head",
}
BY_OTHER_WAYS = {
    "an insert": "INSERT INTO roll.entry (district_id, stream, sequence, hash, body) "
    "VALUES (current_setting('app.district_id'), 'school.lincoln', 999, sha256('x'), 'x')",
    "a head inserted": "INSERT INTO roll.stream_head (district_id, stream) "
    "VALUES (current_setting('app.district_id'), 'school.new')",
    "a column altered": "ALTER TABLE roll.entry ALTER body DROP NOT NULL",
    "a trigger disabled": "ALTER TABLE roll.entry DISABLE TRIGGER entries_are_never_changed",
    "all triggers disabled": "ALTER TABLE roll.entry DISABLE TRIGGER ALL",
    "a trigger dropped": "DROP TRIGGER entries_are_never_changed ON roll.entry",
    "row-level security turned off": "ALTER TABLE roll.entry DISABLE ROW LEVEL SECURITY",
    "a table dropped": "DROP TABLE roll.entry",
    "a function replaced": "CREATE OR REPLACE FUNCTION roll.refuse_change() RETURNS trigger "
    "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "a table of its own": "CREATE TABLE roll.mine ()",
    "triggers put to sleep": "SET session_replication_role = replica",
}


@pytest.fixture(scope="module")
async def lincoln(roll_url: str, issuer: Issuer) -> AsyncIterator[LincolnHigh]:
    """One school for all: what is tried here comes to nothing."""
    async with LincolnHigh.opened(roll_url, issuer) as school:
        yield school


async def attempt(url: str, district_id: str, statement: str, *first: str) -> str:
    """Try a statement in a transaction that is undone in any case. Returns the SQLSTATE and words of the refusal."""
    connection = await asyncpg.connect(url)
    try:
        for setting in first:
            await connection.execute(setting)
        await connection.execute("BEGIN")
        await connection.execute("SELECT set_config('app.district_id', $1, true)", district_id)
        assert await connection.fetchval("SELECT count(*) FROM roll.entry") > 0, "there is something to tamper with"
        try:
            await connection.execute(statement)
        except asyncpg.PostgresError as refused:
            return f"{refused.sqlstate} {refused}"
        return "done"
    finally:
        await connection.close()


@pytest.mark.parametrize("statement", [*TAMPERING.values(), *BY_OTHER_WAYS.values()], ids=[*TAMPERING, *BY_OTHER_WAYS])
async def test_the_application_may_not(roll_database: Database, lincoln: LincolnHigh, statement: str) -> None:
    assert (await attempt(roll_database.app("roll"), lincoln.district_id, statement)).startswith("42501 ")


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
async def test_the_owner_is_stopped_at(roll_database: Database, lincoln: LincolnHigh, statement: str) -> None:
    assert "append-only" in await attempt(roll_database.owner("roll"), lincoln.district_id, statement)


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
async def test_even_a_superuser_who_puts_triggers_to_sleep_is_stopped_at(
    roll_database: Database, lincoln: LincolnHigh, statement: str
) -> None:
    refusal = await attempt(
        roll_database.admin, lincoln.district_id, statement, "SET session_replication_role = replica"
    )
    assert "append-only" in refusal


async def test_an_entry_goes_to_the_district_of_the_transaction_only(
    roll_database: Database, lincoln: LincolnHigh
) -> None:
    append = "SELECT roll.append_entry('another-district', 'school.lincoln', 'x')"
    assert (await attempt(roll_database.app("roll"), lincoln.district_id, append)).startswith("42501 ")
    many = "SELECT roll.append_entries('another-district', '{school.lincoln}', '{x}', '{NULL}', '{NULL}')"
    assert (await attempt(roll_database.app("roll"), lincoln.district_id, many)).startswith("42501 ")
    lock = "SELECT roll.lock_stream('another-district', 'school.lincoln')"
    assert (await attempt(roll_database.app("roll"), lincoln.district_id, lock)).startswith("42501 ")


async def test_the_stored_chain_is_the_one_that_anybody_computes(lincoln: LincolnHigh, roll_database: Database) -> None:
    await lincoln.take_roll("ben")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    connection = await asyncpg.connect(roll_database.admin)
    rows = await connection.fetch(
        "SELECT stream, sequence, hash, body FROM roll.entry WHERE district_id = $1 ORDER BY stream, sequence",
        lincoln.district_id,
    )
    heads = await connection.fetch("SELECT stream, sequence, hash FROM roll.stream_head WHERE district_id = $1",
                                   lincoln.district_id)  # fmt: skip
    await connection.close()

    ends: dict[str, tuple[int, bytes]] = {}
    for stream, entries in itertools.groupby(rows, key=lambda row: row["stream"]):
        previous = GENESIS
        for number, row in enumerate(entries, start=1):
            assert row["sequence"] == number
            previous = link(lincoln.district_id, stream, number, previous, row["body"])
            assert previous == row["hash"], f"entry {number} of {stream}"
        ends[stream] = number, previous
    assert ends == {row["stream"]: (row["sequence"], row["hash"]) for row in heads}
    assert set(ends) == {"district", "school.lincoln"}


CANNOT_COMMIT = """
    CREATE FUNCTION roll.refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'planted by a test' USING ERRCODE = '{}'; END $$;
    CREATE CONSTRAINT TRIGGER planted AFTER INSERT ON roll.entry DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION roll.refuse_commit();
"""
COUNT = "SELECT sum(sequence) FROM roll.stream_head"


async def test_a_write_that_cannot_be_committed_is_never_acknowledged_on_any_route(
    cluster: Cluster, roll_settings: RollSettings, issuer: Issuer
) -> None:
    with cluster.database("roll") as database:
        settings = roll_settings.model_copy(update={"database_url": database.app("roll")})
        async with running(create(settings)) as url, LincolnHigh.opened(url, issuer) as lincoln:
            await lincoln.take_roll()
            owner, admin = await asyncpg.connect(database.owner("roll")), await asyncpg.connect(database.admin)
            before = await admin.fetchval(COUNT)

            for sqlstate in ("P0001", "23514", "40001"):
                await owner.execute(CANNOT_COMMIT.format(sqlstate))
                for write in every_write():
                    answer = await write.send(lincoln)
                    assert answer.status_code >= 400, f"{write.route} acknowledged what was not kept"
                    assert answer.headers["Content-Type"] == "application/problem+json"
                    assert "planted" not in answer.text
                await owner.execute("DROP FUNCTION roll.refuse_commit CASCADE")
            assert await admin.fetchval(COUNT) == before

            for write in every_write():  # the same writes are kept as soon as they can be
                answer = await write.send(lincoln)
                assert answer.is_success, f"{write.route}: {answer.text}"
                assert await admin.fetchval(COUNT) > before, f"{write.route} wrote nothing, so it tested nothing"
                before = await admin.fetchval(COUNT)
            await owner.close()
            await admin.close()
