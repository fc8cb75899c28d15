"""What a Texas year of days comes to, on worked examples of the handbook, TEA and its vendors."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from services.credit.averaging import Average, aggregate_ada, as_percent, percent_in_attendance
from services.credit.day_count import DAY, DayCount, in_days
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay, TexasLaw, rule_day
from services.credit.formulas.texas_year import (
    CourseOutcome,
    TexasYearLaw,
    contact_hours,
    course_credit,
    excess_hours,
    flexible_days,
    full_time_equivalents,
    low_attendance_day,
    migrant_ada,
    refined_ada,
    target_rate_ada,
)
from services.credit.lawbook import read_law_file

DAYS: TexasLaw = read_law_file("texas").law
YEAR: TexasYearLaw = read_law_file("texas_year").law
ON = date(2025, 10, 6)


def student_days(code: str, present: int, absent: int) -> DayCount:
    """The sum of so many student-days on one ADA eligibility code."""
    reasons = [MarkReason.MARKED_PRESENT] * present + [MarkReason.MARKED_ABSENT] * absent
    facts = (TexasDay(ON, None, code, MARK_THAT_FOLLOWS[reason], reason) for reason in reasons)
    return sum((rule_day(day, DAYS).value for day in facts), DayCount())


def ada(eligible_days: int, taught: int) -> Average:
    return aggregate_ada(eligible_days * DAY, taught, YEAR.ada.in_force(ON))


def test_thirty_days_of_membership_and_two_absences_are_28_eligible_days() -> None:
    assert in_days(student_days("1", 28, 2).eligible) == "28"


def test_an_ineligible_spell_gives_ineligible_days_and_its_absence_is_subtracted_once() -> None:
    total = student_days("4", 9, 1) + student_days("1", 18, 2)
    assert total == DayCount(membership=30 * 6, absent=3 * 6, ineligible=9 * 6, eligible=18 * 6)


def test_a_change_from_full_day_to_half_day_weighs_each_day_as_it_was() -> None:
    total = student_days("1", 11, 1) + student_days("2", 14, 4)
    assert (in_days(total.membership), in_days(total.absent), in_days(total.eligible)) == ("21", "3", "18")


def test_a_student_who_entered_on_day_6_of_30_has_25_days_of_membership() -> None:
    assert in_days(student_days("1", 24, 1).eligible) == "24"


def test_membership_on_a_date_keeps_the_ineligible_and_leaves_out_code_0() -> None:
    on_roll = ["1"] * (412 - 19 - 6 - 3) + ["4"] * 6 + ["0"] * 3
    assert sum(student_days(code, 1, 0).membership > 0 for code in on_roll) == 390


def test_campus_ada_adds_full_and_half_days() -> None:
    eligible = [student_days("1", days, 30 - days) for days in (28, 30, 27)]
    eligible += [student_days("2", days, 30 - days) for days in (26, 30)]
    answer = aggregate_ada(sum(total.eligible for total in eligible), 30, YEAR.ada.in_force(ON))
    assert answer.value == Fraction(113, 30)
    assert YEAR.published_ada.in_force(ON).publish(Fraction(113, 30)) == Decimal("3.767")


def test_refined_and_aggregate_ada_differ_when_periods_have_different_lengths() -> None:
    taught, eligible = (29, 28, 30, 31, 27, 35), (2900, 2744, 2880, 3100, 2565, 3150)
    periods = [ada(days, length) for days, length in zip(eligible, taught, strict=True)]
    refined = refined_ada(periods, YEAR.refined_ada.in_force(ON))
    aggregate = ada(sum(eligible), sum(taught))

    publish = YEAR.published_ada.in_force(ON).publish
    assert (refined.what, refined.value) == ("ADA, refined", Fraction(579, 6))
    assert (aggregate.what, publish(aggregate.value or Fraction(0))) == ("ADA, aggregate", Decimal("96.328"))
    assert str(publish(refined.value or Fraction(0))) == "96.500"


def test_refined_ada_is_not_computable_before_the_sixth_period() -> None:
    answer = refined_ada([ada(100, 10)] * 5, YEAR.refined_ada.in_force(ON))
    assert answer.value is None
    assert "6 periods, and there are 5" in answer.because


def test_refined_ada_is_not_computable_when_a_period_had_no_days() -> None:
    assert refined_ada([ada(100, 10)] * 5 + [ada(0, 0)], YEAR.refined_ada.in_force(ON)).value is None


MIGRANT_PERIODS = [ada(value, 1) for value in (100, 50, 40, 110, 105, 95)]


def test_best_four_periods_are_capped_by_the_certificate_holders() -> None:
    answer = migrant_ada(MIGRANT_PERIODS, 5, 100, YEAR, ON)
    assert answer.value == Fraction(500, 6) + 5
    assert answer.resting_on[0].value == Fraction(410, 4)


def test_many_holders_get_the_best_four_periods_uncapped() -> None:
    assert migrant_ada(MIGRANT_PERIODS, 20, 100, YEAR, ON).value == Fraction(410, 4)


def test_just_under_five_percent_holders_get_no_migrant_rule() -> None:
    assert migrant_ada(MIGRANT_PERIODS, 49, 1000, YEAR, ON).value == Fraction(500, 6)
    assert migrant_ada(MIGRANT_PERIODS, 50, 1000, YEAR, ON).what == "ADA, migrant rule"


def test_percent_in_attendance_counts_the_ineligible_and_leaves_out_days_not_taken() -> None:
    total = DayCount(membership=11_000 * 6, eligible=9_000 * 6, ineligible=300 * 6, absent=700 * 6, not_taken=1_000 * 6)
    rate = percent_in_attendance(total, YEAR.rate_of_attendance.in_force(ON)).value
    assert rate == Fraction(93, 100)
    assert str(as_percent(rate)) == "93.00"


def test_nobody_present_or_absent_has_no_rate() -> None:
    answer = percent_in_attendance(DayCount(6, not_taken=6), YEAR.rate_of_attendance.in_force(ON))
    assert answer.value is None
    assert "not computable" in answer.because


@pytest.mark.parametrize(
    ("day", "granted", "expected"), [("85.4", 0, True), ("85.5", 0, False), ("85.4", 9, True), ("85.4", 10, False)]
)
def test_ten_points_below_last_year_may_be_waived_and_less_may_not(day: str, granted: int, expected: bool) -> None:
    rule = YEAR.low_attendance_day.in_force(ON)
    answer = low_attendance_day(Fraction(day) / 100, Fraction("95.4") / 100, granted, rule)
    assert answer.value is expected, answer.because


@pytest.mark.parametrize(
    ("attended", "expected"),
    [
        (81, CourseOutcome.CREDIT),
        (80, CourseOutcome.PRINCIPAL_PLAN),
        (68, CourseOutcome.PRINCIPAL_PLAN),
        (67, CourseOutcome.COMMITTEE),
    ],
)
def test_ninety_percent_earns_credit_and_seventy_five_a_plan(attended: int, expected: CourseOutcome) -> None:
    assert course_credit(attended, 90, YEAR.course_credit.in_force(ON)).value is expected


def test_exactly_75_percent_may_have_a_plan() -> None:
    assert course_credit(75, 100, YEAR.course_credit.in_force(ON)).value is CourseOutcome.PRINCIPAL_PLAN


def test_a_class_not_yet_offered_has_no_outcome() -> None:
    assert course_credit(0, 0, YEAR.course_credit.in_force(ON)).value is None


def test_a_rate_below_its_target_raises_the_ada_of_2021_22() -> None:
    rule = YEAR.target_rate.in_force(ON)
    target, rate = Fraction("0.953"), Fraction("0.91")
    raised = target_rate_ada(Fraction(1000), rate, target, 2022, rule).value
    assert YEAR.published_ada.in_force(ON).publish(raised) == Decimal("1047.253")
    assert target_rate_ada(Fraction(1000), target, target, 2022, rule).value == 1000
    assert target_rate_ada(Fraction(1000), rate, target, 2023, rule).value == 1000


def test_without_an_earlier_rate_the_states_average_is_the_target() -> None:
    raised = target_rate_ada(Fraction(1000), Fraction("0.90"), None, 2022, YEAR.target_rate.in_force(ON))
    assert raised.value == 1000 * Fraction("0.9532") / Fraction("0.90")


def test_28_days_of_special_education_are_80_052_contact_hours() -> None:
    rule = YEAR.contact_hours.in_force(ON)
    special = contact_hours(28 * DAY, "special education resource or self-contained", rule).value
    assert special == Fraction("80.052")
    career = contact_hours(28 * DAY, "career and technical V5", rule).value
    excess = excess_hours(career, special, 28 * DAY, rule).value
    assert (excess, special - excess, career + special - excess) == (Fraction("52.052"), Fraction(28), Fraction(168))


def test_six_contact_hours_on_every_day_taught_are_one_full_time_student() -> None:
    rule = YEAR.contact_hours.in_force(ON)
    assert full_time_equivalents(Fraction(6 * 30), 30, rule).value == 1
    assert full_time_equivalents(Fraction(6 * 30), 0, rule).value is None


@pytest.mark.parametrize(("minutes", "days"), [((240,), 1), ((45,), Fraction(45, 240)), ((44,), 0), ((44, 240), 1)])
def test_240_flexible_minutes_are_a_day_and_44_on_one_day_are_none(minutes: tuple[int, ...], days: Fraction) -> None:
    assert flexible_days(minutes, YEAR.flexible_attendance.in_force(ON)).value == days
