"""Averages are exact until they are rounded, once, half up."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.averaging import aggregate_ada, best, mean, round_half_up
from services.credit.day_count import DayCount, in_days
from shared.schema.law import Version

RULE = Version.model_validate({"from": date(2002, 7, 1), "cite": "for this test"})


@pytest.mark.parametrize(
    ("exact", "places", "published"),
    [
        ("66.665", 2, "66.67"),
        ("2.675", 2, "2.68"),
        ("2.6749999999999999999999999999999999", 2, "2.67"),
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("-0.5", 0, "-1"),
        ("-0.4", 0, "0"),
        ("0", 3, "0.000"),
        ("123456789012345678901234567890.5", 0, "123456789012345678901234567891"),
    ],
)
def test_one_half_goes_up(exact: str, places: int, published: str) -> None:
    assert str(round_half_up(Fraction(exact), places)) == published


@given(st.fractions(), st.integers(0, 6))
def test_rounding_never_moves_a_figure_by_more_than_half_a_unit(exact: Fraction, places: int) -> None:
    assert abs(Fraction(round_half_up(exact, places)) - exact) * 2 * 10**places <= 1


def test_no_days_taught_is_not_computable_rather_than_zero() -> None:
    answer = aggregate_ada(600, 0, RULE)
    assert answer.value is None
    assert answer.because == "not computable: no days were taught"


def test_a_mean_of_nothing_is_not_computable() -> None:
    assert mean("mean", [], RULE.citation).value is None


def test_the_best_three_of_two_months_are_the_two_and_say_so() -> None:
    months = [aggregate_ada(60, 1, RULE), aggregate_ada(120, 1, RULE), aggregate_ada(6, 0, RULE)]
    answer = best("best months", months, 3, RULE.citation)
    assert answer.value == 15
    assert "only 2" in answer.because


def test_days_print_exactly() -> None:
    assert [in_days(sixths) for sixths in (165, 168, 0, 20, 1, 3)] == ["27.5", "28", "0", "10/3", "1/6", "0.5"]


def test_parts_that_do_not_make_the_whole_are_refused() -> None:
    with pytest.raises(ValueError, match="membership is"):
        DayCount(membership=6, absent=3)
    with pytest.raises(ValueError, match="never negative"):
        DayCount(membership=0, absent=6, eligible=-6)
    with pytest.raises(ValueError, match="unexcused absences are absences"):
        DayCount(membership=6, eligible=6, unexcused=6)


counts = st.builds(lambda a, e, i, n: DayCount(a + e + i + n, a, e, i, n), *[st.integers(0, 10_000) for _ in range(4)])


@given(st.lists(counts, max_size=20))
def test_sums_of_days_keep_the_identity(days: list[DayCount]) -> None:
    total = sum(days, DayCount())
    assert total.membership == total.absent + total.eligible + total.ineligible + total.not_taken
    assert total.membership == sum(day.membership for day in days)
