"""What is not certified, who may not certify, and what nobody can do to a statement."""

from typing import Any

import asyncpg
import pytest

from tests.credit.cedar_high import MONDAY, TUESDAY, WEEK, CedarHigh
from tests.credit.certifying import WHOLE, a_week_with_an_absence, certified, certify, connected
from tests.postgres import Database


async def test_a_count_that_is_not_certain_is_not_certified(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", TUESDAY, version=1, ana="X")
    await cedar.caught_up()

    refused = await certify(cedar, "s")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/cannot-be-counted")
    assert "attendance code X" in refused.json()["detail"]
    assert (await certify(cedar, "s", through=MONDAY)).status_code == 201


async def test_school_days_that_wait_to_be_built_are_waited_for(cedar: CedarHigh, both_databases: Database) -> None:
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        await connection.execute(
            "INSERT INTO touched (district_id, school_id, \"on\") VALUES ($1, 'cedar', $2::text::date)",
            cedar.district_id, MONDAY,
        )  # fmt: skip

    refused = await certify(cedar, "s")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-built-yet")
    assert refused.json()["detail"].startswith("1 school-days wait")
    assert refused.headers["retry-after"] == "1"


async def test_a_stopped_stream_is_said_and_not_certified(cedar: CedarHigh, both_databases: Database) -> None:
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        await connection.execute(
            "UPDATE stream_cursor SET alarm = 'entry 9 is missing' WHERE district_id = $1 AND stream = 'school.cedar'",
            cedar.district_id,
        )

    refused = await certify(cedar, "s")

    assert refused.json()["type"] == "/problems/stream-stopped"
    assert "entry 9 is missing" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"through": "2099-01-01"}, "period-not-over"),
        ({"period": 5}, "nothing-to-certify"),
        ({"school_year": 2025}, "nothing-to-certify"),
        ({"through": "2026-03-08"}, "nothing-to-certify"),
        ({"school_id": "elsewhere"}, "no-such-school"),
        ({"supersedes": "nothing", "reason": "None"}, "another-stands"),
        ({"supersedes": "s"}, "invalid-request"),
        ({"statement_id": "a/b"}, "invalid-request"),
    ],
)
async def test_what_cannot_be_certified_is_refused(cedar: CedarHigh, said: dict[str, Any], problem: str) -> None:
    await cedar.caught_up()
    body = {"statement_id": "s", **WHOLE, **said}
    refused = await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))

    assert 400 <= refused.status_code < 500
    assert refused.json()["type"] == f"/problems/{problem}"


async def test_who_may_certify_and_who_may_read(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "ours")
    await certified(cedar, "everybody-s", school_id=None)

    for role in ("auditor", "principal", "attendance_clerk", "service", "teacher", "coordinator"):
        assert (await certify(cedar, "t", role)).status_code == 403
    for role in ("attendance_clerk", "service", "teacher", "coordinator"):
        assert (await cedar.ask("/v1/statements/ours", role)).status_code == 403
    own = await cedar.ask("/v1/statements", "principal", schools=["cedar"])
    assert [one["statement_id"] for one in own.json()["statements"]] == ["ours"]
    assert (await cedar.ask("/v1/statements/everybody-s", "principal", schools=["cedar"])).status_code == 404
    assert (await cedar.ask("/v1/statements/ours", "principal", schools=["elsewhere"])).status_code == 404
    assert (await cedar.ask("/v1/statements/nothing")).status_code == 404


async def test_the_service_itself_cannot_change_what_was_certified(cedar: CedarHigh, both_databases: Database) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "s")
    changes = ("UPDATE {} SET school_id = school_id", "DELETE FROM {}", "TRUNCATE {} CASCADE")
    for table in ("statement", "statement_span", "statement_lock"):
        for change in changes:
            for url, refusal in (
                (both_databases.app("credit"), asyncpg.InsufficientPrivilegeError),
                (both_databases.owner("credit"), asyncpg.RaiseError),
            ):
                async with connected(url, cedar.district_id) as connection:
                    with pytest.raises(refusal):
                        await connection.execute(change.format(table))


async def test_the_database_knows_a_document_that_does_not_fit_its_digest(
    cedar: CedarHigh, both_databases: Database
) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "s")
    async with connected(both_databases.app("credit"), cedar.district_id) as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(
                "INSERT INTO statement SELECT district_id, 'forged', school_id, school_year, 9, through, edition, "
                "supersedes, reason, certified_at, certified_by, request_digest, digest, count_digest, places, "
                "'{}'::bytea FROM statement WHERE statement_id = 's'"
            )
