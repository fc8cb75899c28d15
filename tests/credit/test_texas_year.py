"""What a Texas year cannot say, and what its figures rest on. The worked examples are law_cases/texas_periods.toml."""

from datetime import date
from fractions import Fraction

from services.credit.averaging import Average, aggregate_ada, percent_in_attendance
from services.credit.day_count import DAY, DayCount
from services.credit.formulas.texas_year import (
    TexasYearLaw,
    course_credit,
    full_time_equivalents,
    migrant_ada,
    refined_ada,
)
from services.credit.lawbook import read_law_file

YEAR: TexasYearLaw = read_law_file("texas_year").law
ON = date(2025, 10, 6)


def ada(eligible_days: int, taught: int) -> Average:
    return aggregate_ada(eligible_days * DAY, taught, YEAR.ada.in_force(ON))


def test_refined_ada_says_how_many_periods_it_waits_for() -> None:
    answer = refined_ada([ada(100, 10)] * 5, YEAR.refined_ada.in_force(ON))
    assert answer.value is None
    assert "6 periods, and there are 5" in answer.because


def test_refined_ada_is_not_computable_when_a_period_had_no_days() -> None:
    assert refined_ada([ada(100, 10)] * 5 + [ada(0, 0)], YEAR.refined_ada.in_force(ON)).value is None


def test_the_averages_are_named() -> None:
    assert refined_ada([ada(100, 10)] * 6, YEAR.refined_ada.in_force(ON)).what == "ADA, refined"
    assert ada(100, 10).what == "ADA, aggregate"


def test_the_migrant_rule_rests_on_the_best_four_periods_and_the_refined_average() -> None:
    six = [ada(value, 1) for value in (100, 50, 40, 110, 105, 95)]
    best, refined = migrant_ada(six, 5, 100, YEAR, ON).resting_on
    assert (best.value, refined.value) == (Fraction(410, 4), Fraction(500, 6))
    assert migrant_ada(six, 0, 0, YEAR, ON).value is None


def test_nobody_present_or_absent_has_no_rate() -> None:
    answer = percent_in_attendance(DayCount(6, not_taken=6), YEAR.rate_of_attendance.in_force(ON))
    assert answer.value is None
    assert "not computable" in answer.because


def test_a_class_not_yet_offered_has_no_outcome() -> None:
    assert course_credit(0, 0, YEAR.course_credit.in_force(ON)).value is None


def test_six_contact_hours_on_every_day_taught_are_one_full_time_student() -> None:
    rule = YEAR.contact_hours.in_force(ON)
    assert full_time_equivalents(Fraction(6 * 30), 30, rule).value == 1
    assert full_time_equivalents(Fraction(6 * 30), 0, rule).value is None
