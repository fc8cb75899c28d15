"""Small groups stay concealed, whatever is subtracted from whatever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.program.concealment import Measured, concealed, is_small, told_apart

BUCKETS = 3


@pytest.mark.parametrize(("students", "small"), [(0, False), (1, True), (9, True), (10, False)])
def test_nine_are_a_small_group_and_ten_are_not(students: int, small: bool) -> None:
    assert is_small((30, students, 30)) is small


def test_one_small_group_takes_the_one_that_follows_it_by_name() -> None:
    assert concealed({"KG": (9,), "01": (40,), "02": (30,)}) == {"KG", "01"}
    assert concealed({"KG": (90,), "01": (4,), "02": (30,)}) == {"01", "02"}


def test_two_small_groups_that_follow_each_other_are_enough_when_they_are_ten_together() -> None:
    assert concealed({"01": (5,), "02": (30,), "KG": (5,)}) == {"01", "02", "KG"}
    assert concealed({"01": (5,), "02": (5,), "KG": (30,)}) == {"01", "02", "KG"}
    assert concealed({"01": (5,), "02": (5,)}) == {"01", "02"}


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


CHILDREN = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=1), st.tuples(*[st.integers(0, 40)] * BUCKETS), min_size=1
)


@given(CHILDREN, st.data())
def test_what_was_concealed_stays_concealed_when_more_becomes_small(
    children: dict[str, tuple[int, ...]], data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(children)))
    later = {one: (*students, 5 if one == name else 20) for one, students in children.items()}
    assert concealed({one: (*students, 20) for one, students in children.items()}) <= concealed(later)


def among(*members: str) -> Measured:
    """Of a ninth grade of thirty: a01 to a30."""
    return Measured(frozenset(members), {f"a{number:02}": "09" for number in range(1, 31)})


def students(first: int, last: int) -> list[str]:
    return [f"a{number:02}" for number in range(first, last + 1)]


@pytest.mark.parametrize(
    ("second", "tells"),
    [
        (students(1, 12), True),  # two more than the first
        (students(2, 11), True),  # one other than the first
        (students(11, 20), False),
        (students(11, 19), True),
        (students(11, 21), True),  # leaves nine that are in neither
        (students(1, 20), False),
        (students(1, 10), False),  # the same again
    ],
)
def test_two_sums_may_not_differ_by_a_small_group(second: list[str], tells: bool) -> None:
    assert list(told_apart([among(*students(1, 10)), among(*second)])) == [False, tells]


def test_students_of_a_grade_that_nobody_was_counted_in_tell_nothing() -> None:
    nine = {f"b{number}": "10" for number in range(9)}
    one = Measured(frozenset(students(1, 10)), dict(among().counted) | nine)
    assert list(told_apart([one])) == [False]
    assert list(told_apart([Measured(frozenset(nine), one.counted)])) == [True]


@given(st.lists(st.sets(st.integers(1, 30)), min_size=1, max_size=5), st.data())
def test_no_sum_and_difference_of_what_is_shown_is_of_a_small_group(drawn: list[set[int]], data: st.DataObject) -> None:
    sums = [among(*(f"a{number:02}" for number in members)) for members in drawn]
    shown = [one.members for one, tells in zip(sums, told_apart(sums), strict=True) if not tells]
    factors = [data.draw(st.integers(-2, 2)) for _ in range(len(shown) + 1)]
    everybody = [factors[-1]] * 30  # the grade itself is published too
    value = {
        student: everybody[0]
        + sum(factor for factor, members in zip(factors, shown, strict=False) if student in members)
        for student in among().counted
    }
    if set(value.values()) <= {0, 1}:
        assert not is_small([sum(value.values())])
