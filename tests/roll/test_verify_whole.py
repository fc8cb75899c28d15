"""A stream of any length is verified in one call: progress by the page, then the finding, tables and locks included."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from services.roll.standing import Standing
from services.roll.verification import Broken
from shared.schema.entries import read_entry
from tests.postgres import Database
from tests.roll.approving import lock, omar
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass
from tests.roll.tampering import SET_HASH, STREAM, as_administrator

PATH = f"/v1/streams/{STREAM}/verification/whole"
FILLING = (
    b'{"at":"2026-03-10T15:00:00Z","by":"sis","ids":["ana"],"kind":"people_changed","people":"students","role":"x"}'
)


@pytest.fixture
async def long(lincoln: LincolnHigh, roll_database: Database) -> LincolnHigh:
    """A roll, a lock, an approved adjustment, and six hundred entries more."""
    await lincoln.take_roll("ben")
    await lock(lincoln)
    await omar(lincoln, on=TUESDAY)
    assert (await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())).status_code == 201
    connection = await asyncpg.connect(roll_database.app("roll"))
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.district_id', $1, true)", lincoln.district_id)
        append = "SELECT roll.append_entry($1, $2, $3) FROM generate_series(1, 600)"
        await connection.fetch(append, lincoln.district_id, STREAM, FILLING)
    await connection.close()
    return lincoln


async def lines(school: LincolnHigh) -> list[dict[str, Any]]:
    answer = await school.ask("auditor", "GET", PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_progress_comes_page_by_page_and_the_tables_are_compared(long: LincolnHigh) -> None:
    *progress, found = await lines(long)

    head = found["head"]
    assert [line["verified"] for line in progress] == [0, 250, 500, head]
    assert {line["head"] for line in progress} == {head}
    assert (found["after"], found["verified"], found["fault"]) == (0, head, None)
    assert found["standing"] == "as the entries say"


async def test_two_at_once_are_both_answered(long: LincolnHigh) -> None:
    both = await asyncio.gather(lines(long), lines(long))

    assert both[0] == both[1]


async def test_a_fault_ends_it_at_the_very_entry(long: LincolnHigh, roll_database: Database) -> None:
    async with as_administrator(roll_database) as connection:
        await connection.execute(SET_HASH, long.district_id, STREAM, 300, bytes(32))

    *progress, found = await lines(long)

    assert [line["verified"] for line in progress] == [0, 250]
    assert (found["verified"], found["fault"]["sequence"]) == (299, 300)


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE roll.certified_period SET released = true WHERE district_id = $1", "certified"),
        ("UPDATE roll.certified_period SET ends_before = ends_before + 1 WHERE district_id = $1", "certified"),
        ("DELETE FROM roll.approval WHERE district_id = $1", "approval"),
        ("UPDATE roll.approval SET expires_at = expires_at + interval '1 day' WHERE district_id = $1", "approval"),
        ("DELETE FROM roll.roll_change WHERE district_id = $1", "roll change"),
        ("UPDATE roll.roll_change SET student_id = 'ana' WHERE district_id = $1", "roll change"),
    ],
)
async def test_a_lock_an_approval_or_a_trail_changed_behind_the_streams_back_is_found(
    long: LincolnHigh, roll_database: Database, statement: str, kind: str
) -> None:
    async with as_administrator(roll_database) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(statement, long.district_id)

    found = (await lines(long))[-1]

    assert found["standing"] == "otherwise"
    assert found["fault"]["detail"].startswith(f"1 of {kind}")


def a_stream(**said: Any) -> list[Any]:
    """A roll of Tuesday, its lock, an approval, and a change that goes by it; each as `said` has it otherwise."""
    moment = {"at": "2026-04-01T12:00:00Z", "by": "c-ito", "role": "attendance_clerk"}
    place = {"section_id": "n", "on": TUESDAY, "period_id": "02"}
    approval = "5f6b3e2e-0000-4000-8000-000000000001"
    stream: dict[str, dict[str, Any]] = {
        "roster": {"kind": "roster_fixed", "section_id": "n", "roster": 1, "students": ["ben"]},
        "taken": {"kind": "roll_taken", **place, "version": 1, "roster": 1, "codes": ["A"], "marks": "0"},
        "locked": {"kind": "period_locked", "statement_id": "st-1", "begins_on": TUESDAY, "ends_before": WEDNESDAY},
        "approved": {
            "kind": "change_approved", "approval_id": approval, "statements": ["st-1"], "on": TUESDAY, "reason": "r",
            "expires_at": "2026-04-02T12:00:00Z", "by": "c-omar",
        },
        "adjusted": {
            "kind": "mark_adjusted", **place, "version": 2, "student_id": "ben", "was": "A", "code": "S",
            "reason": "r", "authority": "a", "document": "d", "approval_id": approval,
        },
    }  # fmt: skip
    entries = [moment | entry | said.get(name, {}) for name, entry in stream.items()]
    return [
        read_entry.validate_json(json.dumps({key: value for key, value in entry.items() if value is not None}))
        for entry in entries
    ]


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ({}, True),
        ({"adjusted": {"approval_id": None}}, False),
        ({"adjusted": {"approval_id": None, "second_approver": "c-omar"}}, True),  # of before approvals
        ({"adjusted": {"by": "c-omar"}}, False),
        ({"adjusted": {"at": "2026-04-02T11:59:59Z"}}, True),
        ({"adjusted": {"at": "2026-04-02T12:00:00Z"}}, False),
        ({"approved": {"on": WEDNESDAY}}, False),
        ({"approved": {"on": None, "release": True}}, False),
        ({"approved": {"statements": ["st-2"]}}, False),
        ({"locked": {"begins_on": WEDNESDAY, "ends_before": "2026-03-12"}, "adjusted": {"approval_id": None}}, True),
    ],
)
def test_a_change_of_a_locked_day_that_nobody_else_approved_contradicts_the_stream(
    said: dict[str, Any], whole: bool
) -> None:
    fold, broken = Standing({}), None
    try:
        for sequence, entry in enumerate(a_stream(**said), 1):
            fold.fold(sequence, entry)
    except Broken as found:
        broken = found.fault.sequence

    assert broken == (None if whole else 5)
