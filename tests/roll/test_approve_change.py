"""Four eyes are two tokens: what changes a certified day was approved by somebody else, who asked as herself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.postgres import Database
from tests.roll.approving import a_group, an_approval, lock, omar
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.school_clock import SchoolClock

LATE = ROLL.replace(TUESDAY, WEDNESDAY)


@pytest.fixture
async def locked(lincoln: LincolnHigh) -> LincolnHigh:
    """Tuesday's roll was taken, and then Tuesday was locked."""
    await lincoln.take_roll("ben")
    assert (await lock(lincoln)).status_code == 201
    return lincoln


async def last_entries(school: LincolnHigh, count: int) -> list[dict[str, Any]]:
    feed = (await school.ask("auditor", "GET", "/v1/streams/school.lincoln/entries")).json()["entries"]
    return [json.loads(entry["body"]) for entry in feed[-count:]]


async def test_an_adjustment_that_somebody_else_approves_is_sent_again_and_stands(locked: LincolnHigh) -> None:
    adjustment = a_nurse_pass()
    refused = await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)
    approval = await omar(locked, act_id=adjustment["adjustment_id"])

    answer = await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/period-locked")
    assert "st-1" in refused.json()["detail"]
    assert [approval.status_code, answer.status_code] == [201, 201], answer.text
    said = await last_entries(locked, 2)
    assert [(entry["kind"], entry["by"]) for entry in said] == [
        ("change_approved", "c-omar"),
        ("mark_adjusted", "c-ito"),
    ]
    assert said[1]["approval_id"] == said[0]["approval_id"] == approval.json()["approval_id"]
    steps = (await locked.ask("auditor", "GET", f"{ROLL}/students/ben/trail")).json()["steps"]
    assert [(step["recorded_by"], step["approved_by"]) for step in steps] == [("t-ruiz", None), ("c-ito", "c-omar")]
    assert steps[1]["approval_id"] == approval.json()["approval_id"]


async def test_an_approved_act_is_that_act_and_no_other(locked: LincolnHigh) -> None:
    approved, another = a_nurse_pass(), a_nurse_pass()
    await omar(locked, act_id=approved["adjustment_id"])

    assert (await locked.clerk("POST", f"{ROLL}/adjustments", json=another)).status_code == 409
    assert (await locked.clerk("POST", f"{ROLL}/adjustments", json=approved)).status_code == 201


async def test_a_field_trip_in_a_locked_day_goes_by_one_approval(locked: LincolnHigh) -> None:
    trip = a_group(students=["ana", "ben"])
    refused = await locked.clerk("POST", "/v1/adjustments", json=trip)
    await omar(locked, act_id=trip["adjustment_id"])

    answer = await locked.clerk("POST", "/v1/adjustments", json=trip)

    assert refused.status_code == 409
    assert (answer.status_code, answer.json()["marks_adjusted"]) == (201, 2), answer.text
    entries = await last_entries(locked, 3)
    assert {entry["approval_id"] for entry in entries} == {entries[0]["approval_id"]}
    found = (await locked.ask("auditor", "GET", "/v1/streams/school.lincoln/verification")).json()
    assert (found["fault"], found["standing"]) == (None, "as the entries say")


async def test_a_day_is_opened_to_the_office_and_to_no_teacher(locked: LincolnHigh) -> None:
    await omar(locked, on=TUESDAY)

    by_clerk = [await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass(who)) for who in ("ana", "ben")]
    by_teacher = await locked.take_roll("ana", base_version=3)

    assert [answer.status_code for answer in (*by_clerk, by_teacher)] == [201, 201, 409]


async def test_a_late_roll_of_a_locked_day_goes_by_its_submission(lincoln: LincolnHigh) -> None:
    await lock(lincoln, begins_on=WEDNESDAY, ends_before="2026-03-12")
    roll = a_roll("ben")
    batch = {"submissions": [roll | {"section_id": "algebra-1", "on": WEDNESDAY, "period_id": "02"}]}
    waiting = await lincoln.ruiz("PUT", LATE, json=roll)
    await omar(lincoln, act_id=roll["submission_id"])

    (item,) = (await lincoln.ruiz("POST", "/v1/roll-batches", json=batch)).json()["results"]
    again = await lincoln.ruiz("PUT", LATE, json=roll)

    assert (waiting.status_code, item["status"]) == (409, 201)
    assert (again.status_code, again.json()) == (200, item["receipt"])
    steps = (await lincoln.ask("auditor", "GET", f"{LATE}/students/ben/trail")).json()["steps"]
    assert [(step["recorded_by"], step["approved_by"]) for step in steps] == [("t-ruiz", "c-omar")]


async def test_nobody_approves_for_herself_under_any_role(locked: LincolnHigh) -> None:
    adjustment = a_nurse_pass()
    approval = an_approval(act_id=adjustment["adjustment_id"])
    as_principal = await locked.ask(
        "principal", "POST", "/v1/approvals", subject="c-ito", schools=["lincoln"], json=approval
    )

    refused = await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)

    assert as_principal.status_code == 201
    assert refused.json()["type"] == "/problems/period-locked"


async def test_a_lock_that_is_set_later_stays_shut(locked: LincolnHigh) -> None:
    adjustment = a_nurse_pass()
    await omar(locked, act_id=adjustment["adjustment_id"])
    await lock(locked, statement_id="st-2")

    refused = await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)
    await omar(locked, act_id=adjustment["adjustment_id"], statements=["st-1", "st-2"])
    done = await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)

    assert [refused.status_code, done.status_code] == [409, 201]


async def test_an_approval_names_the_locks_that_stand(locked: LincolnHigh) -> None:
    await lock(locked, statement_id="st-2")
    answers = [
        await omar(locked, on=TUESDAY),  # st-2 keeps it shut as well
        await omar(locked, on=WEDNESDAY),  # it is not locked
        await omar(locked, act_id=str(uuid4()), statements=["st-9"]),
        await omar(locked, on=TUESDAY, statements=["st-2", "st-1"]),
    ]

    assert [answer.status_code for answer in answers] == [409, 409, 409, 201]
    assert answers[0].json()["errors"] == [{"pointer": "/statements", "detail": "The locks are: st-1, st-2."}]


async def test_an_approval_expires(lincoln_by_the_clock: tuple[LincolnHigh, SchoolClock]) -> None:
    lincoln, clock = lincoln_by_the_clock
    await lincoln.take_roll("ben", "cho")
    await lock(lincoln)
    expires = clock.moment + timedelta(hours=1)
    approval = await omar(lincoln, on=TUESDAY, expires_at=expires.isoformat())
    assert approval.json()["in_force"] is True

    clock.moment = expires - timedelta(seconds=1)
    in_time = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    clock.moment = expires
    too_late = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("cho"))

    assert [in_time.status_code, too_late.status_code] == [201, 409]
    listed = (await lincoln.clerk("GET", "/v1/schools/lincoln/approvals")).json()["approvals"]
    assert [each["in_force"] for each in listed] == [False]


async def test_an_approval_is_for_at_most_a_month_from_now(
    lincoln_by_the_clock: tuple[LincolnHigh, SchoolClock],
) -> None:
    lincoln, clock = lincoln_by_the_clock
    await lock(lincoln)
    spans = (timedelta(0), timedelta(seconds=1), timedelta(days=31), timedelta(days=31, seconds=1))
    answers = [await omar(lincoln, on=TUESDAY, expires_at=(clock.moment + span).isoformat()) for span in spans]

    assert [answer.status_code for answer in answers] == [422, 201, 201, 422]
    assert answers[0].json()["type"] == "/problems/not-that-long"


async def test_approvals_are_listed_the_latest_first_and_page_by_page(locked: LincolnHigh) -> None:
    given = [(await omar(locked, act_id=str(uuid4()))).json() for _ in range(5)]
    path, found, asked = "/v1/schools/lincoln/approvals", [], {"limit": 2}
    while True:
        page = (await locked.ask("auditor", "GET", path, params=asked)).json()
        found += page["approvals"]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]

    assert found == given[::-1]
    assert found[0]["approved_by"] == "c-omar"
    assert (await locked.ask("auditor", "GET", path, params={"cursor": "WyJhIl0"})).status_code == 400


async def test_the_same_approval_again_is_the_same_and_another_under_its_id_is_refused(locked: LincolnHigh) -> None:
    approval = an_approval(on=TUESDAY)
    first = await omar(locked, **approval)
    again = await omar(locked, **approval)
    other = await omar(locked, **approval | {"reason": "Another"})
    somebody_else = await omar(locked, subject="c-ann", **approval)

    assert [first.status_code, again.status_code] == [201, 200]
    assert again.json() == first.json()
    assert other.json()["type"] == somebody_else.json()["type"] == "/problems/write-id-reused"


@pytest.mark.parametrize(
    "said",
    [{}, {"on": TUESDAY, "release": True}, {"act_id": str(uuid4()), "on": TUESDAY}, {"on": TUESDAY, "statements": []},
     {"on": TUESDAY, "expires_at": "2026-03-10T12:00:00"}, {"on": TUESDAY, "reason": ""}, {"release": "true"}],
)  # fmt: skip
async def test_an_approval_says_one_thing_and_all_of_it(locked: LincolnHigh, said: dict[str, Any]) -> None:
    assert (await omar(locked, **said)).status_code == 422


async def test_the_name_of_a_second_approver_is_no_longer_taken_for_one(locked: LincolnHigh) -> None:
    await omar(locked, on=TUESDAY)

    answer = await locked.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass() | {"second_approver": "c-omar"})

    assert answer.status_code == 422


async def test_the_database_itself_refuses_what_no_approval_opens(locked: LincolnHigh, roll_database: Database) -> None:
    """Whoever writes past the service: a made-up approval, one's own, an expired one, a release without one."""
    approval = (await omar(locked, on=TUESDAY)).json()["approval_id"]
    entry = {
        "at": datetime.now(UTC).isoformat(), "by": "c-ito", "role": "attendance_clerk", "kind": "mark_adjusted",
        "on": TUESDAY, "approval_id": approval,
    }  # fmt: skip
    change = "UPDATE roll.roll SET version = version + 1"
    release = "UPDATE roll.certified_period SET released = true"
    cases = {
        "an approval in force": (entry, change, True),
        "no approval": ({**entry, "approval_id": None}, change, False),
        "a made-up approval": (entry | {"approval_id": str(uuid4())}, change, False),
        "the approver herself": (entry | {"by": "c-omar"}, change, False),
        "a teacher, by the approval of a day": (entry | {"role": "teacher"}, change, False),
        "an expired approval": (entry | {"at": "2099-01-01T00:00:00Z"}, change, False),
        "an entry about another day": (entry | {"on": WEDNESDAY}, change, False),
        "a release by the approval of a day": (
            entry | {"kind": "period_unlocked", "statement_id": "st-1"}, release, False,
        ),
        "a lock that is moved": (entry, "UPDATE roll.certified_period SET ends_before = ends_before + 1", False),
    }  # fmt: skip
    went = {}
    connection = await asyncpg.connect(roll_database.app("roll"))
    try:
        for name, (said, statement, _) in cases.items():
            body = json.dumps({key: value for key, value in said.items() if value is not None}).encode()
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SELECT set_config('app.district_id', $1, true)", locked.district_id)
            await connection.execute("SELECT roll.append_entry($1, 'school.lincoln', $2)", locked.district_id, body)
            try:
                await connection.execute(statement)
                went[name] = "kept"
            except asyncpg.PostgresError as refusal:
                went[name] = refusal.sqlstate
            await transaction.rollback()
    finally:
        await connection.close()

    assert went == {name: "kept" if goes else "RB001" for name, (_, _, goes) in cases.items()}


async def test_a_row_put_beside_the_stream_approves_nothing(locked: LincolnHigh, roll_database: Database) -> None:
    adjustment = a_nurse_pass()
    connection = await asyncpg.connect(roll_database.app("roll"))
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.district_id', $1, true)", locked.district_id)
            await connection.execute(
                "INSERT INTO roll.approval (district_id, school_id, sequence, approval_id, expires_at) "
                "VALUES ($1, 'lincoln', 1, $2, now() + interval '1 day')",
                locked.district_id, uuid4(),
            )  # fmt: skip
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with connection.transaction():
                    await connection.execute("UPDATE roll.approval SET expires_at = now()")
    finally:
        await connection.close()

    assert (await locked.clerk("POST", f"{ROLL}/adjustments", json=adjustment)).status_code == 409
