"""Whatever somebody with an administrator's login does to a stream, verifying it names the entry."""

import asyncio
from typing import Any

import pytest

from tests.postgres import Database
from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.tampering import (
    DELETE,
    ENTRIES,
    SET_BODY,
    SET_HASH,
    STREAM,
    as_administrator,
    rehash,
    run,
)

PATH = f"/v1/streams/{STREAM}/verification"


@pytest.fixture
async def told(lincoln: LincolnHigh) -> LincolnHigh:
    """Lincoln High after two rolls, an amendment and two adjustments."""
    await lincoln.take_roll("ben", "cho")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    await lincoln.take_roll("ana", "ben", base_version=2)
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ana"))
    answer = await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, WEDNESDAY), json=a_roll())
    assert answer.status_code == 201, answer.text
    return lincoln


async def verification(school: LincolnHigh, **parameters: Any) -> Any:
    answer = await school.ask("auditor", "GET", PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_stream_that_nobody_touched_is_whole_and_stands_as_its_entries_say(told: LincolnHigh) -> None:
    found = await verification(told)

    assert found["fault"] is None
    assert found["standing"] == "as the entries say"
    assert found["verified"] == found["head"] >= 14
    heads = (await told.ask("auditor", "GET", "/v1/streams")).json()["streams"]
    assert {head["hash"] for head in heads if head["stream"] == STREAM} == {found["hash"]}


async def test_the_district_stream_is_verified_as_well(told: LincolnHigh) -> None:
    found = (await told.ask("district_office", "GET", "/v1/streams/district/verification")).json()

    assert (found["fault"], found["standing"]) == (None, "as the entries say")


async def test_a_long_stream_is_verified_in_pieces_and_a_cursor_that_is_not_ours_is_refused(told: LincolnHigh) -> None:
    pieces = [await verification(told, limit=4)]
    while pieces[-1]["next"]:
        pieces.append(await verification(told, limit=4, after=pieces[-1]["next"]))

    assert [piece["verified"] for piece in pieces][:3] == [4, 8, 12]
    assert pieces[-1]["verified"] == pieces[-1]["head"]
    assert {piece["standing"] for piece in pieces} == {"not compared"}
    for wrong in ("x", "MTIgYWI", "é", "LTEg"):
        assert (await told.ask("auditor", "GET", PATH, params={"after": wrong})).status_code == 400


async def test_only_the_auditor_and_the_district_office_verify(told: LincolnHigh) -> None:
    answers = [await told.ask(role, "GET", PATH) for role in ("teacher", "attendance_clerk", "sis_client", "service")]
    nowhere = await told.ask("auditor", "GET", "/v1/streams/school.nowhere/verification")

    assert [answer.status_code for answer in answers] == [403] * 4
    assert nowhere.status_code == 404


async def change_body(connection: Any, district_id: str, at: int) -> None:
    rows = await connection.fetch(ENTRIES, district_id, STREAM)
    body = bytes(rows[at - 1]["body"]).replace(b'"by":"', b'"by":"x')
    await connection.execute(SET_BODY, district_id, STREAM, at, body)


async def delete(connection: Any, district_id: str, at: int) -> None:
    await connection.execute(DELETE, district_id, STREAM, at)


async def swap_with_the_next(connection: Any, district_id: str, at: int) -> None:
    rows = await connection.fetch(ENTRIES, district_id, STREAM)
    await connection.execute(SET_BODY, district_id, STREAM, at, rows[at]["body"])
    await connection.execute(SET_BODY, district_id, STREAM, at + 1, rows[at - 1]["body"])


async def change_hash(connection: Any, district_id: str, at: int) -> None:
    await connection.execute(SET_HASH, district_id, STREAM, at, bytes(32))


@pytest.mark.parametrize("tamper", [change_body, delete, swap_with_the_next, change_hash])
@pytest.mark.parametrize("at", [1, 7])
async def test_tampering_is_found_at_the_very_entry(
    told: LincolnHigh, roll_database: Database, tamper: Any, at: int
) -> None:
    async with as_administrator(roll_database) as connection:
        await tamper(connection, told.district_id, at)

    found = await verification(told)

    assert found["fault"]["sequence"] == at
    assert found["verified"] == at - 1


async def test_a_changed_entry_whose_hash_was_made_to_fit_is_found_at_the_next(
    told: LincolnHigh, roll_database: Database
) -> None:
    async with as_administrator(roll_database) as connection:
        before = await connection.fetch(ENTRIES, told.district_id, STREAM)
        await change_body(connection, told.district_id, 7)
        await rehash(connection, told.district_id)
        for row in before[7:]:
            await connection.execute(SET_HASH, told.district_id, STREAM, row["sequence"], row["hash"])

    assert (await verification(told))["fault"]["sequence"] == 8


async def test_an_entry_cut_off_the_end_is_missed(told: LincolnHigh, roll_database: Database) -> None:
    head = (await verification(told))["head"]
    async with as_administrator(roll_database) as connection:
        await delete(connection, told.district_id, head)

    found = await verification(told)

    assert found["fault"] == {"sequence": head, "detail": "it is missing"}


async def test_a_stream_written_anew_to_its_head_is_whole_again_and_only_an_outside_witness_can_tell(
    told: LincolnHigh, roll_database: Database
) -> None:
    """Why there are checkpoints, and why credit keeps the heads that it has followed."""
    before = await verification(told)
    async with as_administrator(roll_database) as connection:
        await change_body(connection, told.district_id, 7)
        await rehash(connection, told.district_id)

    after = await verification(told)

    assert after["fault"] is None
    assert after["hash"] != before["hash"]


async def test_a_table_changed_behind_the_streams_back_is_found_at_the_entry_that_it_contradicts(
    told: LincolnHigh, roll_database: Database
) -> None:
    trail = (await told.ask("auditor", "GET", f"{ROLL}/students/ana/trail")).json()["steps"]
    async with as_administrator(roll_database) as connection:
        await connection.execute(
            "UPDATE roll.roll SET marks = reverse(marks) WHERE district_id = $1 AND \"on\" = '2026-03-10'",
            told.district_id,
        )

    found = await verification(told)

    assert found["standing"] == "otherwise"
    assert found["fault"]["sequence"] == trail[-1]["sequence"]


async def test_a_roster_row_that_no_entry_ever_said_is_found(told: LincolnHigh, roll_database: Database) -> None:
    async with as_administrator(roll_database) as connection:
        await connection.execute("UPDATE roll.section SET title = 'Chess' WHERE district_id = $1", told.district_id)

    found = await verification(told)

    assert (found["standing"], found["fault"]["detail"].split()[:3]) == ("otherwise", ["2", "of", "sections"])


async def test_the_command_names_the_first_bad_entry_and_exits_1(told: LincolnHigh, roll_database: Database) -> None:
    whole = await asyncio.to_thread(run, roll_database, "verify", "--district", told.district_id)
    async with as_administrator(roll_database) as connection:
        await change_body(connection, told.district_id, 7)
    arguments = "verify", "--district", told.district_id, "--stream", STREAM
    tampered = await asyncio.to_thread(run, roll_database, *arguments)

    assert whole.returncode == 0, whole.stdout + whole.stderr
    assert [line.split()[0] for line in whole.stdout.splitlines()] == ["district:", f"{STREAM}:"]
    assert tampered.returncode == 1
    assert tampered.stdout.startswith(f"{STREAM}: entry 7: its hash does not follow")
