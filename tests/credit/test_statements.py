"""A period is certified: its count stays as it was, byte for byte, whatever is adjusted later."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import httpx
import pytest
import rfc8785

from services.credit.app import create
from tests.credit.cedar_high import MONDAY, ROWS, TUESDAY, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.postgres import Cluster, Database
from tests.running import client_of, running

WHOLE = {"school_id": "cedar", "school_year": 2026, "period": 4}


async def certify(cedar: CedarHigh, statement_id: str, role: str = "district_office", **said: Any) -> httpx.Response:
    body = {"statement_id": statement_id, **WHOLE, **said}
    return await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers(role))


async def certified(cedar: CedarHigh, statement_id: str, **said: Any) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await certify(cedar, statement_id, **said)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def a_week_with_an_absence(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")


async def test_a_statement_freezes_every_student_s_days_and_what_they_rest_on(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    statement = await certified(cedar, "six-weeks-4")

    document = (await cedar.ask("/v1/statements/six-weeks-4")).json()

    columns = ("membership", "absent", "eligible", "ineligible", "not_taken")
    days = {row["student_id"]: tuple(row["days"][column] for column in columns) for row in document["students"]}
    assert days == {
        "ana": (30, 6, 24, 0, 0),
        "ben": (15, 0, 15, 0, 0),
        "cho": (30, 0, 30, 0, 0),
        "dee": (30, 0, 30, 0, 0),
        "eve": (30, 0, 0, 0, 30),
    }
    (school,) = document["schools"]
    assert (school["ada_exact"], school["ada"], school["students"]) == ("33/10", "3.300", 5)
    for column, whole in school["days"].items():
        assert sum(row["days"][column] for row in document["students"]) == whole
    assert document["tracks"][0]["days_taught"] == 5
    assert [law["law"] for law in document["law"]] == ["texas", "texas_year"]
    assert (statement["edition"], statement["through"], statement["certified_by"]) == (
        1, "2026-03-13", "a district_office",
    )  # fmt: skip


async def test_a_statement_names_the_place_in_each_stream_that_roll_would_name(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()
    heads = (await cedar.roll.get("/v1/streams", headers=cedar.headers("auditor"))).json()["streams"]

    await certified(cedar, "s")

    places = (await cedar.ask("/v1/statements/s")).json()["streams"]
    assert {(at["stream"], at["sequence"], at["hash"]) for at in places} == {
        (head["stream"], head["head"], head["hash"]) for head in heads
    }


async def test_its_bytes_are_canonical_and_their_digest_is_in_the_list_and_in_the_headers(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    statement = await certified(cedar, "s")

    answer = await cedar.ask("/v1/statements/s")

    assert rfc8785.dumps(answer.json()) == answer.content
    assert hashlib.sha256(answer.content).hexdigest() == statement["digest"]
    assert answer.headers["etag"] == f'"{statement["digest"]}"'


async def test_the_same_inputs_make_the_same_bytes_and_days_are_locked_when_roll_is_back(
    cedar: CedarHigh, credit_settings: SettingsOf, both_databases: Database
) -> None:
    """A credit that cannot reach roll certifies; the lock comes later, so the second statement has the same inputs."""
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()
    lonely = credit_settings().model_copy(update={"roll_url": "http://127.0.0.1:9"})
    async with running(create(lonely)) as url, client_of(url, "") as credit:
        answers = [
            await credit.post("/v1/statements", json=WHOLE | said, headers=cedar.headers("district_office"))
            for said in (
                {"statement_id": "one"},
                {"statement_id": "two", "supersedes": "one", "reason": "To be sure"},
            )
        ]
    one, two = (answer.json() for answer in answers)

    assert one["digest"] == two["digest"]
    assert one["locks"][0]["locked_at"] is None

    async with running(create(credit_settings(cedar.district_id))) as url, client_of(url, "") as credit:
        for statement_id in ("one", "two"):
            assert await is_locked_within_seconds(cedar, credit, statement_id)


async def test_another_credit_that_followed_the_same_rolls_makes_the_same_bytes(
    cedar: CedarHigh, credit_settings: SettingsOf, cluster: Cluster
) -> None:
    """An outside witness: its numbers of students and cases are its own, what it certifies is the same."""
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()
    await cedar.tell("school-enrollments", ROWS["school-enrollments"][1] | {"withdrawal_date": TUESDAY})
    await cedar.adjust("algebra", TUESDAY, "cho", "A")
    with cluster.database("credit") as database:
        elsewhere = {"database_url": database.app("credit")}
        async with (
            running(create(credit_settings(cedar.district_id).model_copy(update=elsewhere))) as url,
            httpx.AsyncClient(base_url=url, timeout=15) as witness,
        ):
            await replace(cedar, credit=witness).caught_up()
        away = {"roll_url": "http://127.0.0.1:9", "districts": ()}
        digests = []
        for update in (away, away | elsewhere):
            async with (
                running(create(credit_settings().model_copy(update=update))) as url,
                client_of(url, "") as credit,
            ):
                body = WHOLE | {"statement_id": "s"}
                answer = await credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))
                digests.append(answer.json()["digest"])

    assert digests[0] == digests[1]


async def is_locked_within_seconds(cedar: CedarHigh, credit: httpx.AsyncClient, statement_id: str) -> bool:
    for _ in range(100):
        kept = (await credit.get("/v1/statements", headers=cedar.headers("auditor"))).json()["statements"]
        (statement,) = (one for one in kept if one["statement_id"] == statement_id)
        if all(lock["locked_at"] for lock in statement["locks"]):
            return True
        await asyncio.sleep(0.05)
    return False


async def test_certifying_locks_the_days_in_roll_for_plain_adjustments(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    statement = await certified(cedar, "s")

    locks = (await cedar.roll.get("/v1/schools/cedar/locks", headers=cedar.headers("auditor"))).json()["locks"]
    assert [(lock["statement_id"], lock["begins_on"], lock["ends_before"]) for lock in locks] == [
        ("s", MONDAY, "2026-03-14")
    ]
    assert statement["locks"][0]["sequence"] == locks[0]["sequence"]
    body = {
        "adjustment_id": "7a0dcb5e-6f35-4f2c-8a5b-6f0b8e9a2c11", "student_id": "ana", "code": "S",
        "reason": "In the nurse's office", "authority": "nurse", "document": "pass 1",
    }  # fmt: skip
    path = f"/v1/sections/algebra/rolls/{MONDAY}/02/adjustments"
    refused = await cedar.roll.post(path, json=body, headers=cedar.headers("district_office"))
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/period-locked")


async def test_a_retry_gets_the_statement_that_was_kept_and_another_request_gets_nothing(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    first = await certified(cedar, "s")

    again = await certify(cedar, "s")
    other = await certify(cedar, "s", through=MONDAY)

    assert (again.status_code, again.json()) == (200, first)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/statement-id-reused")


async def test_one_statement_stands_until_another_supersedes_it_by_name(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    await certified(cedar, "s")

    beside = await certify(cedar, "t")
    await certified(cedar, "u", supersedes="s", reason="A pass was found")
    late = await certify(cedar, "v", supersedes="s", reason="Too late")

    assert beside.json()["type"] == late.json()["type"] == "/problems/another-stands"
    kept = (await cedar.ask("/v1/statements", school_year=2026)).json()["statements"]
    assert [(one["statement_id"], one["edition"], one["superseded_by"]) for one in kept] == [
        ("u", 2, None), ("s", 1, "u"),
    ]  # fmt: skip


async def test_two_offices_at_once_certify_one_statement(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    await cedar.caught_up()

    answers = await asyncio.gather(*(certify(cedar, name) for name in ("a", "b", "c", "d")))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


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


@asynccontextmanager
async def connected(url: str, district_id: str) -> AsyncIterator[Any]:
    """A connection of that login, in the district."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT set_config('app.district_id', $1, false)", district_id)
        yield connection
    finally:
        await connection.close()
