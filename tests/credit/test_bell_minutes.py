"""How long classes last, and what of one was attended."""

from datetime import time

import pytest

from services.credit.bell_minutes import UNSAID, BellDay, second_of_day
from shared.schema.roster import BellPeriod, RollMode


def period(name: str, begins: str, ends: str, *, instructional: bool = True) -> BellPeriod:
    return BellPeriod(
        school_id="oak", bell_schedule_id="b", period_id=name, begins_at=time.fromisoformat(begins),
        ends_at=time.fromisoformat(ends), instructional=instructional,
    )  # fmt: skip


LUNCH = period("lunch", "11:00", "11:40", instructional=False)


def test_a_homeroom_is_long_as_the_day_without_its_lunch_and_its_recess() -> None:
    recess = period("recess", "11:30", "12:00", instructional=False)
    day = BellDay.of([period("day", "08:00", "14:00"), LUNCH, recess], RollMode.DAILY)

    assert day.lessons["day"].parts == ((8 * 3600, 11 * 3600), (12 * 3600, 14 * 3600))
    assert day.lessons["day"].seconds == 300 * 60


def test_a_class_beside_another_pupils_lunch_loses_nothing_by_it() -> None:
    day = BellDay.of([period("05", "10:50", "11:40"), LUNCH], RollMode.EVERY_PERIOD)

    assert day.lessons["05"].seconds == 50 * 60
    assert "lunch" not in day.lessons


@pytest.mark.parametrize(
    ("arrived", "left", "seconds"),
    [
        (None, None, 3000),
        ("08:00:00", None, 3000),
        ("08:00:01", None, 2999),
        ("07:00:00", "08:10:00", 600),
        ("08:10:00", "08:49:59", 2399),
        ("08:50:00", None, 0),
        (None, "08:00:00", 0),
        ("08:30:00", "08:20:00", 0),
    ],
)
def test_what_lies_between_the_times_is_attended(arrived: str | None, left: str | None, seconds: int) -> None:
    lesson = BellDay.of([period("01", "08:00", "08:50")], RollMode.EVERY_PERIOD).lessons["01"]
    came, went = (UNSAID if at is None else second_of_day(time.fromisoformat(at)) for at in (arrived, left))

    assert lesson.attended(came, went) == seconds


def test_a_block_schedule_is_known_by_its_usual_class() -> None:
    blocks = [period(f"b{hour}", f"{hour:02}:00", f"{hour + 1:02}:28") for hour in (8, 10, 12, 14)]
    advisory = period("advisory", "09:30", "09:50")
    double = [period("lab", "08:00", "09:40"), *(period(f"p{h}", f"{h}:00", f"{h}:50") for h in (10, 11, 12))]

    assert BellDay.of([*blocks, advisory], RollMode.EVERY_PERIOD).usual_minutes == 88
    assert BellDay.of(double, RollMode.EVERY_PERIOD).usual_minutes == 50


def test_classes_that_share_time_overlap_and_those_that_touch_do_not() -> None:
    periods = [period("01", "08:00", "08:50"), period("1b", "08:49", "09:00"), period("02", "09:00", "09:50")]

    assert BellDay.of(periods, RollMode.EVERY_PERIOD).overlapping == (("01", "1b"),)
