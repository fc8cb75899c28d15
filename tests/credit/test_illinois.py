"""Illinois beyond one day: rolls not taken, rival readings, rows, months, claims and truancy."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.averaging import Average, aggregate_ada
from services.credit.day_count import DAY, DayCount
from services.credit.formulas.illinois import (
    AppendixB,
    IllinoisDay,
    IllinoisLaw,
    ServedAs,
    credit_day,
    is_3_to_5,
    rule_day,
    served_as,
)
from services.credit.formulas.illinois_claim import (
    IllinoisClaimLaw,
    TruancyStatus,
    best_months_ada,
    chronically_absent,
    claim_ada,
    truancy,
)
from services.credit.lawbook import read_law_file
from shared.schema.law import CannotRule

LAW: IllinoisLaw = read_law_file("illinois").law
APPENDIX_B: AppendixB = read_law_file("illinois_appendix_b").law
CLAIM: IllinoisClaimLaw = read_law_file("illinois_claim").law
ON = date(2025, 10, 6)


def day(served: ServedAs, *minutes: int | None) -> IllinoisDay:
    return IllinoisDay(ON, served, minutes)


def test_a_class_whose_roll_nobody_took_leaves_the_rest_of_the_day_not_taken() -> None:
    ruling = rule_day(day(ServedAs.GRADES_2_TO_12, 60, 60, 60, None), LAW)
    assert ruling.value == DayCount(membership=6, eligible=3, not_taken=3)


def test_a_day_already_earned_does_not_wait_for_the_last_class() -> None:
    ruling = rule_day(day(ServedAs.GRADES_2_TO_12, 60, 60, 60, 60, 60, None), LAW)
    assert ruling.value == DayCount(membership=6, eligible=6)


GRID = [
    (ServedAs.FULL_DAY_KINDERGARTEN, 240, 120),
    (ServedAs.HALF_DAY_KINDERGARTEN, None, 120),
    (ServedAs.GRADE_1, 240, 120),
    (ServedAs.GRADES_2_TO_12, 300, 150),
    (ServedAs.SPECIAL_EDUCATION_3_TO_5, 240, 60),
    (ServedAs.HOMEBOUND, 240, 60),
]
STRICT = {ServedAs.FULL_DAY_KINDERGARTEN, ServedAs.GRADE_1, ServedAs.GRADES_2_TO_12}


@pytest.mark.parametrize("on", [date(2002, 4, 15), ON])
@pytest.mark.parametrize(("served", "full", "half"), GRID)
def test_every_row_of_the_grid_holds_under_each_version_and_reading(
    served: ServedAs, full: int | None, half: int, on: date
) -> None:
    for law, first in ((LAW, half), (APPENDIX_B.applied_to(LAW), half + (served in STRICT))):

        def earned(minutes: int, law: IllinoisLaw = law) -> Fraction:
            return credit_day(IllinoisDay(on, served, (minutes,)), law).value

        assert [earned(first - 1), earned(first)] == [0, Fraction(1, 2)]
        if full is None:
            assert earned(1000) == Fraction(1, 2)
        else:
            assert [earned(full - 1), earned(full)] == [Fraction(1, 2), 1]


@pytest.mark.parametrize("reason", LAW.non_claimable.in_force(ON).reasons)
def test_each_kind_of_pupil_who_may_not_be_claimed_attends_and_claims_nothing(reason: str) -> None:
    whole_day = IllinoisDay(ON, ServedAs.GRADES_2_TO_12, (300,), non_claimable_reason=reason)
    assert rule_day(whole_day, LAW).value == DayCount(membership=6, ineligible=6)
    assert rule_day(replace(whole_day, minutes_by_class=(149,)), LAW).value == DayCount(membership=6, absent=6)


def test_the_fourteen_kinds_are_the_state_s_and_support_services_alone_are_none_of_them() -> None:
    assert len(LAW.non_claimable.in_force(ON).reasons) == 14
    with pytest.raises(CannotRule, match="none of those in"):
        rule_day(replace(day(ServedAs.GRADES_2_TO_12, 300), non_claimable_reason="support services only"), LAW)


@given(st.lists(st.integers(0, 1440), min_size=5, max_size=5))
def test_half_day_kindergarten_never_earns_more_than_two_and_a_half_days_of_five(minutes: list[int]) -> None:
    """Rule IL-7."""
    earned = [rule_day(day(ServedAs.HALF_DAY_KINDERGARTEN, stayed), LAW).value.eligible for stayed in minutes]
    assert sum(earned) <= 15


def test_between_3_and_6_takes_in_the_third_birthday_and_not_the_sixth() -> None:
    born = date(2020, 10, 6)
    assert [is_3_to_5(born, on) for on in (date(2023, 10, 5), date(2023, 10, 6))] == [False, True]
    assert [is_3_to_5(born, on) for on in (date(2026, 10, 5), date(2026, 10, 6))] == [True, False]


def test_homebound_goes_before_special_education_and_that_before_the_grade() -> None:
    assert served_as("KG", homebound=True, special_at_3_to_5=True) is ServedAs.HOMEBOUND
    assert served_as("KG", special_at_3_to_5=True, half=True) is ServedAs.SPECIAL_EDUCATION_3_TO_5
    assert served_as("KG", half=True) is ServedAs.HALF_DAY_KINDERGARTEN
    assert served_as("KG") is ServedAs.FULL_DAY_KINDERGARTEN
    assert served_as("01", part_time=True) is ServedAs.PART_TIME_GRADE_1
    assert served_as("01") is ServedAs.GRADE_1
    assert served_as("02") is served_as("12") is ServedAs.GRADES_2_TO_12
    assert served_as("10", part_time=True) is ServedAs.PART_TIME_GRADES_2_TO_12


def test_a_preschooler_outside_special_education_has_no_row() -> None:
    with pytest.raises(CannotRule, match="below kindergarten"):
        served_as("PK")


def average(figure: str) -> Average:
    return aggregate_ada(int(Fraction(figure) * 10_000 * DAY), 10_000, CLAIM.monthly_ada.in_force(ON))


@pytest.mark.parametrize("on", [date(2002, 4, 15), ON])
def test_the_claim_rests_on_the_best_three_months(on: date) -> None:
    answer = best_months_ada([average(m) for m in ("90", "97", "95", "96", "80")], CLAIM.best_months.in_force(on))
    assert (answer.what, answer.value) == ("ADA, best three months", Fraction(96))


def test_the_prior_year_is_claimed_when_it_is_no_less() -> None:
    rule = CLAIM.claim_ada.in_force(ON)
    assert claim_ada([average("950"), average("940.0"), average("935.5")], rule).value == 950
    assert claim_ada([average("940"), average("940"), average("940")], rule).because.startswith("the prior year")


def test_a_claim_without_a_prior_year_is_not_computable() -> None:
    assert claim_ada([], CLAIM.claim_ada.in_force(ON)).value is None


@pytest.mark.parametrize("on", [date(2002, 4, 15), ON])
def test_exactly_one_percent_is_not_truant(on: date) -> None:
    assert truancy(1 * DAY, 100, CLAIM.truancy.in_force(on)).value is TruancyStatus.NONE
    assert truancy(1 * DAY + 1, 100, CLAIM.truancy.in_force(on)).value is TruancyStatus.TRUANT


def test_before_2011_a_chronic_truant_had_missed_18_days() -> None:
    before = CLAIM.truancy.in_force(date(2011, 6, 30))
    assert truancy(17 * DAY, 180, before).value is TruancyStatus.TRUANT
    assert truancy(18 * DAY, 180, before).value is TruancyStatus.CHRONIC_TRUANT


@pytest.mark.parametrize("on", [date(2002, 4, 15), ON])
def test_truancy_looks_at_180_days_and_no_more(on: date) -> None:
    assert truancy(0, 180, CLAIM.truancy.in_force(on)).value is TruancyStatus.NONE
    assert truancy(DAY, 181, CLAIM.truancy.in_force(on)).value is None
    assert truancy(0, 0, CLAIM.truancy.in_force(on)).value is None


@pytest.mark.parametrize("on", [date(2002, 4, 15), ON])
def test_a_tenth_missed_for_any_cause_is_chronic_absence(on: date) -> None:
    rule = CLAIM.truancy.in_force(on)
    assert [chronically_absent(days * DAY, 180, rule).value for days in (17, 18)] == [False, True]
    assert chronically_absent(0, 0, rule).value is None
