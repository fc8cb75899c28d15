"""An app login can work in its own schema and do nothing else."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import asyncpg
import pytest

from deploy.kept_secrets import SERVICES
from deploy.prepare_database import prepare_database
from tests.postgres import Cluster, Database


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> Iterator[Database]:
    with cluster.database() as database:
        yield database


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("schema", [*SERVICES, "public"])
async def test_an_app_login_creates_nothing_in_any_schema(database: Database, service: str, schema: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database.app(service), f"CREATE TABLE {schema}.theirs ()")


@pytest.mark.parametrize("statement", ["CREATE SCHEMA theirs", "CREATE TEMP TABLE theirs ()", "CREATE ROLE them"])
async def test_an_app_login_creates_nothing_beside_the_schemas(database: Database, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database.app("roll"), statement)


async def test_an_app_login_reads_its_own_tables_once_granted_and_never_another_services(database: Database) -> None:
    await execute(database.owner("roll"), "CREATE TABLE seen (day date)")
    await execute(database.owner("roll"), "GRANT SELECT ON seen TO roll_app, credit_app")

    assert await execute(database.app("roll"), "SELECT count(*) FROM roll.seen") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="schema roll"):
        await execute(database.app("credit"), "SELECT count(*) FROM roll.seen")


async def test_an_owner_changes_nothing_in_another_services_schema(database: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(database.owner("credit"), "CREATE TABLE roll.theirs ()")


async def test_a_function_runs_for_nobody_until_it_is_granted(database: Database) -> None:
    owner, app = database.owner("roll"), database.app("roll")
    await execute(owner, "CREATE FUNCTION roll.six() RETURNS int LANGUAGE sql AS 'SELECT 6'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="function six"):
        await execute(app, "SELECT roll.six()")

    await execute(owner, "GRANT EXECUTE ON FUNCTION roll.six() TO roll_app")
    assert await execute(app, "SELECT roll.six()") == 6


async def test_no_login_of_ours_is_above_the_rules(database: Database) -> None:
    above = await execute(
        database.admin,
        """SELECT count(*) FROM pg_roles WHERE rolname ~ '^(roll|credit|program)_(owner|app)$'
           AND (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication)""",
    )
    ours = await execute(
        database.admin, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^(roll|credit|program)_(owner|app)$'"
    )

    assert (above, ours) == (0, 6)


async def test_a_login_without_its_password_is_refused(database: Database) -> None:
    guessed = database.app("roll").replace(database.secrets["roll_app_password"], "guessed")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await execute(guessed, "SELECT 1")


async def test_preparing_again_changes_nothing(database: Database) -> None:
    privileges = "SELECT string_agg(nspname || coalesce(nspacl::text, ''), ';' ORDER BY nspname) FROM pg_namespace"
    before = await execute(database.admin, privileges)

    await prepare_database(database.admin, database.secrets)

    assert await execute(database.admin, privileges) == before


async def test_databases_of_one_cluster_may_be_prepared_at_the_same_time(cluster: Cluster) -> None:
    with ExitStack() as stack:
        databases = [stack.enter_context(cluster.database()) for _ in range(4)]

        async with asyncio.TaskGroup() as at_once:
            for one in databases * 5:
                at_once.create_task(prepare_database(one.admin, one.secrets))

        for one in databases:
            assert await execute(one.app("roll"), "SELECT current_schema()") == "roll"
