"""Small groups stay concealed, whatever is subtracted from whatever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.program.concealment import concealed, is_small

BUCKETS = 3


@pytest.mark.parametrize(("students", "small"), [(0, False), (1, True), (9, True), (10, False)])
def test_nine_are_a_small_group_and_ten_are_not(students: int, small: bool) -> None:
    assert is_small((30, students, 30)) is small


def test_one_small_group_takes_the_smallest_other_with_it() -> None:
    assert concealed({"KG": (9,), "01": (40,), "02": (30,)}) == {"KG", "02"}


def test_two_small_groups_hide_each_other_only_when_they_are_ten_together() -> None:
    assert concealed({"KG": (5,), "01": (5,), "02": (30,)}) == {"KG", "01"}
    assert concealed({"KG": (5,), "01": (4,), "02": (30,)}) == {"KG", "01", "02"}


def test_a_group_small_in_one_week_is_concealed_in_all() -> None:
    assert "KG" in concealed({"KG": (20, 9), "01": (40, 40), "02": (41, 41)})


def test_where_nobody_is_small_everything_is_shown() -> None:
    assert concealed({"KG": (10, 0), "01": (11, 12)}) == frozenset()


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=1), st.tuples(*[st.integers(0, 40)] * BUCKETS)))
def test_what_the_parent_gives_away_of_the_concealed_is_never_a_small_group(
    children: dict[str, tuple[int, ...]],
) -> None:
    hidden = concealed(children)
    assert hidden >= {key for key, students in children.items() if is_small(students)}
    pool = [sum(children[key][bucket] for key in hidden) for bucket in range(BUCKETS)]
    parent = [sum(students[bucket] for students in children.values()) for bucket in range(BUCKETS)]
    if not is_small(parent):
        assert not is_small(pool)
