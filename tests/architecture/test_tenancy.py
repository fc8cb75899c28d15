"""What the catalogue of every service's schema must say, so that no row is ever seen from another district."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest

from deploy.places import CHECKOUT
from tests.postgres import Cluster, Database

SERVICES = [path.parent.name for path in sorted((CHECKOUT / "services").glob("*/migrations"))]
OF_NO_DISTRICT = {"alembic_version", "feed_epoch"}
"""The only tables without a district: which revision the schema has, and which database this is."""


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def database(cluster: Cluster, service: str) -> Iterator[Database]:
    with cluster.database(service) as database:
        yield database


@pytest.fixture
async def catalogue(database: Database) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.admin)
    yield connection
    await connection.close()


TABLES = """
    SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
           pg_get_userbyid(c.relowner) AS owner,
           array(SELECT polpermissive::text || pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = c.oid
                 AND polcmd = '*' AND polroles = '{0}' AND polwithcheck IS NULL) AS policies,
           (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policy_count,
           EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'district_id'
                   AND a.attnotnull AND NOT a.attisdropped) AS of_a_district
    FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""


async def test_every_table_shows_the_district_of_the_transaction_and_no_other(catalogue: Any, service: str) -> None:
    tables = await catalogue.fetch(TABLES, service)
    assert tables
    for table in tables:
        if table["name"] in OF_NO_DISTRICT:
            continue
        assert table["of_a_district"], f"{table['name']} has no district_id"
        assert table["enabled"], f"{table['name']} has no row-level security"
        assert table["forced"], f"{table['name']}'s owner is exempt from row-level security"
        assert table["owner"] == f"{service}_owner"
        assert table["policy_count"] == 1, f"{table['name']} has a policy beside the district's: any one is enough"
        (policy,) = table["policies"]
        assert "district_id = " in policy
        assert "current_setting('app.district_id'::text, true)" in policy


async def test_every_unique_key_begins_with_the_district(catalogue: Any, service: str) -> None:
    """A key that is unique over districts would tell one district what another has."""
    indexes = await catalogue.fetch(
        "SELECT c.relname AS table, i.indexrelid::regclass::text AS index, a.attname AS first_column FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid AND c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p') "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
        "WHERE i.indisunique OR i.indisexclusion",
        service,
    )
    assert {index["table"] for index in indexes} >= OF_NO_DISTRICT & {"alembic_version"}
    for index in indexes:
        assert index["table"] in OF_NO_DISTRICT or index["first_column"] == "district_id", index["index"]


async def test_every_district_table_has_a_primary_key_and_foreign_keys_that_begin_with_the_district(
    catalogue: Any, service: str
) -> None:
    keys = await catalogue.fetch(
        "SELECT c.relname AS table, k.contype::text AS kind, a.attname AS first_column FROM pg_class c "
        "LEFT JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'f') "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1] "
        "WHERE c.relnamespace = $1::regnamespace AND c.relkind IN ('r', 'p')",
        service,
    )
    with_primary_key = {key["table"] for key in keys if key["kind"] == "p"}
    for key in keys:
        if key["table"] not in OF_NO_DISTRICT:
            assert key["table"] in with_primary_key
            assert key["first_column"] == "district_id", f"{key['table']}: {key['kind']}"


async def test_every_view_sees_with_the_eyes_of_who_asks(catalogue: Any, service: str) -> None:
    views = await catalogue.fetch(
        "SELECT relname, relkind::text, coalesce(reloptions, '{}') AS options FROM pg_class "
        "WHERE relnamespace = $1::regnamespace AND relkind IN ('v', 'm')",
        service,
    )
    for view in views:
        assert view["relkind"] == "v", f"{view['relname']}: a materialized view knows no row-level security"
        assert "security_invoker=true" in view["options"], view["relname"]


async def test_every_function_that_runs_as_its_owner_says_where_it_looks_for_names(
    catalogue: Any, service: str
) -> None:
    functions = await catalogue.fetch(
        "SELECT proname AS name, coalesce(proconfig, '{}') AS settings, prosecdef AS definer, "
        "has_function_privilege('public', oid, 'EXECUTE') AS anybody "
        "FROM pg_proc WHERE pronamespace = $1::regnamespace",
        service,
    )
    for function in functions:
        assert not function["anybody"], f"PUBLIC may execute {function['name']}"
        if function["definer"]:
            path = [setting for setting in function["settings"] if setting.startswith("search_path=")]
            assert path, f"{function['name']} looks for names where its caller says"
            assert path[0].endswith("pg_temp"), f"{function['name']} would find a temporary table first"


async def test_the_application_owns_nothing_and_may_create_nothing(catalogue: Any, service: str) -> None:
    login = f"{service}_app"
    role = await catalogue.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", login)
    assert not any(role[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
    assert await catalogue.fetchval("SELECT count(*) FROM pg_class WHERE relowner = $1::regrole", login) == 0
    assert not await catalogue.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", login, service)
    for other in {"roll", "credit", "program"} - {service}:
        assert not await catalogue.fetchval("SELECT has_schema_privilege($1, $2, 'USAGE')", login, other)
