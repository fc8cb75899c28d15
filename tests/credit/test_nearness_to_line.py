"""The line is exact: what may still be missed, and the day of the fall, from both sides."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.nearness_to_line import absences_left, day_of_fall, is_at

LINE = Fraction(96, 100)


@pytest.mark.parametrize(
    ("attended", "absent", "remaining", "left"),
    [
        (0, 0, 180, 7),  # rule LA-5: 7 of 180 is proficient, 8 is not
        (100, 7, 73, 0),
        (100, 8, 72, None),
        (90, 6, 84, 1),
        (24, 1, 0, 0),  # a missed day for every 25 is exactly the line (LA-6)
        (23, 1, 0, None),
        (50, 0, 1, 1),  # 50 of 51 is 98 %, but there is only one day left to miss
        (10, 5, 110, 0),
        (10, 5, 109, None),
    ],
)
def test_absences_left_are_whole_days_on_the_safe_side(
    attended: int, absent: int, remaining: int, left: int | None
) -> None:
    assert absences_left(LINE, attended * 6, absent * 6, remaining, 6) == left


def test_a_half_day_student_misses_half_days() -> None:
    assert absences_left(LINE, 90 * 3, 6 * 3, 84, 3) == absences_left(LINE, 90 * 6, 6 * 6, 84, 6) == 1


@given(st.integers(0, 180), st.integers(0, 60), st.integers(0, 180), st.sampled_from([1, 2, 3, 6]))
def test_missing_as_many_as_said_keeps_the_line_and_one_more_does_not(
    attended: int, absent: int, remaining: int, day: int
) -> None:
    left = absences_left(LINE, attended * day, absent * day, remaining, day)
    at_best = is_at(LINE, (attended + remaining) * day, absent * day)
    assert (left is not None) == at_best
    if left is not None:
        assert is_at(LINE, (attended + remaining - left) * day, (absent + left) * day)
        if left < remaining:
            assert not is_at(LINE, (attended + remaining - left - 1) * day, (absent + left + 1) * day)


def test_the_day_of_the_fall_is_the_last_crossing() -> None:
    days = [1] * 24 + [0, 0] + [1] * 24 + [0]  # 24 of 25 is the line; the 26th day falls; the 50th is at it again
    attended = np.array(days, dtype=np.int64) * 6
    absent = 6 - attended
    assert day_of_fall(LINE, attended[:25], absent[:25]) is None
    assert day_of_fall(LINE, attended[:26], absent[:26]) == 25
    assert day_of_fall(LINE, attended[:49], absent[:49]) == 25
    assert day_of_fall(LINE, attended[:50], absent[:50]) is None
    assert day_of_fall(LINE, attended, absent) == 50


def test_nobody_falls_before_her_first_day() -> None:
    nothing = np.array([], dtype=np.int64)
    assert day_of_fall(LINE, nothing, nothing) is None
    assert day_of_fall(LINE, np.array([0]), np.array([6])) == 0
