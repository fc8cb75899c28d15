"""What a principal in New York or California reads of a sum: every day by what it counts as, and in words why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from deploy.issuer import Issuer
from services.credit.said_of_rolls import said_absent, said_present, said_unknown
from tests.credit.cedar_high import MONDAY, TUESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark
from tests.credit.test_attendance_tiers import DAYS, Sylmar
from tests.credit.test_new_york_from_rolls import Batavia


@pytest.fixture
async def batavia(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Batavia.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


@pytest.fixture
async def sylmar(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Sylmar.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def broken_down(school: OakPark, period: int, **params: Any) -> tuple[str, dict[str, list[tuple[int, str]]]]:
    await school.caught_up()
    asked = {"school_year": 2026, "school_id": "oak"} | params
    answer = await school.ask("/v1/breakdown", "principal", schools=["oak"], **asked)
    (row,) = [row for row in answer.json()["rows"] if row["period"] == period]
    parts = {part["kind"]: [(why["student_days"], why["because"]) for why in part["because"]] for part in row["parts"]}
    for part in row["parts"]:
        assert sum(why["student_days"] for why in part["because"]) == part["student_days"]
        assert all(why["citation"] for why in part["because"])
    return row["said"], parts


async def test_new_york_s_days_are_told_by_the_rolls_of_each_day(batavia: OakPark) -> None:
    """Monday: Ann misses every class, Bob all but the first. On Tuesday nobody takes a roll. Eli has Fridays only."""
    await batavia.take_classes(MONDAY, ann=0, bob=50)

    said, parts = await broken_down(batavia, 7, through=TUESDAY)

    assert said == "10 student-days, of which 4: not taken; 3: present; 2: not in membership; 1: absent"
    assert parts == {
        "not taken": [(4, "none of the 6 rolls was taken")],
        "present": [(2, "present at all 6 rolls"), (1, "present at 1 of 6 rolls, absent at 5")],
        "not in membership": [(2, "enrolled, not scheduled that day")],
        "absent": [(1, "absent from all 6 rolls, unexcused")],
    }


async def test_california_s_days_are_told_by_the_day_s_roll(sylmar: OakPark) -> None:
    """Of three days: Uri absent without and Val with an excuse, Wes late; then everybody there; then no roll."""
    january = {"number": 5, "name": "January", "begins_on": DAYS[0], "ends_before": DAYS[3]}
    await sylmar.tell("reporting-periods", Sylmar.rows["reporting-periods"][0] | january)
    await sylmar.take_roll("homeroom", DAYS[0], uri="A", val="E", wes={"code": "T", "arrived_at": "08:10:00"})
    await sylmar.take_roll("homeroom", DAYS[1])

    said, parts = await broken_down(sylmar, 5)

    assert said == "12 student-days, of which 6: present; 4: not taken; 2: absent"
    assert parts == {
        "present": [(6, "present at the day's roll")],
        "not taken": [(4, "the day's roll was not taken")],
        "absent": [(1, "absent from the day's roll, excused"), (1, "absent from the day's roll, unexcused")],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (said_present(1, 0, 1), "present at the day's roll"),
        (said_present(2, 0, 2), "present at all 2 rolls"),
        (said_present(1, 0, 2), "present at 1 of 2 rolls, 1 not taken"),
        (said_present(1, 2, 4), "present at 1 of 4 rolls, absent at 2, 1 not taken"),
        (said_absent(1, None), "absent from the day's roll, and nobody said whether excused"),
        (said_absent(2, True), "absent from all 2 rolls, excused"),
        (said_unknown(0, 0), "on no roll that day"),
        (said_unknown(0, 1), "the day's roll was not taken"),
        (said_unknown(0, 2), "none of the 2 rolls was taken"),
        (said_unknown(1, 2), "absent at 1 of 2 rolls, 1 not taken"),
    ],
)
def test_the_words_of_a_day_s_rolls(words: str, said: str) -> None:
    assert words == said
