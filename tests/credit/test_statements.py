"""A period is certified: its count stays as it was, byte for byte, whatever is adjusted later."""

import asyncio
import hashlib
from dataclasses import replace

import httpx
import rfc8785

from services.credit.app import create
from tests.credit.cedar_high import MONDAY, ROWS, TUESDAY, CedarHigh
from tests.credit.certifying import WHOLE, a_week_with_an_absence, certified, certify
from tests.credit.conftest import SettingsOf
from tests.postgres import Cluster, Database
from tests.running import client_of, running


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

    packed = await cedar.ask("/v1/statements/s")
    plain = await cedar.credit.get(
        "/v1/statements/s", headers=cedar.headers("auditor") | {"Accept-Encoding": "identity"}
    )

    assert rfc8785.dumps(packed.json()) == packed.content == plain.content
    assert hashlib.sha256(plain.content).hexdigest() == statement["digest"]
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    assert packed.headers["etag"] == f'W/"{statement["digest"]}"'
    assert plain.headers["etag"] == f'"{statement["digest"]}"'
    assert plain.headers["repr-digest"].startswith("sha-256=:")
    for known in (packed.headers["etag"], plain.headers["etag"]):
        headers = cedar.headers("auditor") | {"If-None-Match": known}
        again = await cedar.credit.get("/v1/statements/s", headers=headers)
        assert (again.status_code, again.content) == (304, b"")


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


async def test_a_lock_that_roll_took_and_credit_never_heard_of_is_confirmed_by_the_same_receipt(
    cedar: CedarHigh,
) -> None:
    """As if credit had died between roll's answer and its own note of it."""
    await a_week_with_an_absence(cedar)
    lock = {"school_id": "cedar", "statement_id": "s", "begins_on": MONDAY, "ends_before": "2026-03-14"}
    taken = await cedar.roll.post("/v1/locks", json=lock, headers=cedar.headers("service"))
    assert taken.status_code == 201

    statement = await certified(cedar, "s")

    assert statement["locks"][0]["sequence"] == taken.json()["sequence"]


async def test_a_statement_through_a_day_counts_and_locks_no_day_after_it(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)

    statement = await certified(cedar, "s", through=TUESDAY)

    assert statement["locks"][0]["ends_before"] == "2026-03-11"
    document = (await cedar.ask("/v1/statements/s")).json()
    assert document["tracks"][0]["days_taught"] == 2
    assert {row["days"]["membership"] for row in document["students"]} == {6, 12}
    await cedar.adjust("algebra", "2026-03-11", "ana", "A")


async def test_a_statement_of_the_year_has_every_period_and_each_student_in_each(cedar: CedarHigh) -> None:
    await a_week_with_an_absence(cedar)
    period = ROWS["reporting-periods"][0]
    await cedar.tell(
        "reporting-periods", period | {"number": 3, "ends_before": TUESDAY}, period | {"begins_on": TUESDAY}
    )

    await certified(cedar, "year", period=None)

    document = (await cedar.ask("/v1/statements/year")).json()
    assert [(school["period"], school["ada"]) for school in document["schools"]] == [(3, "2.500"), (4, "3.500")]
    assert [row["student_id"] for row in document["students"]] == ["ana", "ben", "cho", "dee", "eve"] * 2
