"""Adjusting a mark, as an attendance clerk and an auditor would say it (TX-11)."""

import asyncio

import pytest

from tests.roll.lincoln_high import ROLL, LincolnHigh, a_nurse_pass, a_roll

TRAIL = f"{ROLL}/students/ben/trail"


async def test_an_adjustment_stands_and_the_original_stays_readable(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    adjusted = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    assert adjusted.status_code == 201, adjusted.text
    steps = (await lincoln.ask("auditor", "GET", TRAIL)).json()["steps"]
    assert [(step["kind"], step["code"], step["recorded_by"]) for step in steps] == [
        ("roll_taken", "A", "t-ruiz"),
        ("mark_adjusted", "S", "c-ito"),
    ]
    assert steps[1]["document"] == "pass 114"
    assert adjusted.json()["sequence"] == steps[1]["sequence"]


async def test_the_teacher_cannot_adjust(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    assert (await lincoln.ruiz("POST", f"{ROLL}/adjustments", json=a_nurse_pass())).status_code == 403


@pytest.mark.parametrize("ground", ["reason", "authority", "document"])
async def test_an_adjustment_without_its_grounds_is_refused_and_the_absence_stands(
    lincoln: LincolnHigh, ground: str
) -> None:
    await lincoln.take_roll("ben")
    groundless = a_nurse_pass()
    del groundless[ground]

    answer = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=groundless)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{ground}"
    assert len((await lincoln.ask("auditor", "GET", TRAIL)).json()["steps"]) == 1


async def test_the_clerk_of_another_school_sees_nothing_to_adjust(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    other = await lincoln.ask(
        "attendance_clerk", "POST", f"{ROLL}/adjustments", schools=["washington"], json=a_nurse_pass()
    )

    assert other.status_code == 404


async def test_a_retry_is_the_same_adjustment(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    once = a_nurse_pass()
    answers = await asyncio.gather(*(lincoln.clerk("POST", f"{ROLL}/adjustments", json=once) for _ in range(5)))

    assert len({answer.text for answer in answers}) == 1
    assert len((await lincoln.ask("auditor", "GET", TRAIL)).json()["steps"]) == 2


async def test_of_two_clerks_adjusting_one_mark_alike_the_second_finds_nothing_to_do(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    answers = await asyncio.gather(
        *(lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass()) for _ in range(2))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_roll_that_nobody_took_cannot_be_adjusted(lincoln: LincolnHigh) -> None:
    answer = await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    assert answer.json()["type"] == "/problems/roll-not-taken"


async def test_undoing_an_adjustment_is_another_adjustment(lincoln: LincolnHigh) -> None:
    await lincoln.ruiz("PUT", ROLL, json=a_roll("ben"))
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())

    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass() | {"code": "A", "reason": "Wrong student"})

    steps = (await lincoln.ask("auditor", "GET", TRAIL)).json()["steps"]
    assert [step["code"] for step in steps] == ["A", "S", "A"]
