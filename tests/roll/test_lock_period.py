"""Once a statement is certified its days are locked: nobody changes a roll of them alone."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.credit.fold_entries import Fold
from shared.schema.entries import PeriodLocked, PeriodUnlocked, read_entry
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll

LOCK = {"school_id": "lincoln", "statement_id": "st-1", "begins_on": TUESDAY, "ends_before": WEDNESDAY}
RELEASE = {"school_id": "lincoln", "statement_id": "st-1", "reason": "Certified too early", "second_approver": "head"}
NEXT_DAY = ROLL.replace(TUESDAY, WEDNESDAY)


async def lock(school: LincolnHigh, role: str = "service", **more: Any) -> httpx.Response:
    return await school.ask(role, "POST", "/v1/locks", json=LOCK | more)


@pytest.fixture
async def locked(lincoln: LincolnHigh) -> LincolnHigh:
    """Tuesday's roll was taken, and then Tuesday was locked."""
    await lincoln.take_roll("ben")
    assert (await lock(lincoln)).status_code == 201
    return lincoln


def a_group(**more: Any) -> dict[str, Any]:
    grounds = {name: a_nurse_pass()[name] for name in ("adjustment_id", "code", "reason", "authority", "document")}
    return grounds | {"on": TUESDAY, "students": ["ben"]} | more


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


async def test_two_of_the_office_change_a_locked_mark_and_both_are_on_record(locked: LincolnHigh) -> None:
    one = await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass() | {"second_approver": "c-omar"})
    group = await locked.clerk("POST", "/v1/adjustments", json=a_group(code="A", second_approver="c-omar"))

    assert [answer.status_code for answer in (one, group)] == [201, 201], group.text
    feed = (await locked.ask("auditor", "GET", "/v1/streams/school.lincoln/entries")).json()["entries"]
    said = [json.loads(entry["body"]) for entry in feed[-2:]]
    assert [(entry["by"], entry["second_approver"]) for entry in said] == [("c-ito", "c-omar")] * 2
    steps = (await locked.ask("auditor", "GET", f"{ROLL}/students/ben/trail")).json()["steps"]
    assert [step["second_approver"] for step in steps] == [None, "c-omar", "c-omar"]
    found = (await locked.ask("auditor", "GET", "/v1/streams/school.lincoln/verification")).json()
    assert found["standing"] == "as the entries say"


async def test_nobody_is_his_own_second_approver_and_a_teacher_has_none(locked: LincolnHigh) -> None:
    himself = await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass() | {"second_approver": "c-ito"})
    teacher = await locked.take_roll("ana", base_version=1, second_approver="c-omar")

    assert himself.json()["type"] == "/problems/not-a-second-approver"
    assert teacher.status_code == 403


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
    alone = await locked.ask("district_office", "POST", path, json=RELEASE | {"second_approver": "district_office"})
    by_clerk = await locked.clerk("POST", path, json=RELEASE)
    unknown = await locked.ask("district_office", "POST", path, json=RELEASE | {"statement_id": "st-9"})
    still = (await locked.ask("auditor", "GET", "/v1/schools/lincoln/locks")).json()["locks"]
    released = [await locked.ask("district_office", "POST", path, json=RELEASE) for _ in range(2)]
    open_again = await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    assert [answer.status_code for answer in (alone, by_clerk, unknown, *released)] == [422, 403, 404, 201, 200]
    assert [each["statement_id"] for each in still] == ["st-1"]
    assert (await locked.ask("auditor", "GET", "/v1/schools/lincoln/locks")).json()["locks"] == []
    assert open_again.status_code == 201
    assert (await lock(locked)).json()["type"] == "/problems/locked-otherwise"


async def test_only_the_district_and_credit_lock_and_only_a_school_that_is_there(lincoln: LincolnHigh) -> None:
    roles = ("teacher", "attendance_clerk", "principal", "sis_client", "auditor")
    answers = [await lock(lincoln, role=role) for role in roles]

    assert [answer.status_code for answer in answers] == [403] * len(roles)
    assert (await lock(lincoln, school_id="nowhere")).status_code == 404


async def test_credit_follows_past_locks_and_counts_nothing_of_them() -> None:
    entries = [
        read_entry.validate_json(json.dumps({"at": "2026-07-01T00:00:00Z", "by": "credit", "role": "service"} | said))
        for said in (
            {"kind": "period_locked", "statement_id": "st-1", "begins_on": TUESDAY, "ends_before": WEDNESDAY},
            {"kind": "period_unlocked", "statement_id": "st-1", "reason": "r", "second_approver": str(uuid4())},
        )
    ]

    await Fold(None, "d", "school.lincoln").fold(entries)  # raises BrokenStream for what it does not know

    assert [type(entry) for entry in entries] == [PeriodLocked, PeriodUnlocked]
