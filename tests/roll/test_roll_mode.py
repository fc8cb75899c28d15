"""How often the roll is taken: every row of New York's table, and what a school is told of its own setting."""

from datetime import date

import pytest

from services.roll.explain_roll_mode import LAW
from services.roll.roll_mode import PupilsSchedule, required_mode, suffices
from shared.schema.roster import Grade, RollMode
from tests.roll.lincoln_high import LincolnHigh
from tests.roll.telling import tell, the

ONCE, TWICE, EACH = RollMode.DAILY, RollMode.TWICE_DAILY, RollMode.EVERY_PERIOD
MODE = "/v1/schools/lincoln/roll-mode"


@pytest.mark.parametrize(
    ("grade", "departmentalized", "changes_classrooms", "dismissed_for_lunch", "expected"),
    [
        ("KG", False, False, False, ONCE),
        ("08", False, False, False, ONCE),
        ("08", False, True, False, ONCE),
        ("08", False, False, True, TWICE),
        ("08", False, True, True, TWICE),
        ("09", False, True, False, EACH),
        ("09", False, True, True, EACH),
        ("08", True, True, False, EACH),
        ("08", True, True, True, EACH),
        ("12", True, False, False, ONCE),
        ("12", False, False, False, ONCE),
        ("12", False, False, True, TWICE),
        ("05", True, False, True, TWICE),
    ],
)
def test_every_row_of_the_table(
    grade: Grade, departmentalized: bool, changes_classrooms: bool, dismissed_for_lunch: bool, expected: RollMode
) -> None:
    pupil = PupilsSchedule(grade, departmentalized, changes_classrooms, dismissed_for_lunch)

    rule = required_mode(pupil, date(2026, 3, 10), LAW)

    assert rule is not None
    assert (rule.mode, rule.cite) == (expected, LAW.new_york.newest.cite)


def test_the_rule_is_in_force_from_july_2003_and_not_the_day_before() -> None:
    pupil = PupilsSchedule("10", True, True, False)

    assert required_mode(pupil, date(2003, 6, 30), LAW) is None
    assert required_mode(pupil, date(2003, 7, 1), LAW) is not None


def test_a_nonpublic_school_takes_the_roll_once_a_day_since_march_2007() -> None:
    pupil = PupilsSchedule("10", True, True, True, nonpublic=True)

    rules = [required_mode(pupil, on, LAW) for on in (date(2007, 3, 5), date(2007, 3, 6))]

    assert [rule and rule.mode for rule in rules] == [EACH, ONCE]


def test_taking_the_roll_more_often_than_asked_is_enough_and_less_often_is_not() -> None:
    assert [suffices(mode, TWICE) for mode in (ONCE, TWICE, EACH)] == [False, True, True]


async def test_a_school_of_new_york_is_told_whether_its_setting_meets_the_rule(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", jurisdiction="new_york", roll_mode="daily"))
    asked = {"grade": "10", "changes_classrooms": "true", "on": "2026-03-10"}

    said = (await lincoln.clerk("GET", MODE, params=asked)).json()
    assert said["mode"] == "daily"
    assert (said["required"]["mode"], said["required"]["is_met"]) == ("every_period", False)
    assert "104.1(d)(7)" in said["required"]["cite"]

    await tell(lincoln, "schools", the("schools", jurisdiction="new_york"))
    assert (await lincoln.clerk("GET", MODE, params=asked)).json()["required"]["is_met"] is True


async def test_elsewhere_the_schools_own_setting_is_all_there_is(lincoln: LincolnHigh) -> None:
    assert (await lincoln.clerk("GET", MODE)).json() == {
        "school_id": "lincoln", "mode": "every_period", "required": None,
    }  # fmt: skip
    assert (await lincoln.ruiz("GET", MODE)).status_code == 403
    assert (await lincoln.ask("principal", "GET", MODE, schools=["washington"])).status_code == 404
