"""Once a statement is certified its days are locked: nobody changes a roll of them alone."""

import json

import pytest

from shared.schema.entries import read_entry
from tests.roll.approving import a_group, an_approval, lock, omar
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll

RELEASE = {"school_id": "lincoln", "statement_id": "st-1", "reason": "Certified too early"}
NEXT_DAY = ROLL.replace(TUESDAY, WEDNESDAY)


@pytest.fixture
async def locked(lincoln: LincolnHigh) -> LincolnHigh:
    """Tuesday's roll was taken, and then Tuesday was locked."""
    await lincoln.take_roll("ben")
    assert (await lock(lincoln)).status_code == 201
    return lincoln


async def test_a_locked_day_is_neither_adjusted_nor_amended_nor_taken(locked: LincolnHigh) -> None:
    answers = [
        await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass()),
        await locked.clerk("POST", "/v1/adjustments", json=a_group()),
        await locked.take_roll("ana", base_version=1),
    ]

    assert [(answer.status_code, answer.json()["type"]) for answer in answers] == [(409, "/problems/period-locked")] * 3
    steps = (await locked.ask("auditor", "GET", f"{ROLL}/students/ben/trail")).json()["steps"]
    assert [step["code"] for step in steps] == ["A"]


async def test_a_batch_says_so_of_the_locked_roll_and_keeps_the_others(locked: LincolnHigh) -> None:
    place = {"section_id": "algebra-1", "period_id": "02"}
    batch = {
        "submissions": [a_roll() | place | {"on": TUESDAY, "base_version": 1}, a_roll() | place | {"on": WEDNESDAY}]
    }

    results = (await locked.ruiz("POST", "/v1/roll-batches", json=batch)).json()["results"]

    assert [(item["status"], item["problem"]) for item in results] == [(409, "/problems/period-locked"), (201, None)]


async def test_the_first_day_after_a_lock_is_open(locked: LincolnHigh) -> None:
    assert (await locked.ruiz("PUT", NEXT_DAY, json=a_roll())).status_code == 201


async def test_a_retry_of_a_roll_that_was_taken_before_the_lock_gets_its_receipt(lincoln: LincolnHigh) -> None:
    roll = a_roll("ben")
    first = await lincoln.ruiz("PUT", ROLL, json=roll)
    await lock(lincoln)

    again = await lincoln.ruiz("PUT", ROLL, json=roll)

    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_lock_is_an_entry_and_the_same_lock_again_is_the_same(locked: LincolnHigh) -> None:
    again = await lock(locked, role="district_office")
    other = await lock(locked, ends_before="2026-03-12")
    empty = await lock(locked, statement_id="st-2", ends_before=TUESDAY)

    assert again.status_code == 200
    assert other.json()["type"] == "/problems/locked-otherwise"
    assert empty.status_code == 422
    feed = (await locked.ask("auditor", "GET", "/v1/streams/school.lincoln/entries")).json()["entries"]
    assert read_entry.validate_json(feed[-1]["body"]).kind == "period_locked"
    assert (feed[-1]["sequence"], feed[-1]["hash"]) == (again.json()["sequence"], again.json()["hash"])


async def test_a_release_opens_the_days_says_why_and_needs_two(locked: LincolnHigh) -> None:
    path = "/v1/lock-releases"
    alone = await locked.ask("district_office", "POST", path, json=RELEASE)
    by_clerk = await locked.clerk("POST", path, json=RELEASE)
    unknown = await locked.ask("district_office", "POST", path, json=RELEASE | {"statement_id": "st-9"})
    still = (await locked.ask("auditor", "GET", "/v1/schools/lincoln/locks")).json()["locks"]
    approval = (await omar(locked, release=True)).json()
    released = [await locked.ask("district_office", "POST", path, json=RELEASE) for _ in range(2)]
    open_again = await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    assert [answer.status_code for answer in (alone, by_clerk, unknown, *released)] == [409, 403, 404, 201, 200]
    assert alone.json()["type"] == "/problems/not-approved"
    assert [each["statement_id"] for each in still] == ["st-1"]
    assert (await locked.ask("auditor", "GET", "/v1/schools/lincoln/locks")).json()["locks"] == []
    assert open_again.status_code == 201
    assert (await lock(locked)).json()["type"] == "/problems/locked-otherwise"
    feed = (await locked.ask("auditor", "GET", "/v1/streams/school.lincoln/entries")).json()["entries"]
    assert json.loads(feed[-2]["body"])["approval_id"] == approval["approval_id"]


async def test_who_approves_a_release_does_not_release(locked: LincolnHigh) -> None:
    own = await locked.ask("district_office", "POST", "/v1/approvals", json=an_approval(release=True))
    of_the_day = await omar(locked, on=TUESDAY)
    refused = await locked.ask("district_office", "POST", "/v1/lock-releases", json=RELEASE)

    assert [own.status_code, of_the_day.status_code] == [201, 201]
    assert refused.json()["type"] == "/problems/not-approved"


async def test_only_the_district_and_credit_lock_and_only_a_school_that_is_there(lincoln: LincolnHigh) -> None:
    roles = ("teacher", "attendance_clerk", "principal", "sis_client", "auditor")
    answers = [await lock(lincoln, role=role) for role in roles]

    assert [answer.status_code for answer in answers] == [403] * len(roles)
    assert (await lock(lincoln, school_id="nowhere")).status_code == 404
