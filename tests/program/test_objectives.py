"""The five objectives: rule LA-4, AMB-28; example B-LA-05."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.program.objectives import Measure, Review, Share, Standing, progress, standings
from services.program.rulebook import Increase, Objectives, ProgramLaw


@pytest.fixture
def increase(law: ProgramLaw) -> Increase:
    return law.increase.of_year(2013)


@pytest.fixture
def objectives(law: ProgramLaw) -> Objectives:
    return law.objectives.of_year(2013)


LAST_YEAR = Share(5500, 10_000)


@pytest.mark.parametrize(
    ("this_year", "points", "by_points", "by_relative"),
    [
        (6000, "5", True, True),
        (5999, "4.99", False, True),
        (5990, "4.9", False, True),
        (5775, "2.75", False, True),
        (5774, "2.74", False, False),
        (5400, "-1", False, False),
    ],
)
def test_the_increase_is_shown_in_points_and_relative(
    this_year: int, points: str, by_points: bool, by_relative: bool, increase: Increase
) -> None:
    found = progress(LAST_YEAR, Share(this_year, 10_000), increase)
    assert found is not None
    assert found.points == Fraction(points)
    assert (found.by_points.value, found.by_relative.value) == (by_points, by_relative)
    assert found.met is by_points


def test_the_relative_reading_counts_where_it_is_chosen(increase: Increase) -> None:
    found = progress(LAST_YEAR, Share(5775, 10_000), increase, "relative")
    assert found is not None
    assert (found.met, found.relative) == (True, Fraction(5))


def test_relative_figures_of_the_example(increase: Increase) -> None:
    for now, relative in ((6000, Fraction(100, 11)), (5990, Fraction(98, 11)), (5775, Fraction(5))):
        found = progress(LAST_YEAR, Share(now, 10_000), increase)
        assert found is not None
        assert found.relative == relative


def test_mid_year_says_how_many_students_must_still_move(increase: Increase) -> None:
    found = progress(Share(55, 100), Share(70, 121), increase)
    assert found is not None
    assert (found.students_needed, found.to_move) == (73, 3)
    there = progress(Share(55, 100), Share(73, 121), increase)
    assert there is not None
    assert (there.met, there.to_move) == (True, 0)
    short = progress(Share(55, 100), Share(72, 121), increase)
    assert short is not None
    assert (short.met, short.to_move) == (False, 1)


def test_more_than_every_student_cannot_be_asked(increase: Increase) -> None:
    found = progress(Share(96, 100), Share(100, 100), increase)
    assert found is not None
    assert (found.met, found.students_needed, found.to_move) == (False, None, None)
    just = progress(Share(95, 100), Share(100, 100), increase)
    assert just is not None
    assert (just.met, just.to_move) == (True, 0)


def test_a_rise_from_nobody_has_points_but_no_ratio(increase: Increase) -> None:
    found = progress(Share(0, 10), Share(1, 10), increase)
    assert found is not None
    assert (found.by_points.value, found.by_relative.value, found.relative) == (True, None, None)


def test_a_year_in_which_nobody_has_a_rate_shows_no_progress_rather_than_none(increase: Increase) -> None:
    assert progress(Share(0, 0), Share(5, 10), increase) is None


def by_name(found: tuple[Standing, ...]) -> dict[str, bool | None]:
    return {standing.objective: standing.met.value for standing in found}


def test_without_evidence_no_objective_is_met_and_none_is_failed(objectives: Objectives) -> None:
    assert by_name(standings(objectives, None, (), (), date(2012, 9, 15))) == dict.fromkeys(
        ("monitor", "awareness", "interventions", "marks", "increase")
    )


def test_a_month_that_is_over_without_a_review_fails_monitoring_and_is_named(objectives: Objectives) -> None:
    reviews = [Review(date(2012, 9, 30), "minutes 1"), Review(date(2012, 11, 1), "minutes 2")]
    monitor = standings(objectives, None, (), reviews, date(2012, 11, 30))[0]
    assert (monitor.met.value, monitor.met.because) == (False, "no review in 2012-10")
    assert standings(objectives, None, (), reviews, date(2012, 10, 31))[0].met.value is True


def awareness(**now: str) -> list[Measure]:
    return [Measure("awareness", name, Decimal("50"), Decimal(value), "survey") for name, value in now.items()]


def test_awareness_is_met_when_staff_students_and_parents_all_rise(objectives: Objectives) -> None:
    def met(**now: str) -> bool | None:
        return by_name(standings(objectives, None, awareness(**now), (), date(2013, 6, 1)))["awareness"]

    assert met(staff="50.1", students="51", parents="60") is True
    assert met(staff="50", students="51", parents="60") is False
    assert met(staff="51", students="51") is None


def test_a_measure_that_no_objective_names_is_refused(objectives: Objectives) -> None:
    with pytest.raises(ValueError, match="no objective names"):
        standings(objectives, None, awareness(neighbours="51"), (), date(2013, 6, 1))


def test_the_fifth_objective_rests_on_the_reading_that_counts(objectives: Objectives, increase: Increase) -> None:
    found = progress(LAST_YEAR, Share(5990, 10_000), increase)
    fifth = standings(objectives, found, (), (), date(2013, 6, 1))[4]
    assert fifth.met.value is False
    assert fifth.met.resting_on[0].what == "increase in points"
    assert fifth.met.because == "55.00 % became 59.90 %"
