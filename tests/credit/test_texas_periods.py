"""Every case of days added up that a registrar wrote for Texas, and what holds of any such sum."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.averaging import Average, aggregate_ada, as_percent, percent_in_attendance
from services.credit.count_period import PeriodCount
from services.credit.day_count import DAY, HALF_DAY, DayCount, in_days
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay, TexasLaw, rule_day
from services.credit.formulas.texas_year import (
    TexasYearLaw,
    course_credit,
    flexible_days,
    low_attendance_day,
    migrant_ada,
    missed_days,
    refined_ada,
    target_rate_ada,
    under_the_migrant_rule,
)
from services.credit.lawbook import read_law_file
from services.credit.texas_ada import TrackPeriod, year_averages
from services.credit.texas_contact_hours import TrackHours
from services.credit.texas_flexible import FlexiblePeriod
from shared.schema.texas import YearFigures

DAYS: TexasLaw = read_law_file("texas").law
YEAR: TexasYearLaw = read_law_file("texas_year").law
ON = date(2025, 10, 6)
PUBLISHED = YEAR.published_ada.in_force(ON)
CASES = tomllib.loads((Path(__file__).parent / "law_cases/texas_periods.toml").read_text())


def cases(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in CASES[kind]]


def counted(code: str, reason: MarkReason) -> DayCount:
    return rule_day(TexasDay(ON, None, code, MARK_THAT_FOLLOWS[reason], reason), DAYS).value


def spell(code: str, present: int, absent: int) -> DayCount:
    reasons = [MarkReason.MARKED_PRESENT] * present + [MarkReason.MARKED_ABSENT] * absent
    return sum((counted(code, reason) for reason in reasons), DayCount())


def average(days: int, taught: int) -> Average:
    return aggregate_ada(days * DAY, taught, YEAR.ada.in_force(ON))


def published(value: Fraction | None) -> str | None:
    return None if value is None else str(PUBLISHED.publish(value))


@pytest.mark.parametrize("case", cases("student"))
def test_a_students_days(case: dict[str, Any]) -> None:
    total = sum((spell(**each) for each in case["spells"]), DayCount())

    assert {name: in_days(getattr(total, name)) for name in case["days"]} == case["days"]


@pytest.mark.parametrize("case", cases("membership"))
def test_membership_on_a_day(case: dict[str, Any]) -> None:
    in_membership = {code: counted(code, MarkReason.MARKED_PRESENT).membership > 0 for code in case["roll"]}

    assert sum(count for code, count in case["roll"].items() if in_membership[code]) == case["count"]


@pytest.mark.parametrize("case", cases("ada"))
def test_ada_of_a_period(case: dict[str, Any]) -> None:
    eligible = sum(int(Fraction(days) * DAY) for days in case["eligible"])
    ada = aggregate_ada(eligible, case["taught"], YEAR.ada.in_force(ON))

    assert (str(ada.value), published(ada.value)) == (case["exact"], case["ada"])


@pytest.mark.parametrize("case", cases("year"))
def test_ada_of_a_year(case: dict[str, Any]) -> None:
    periods = [average(*period) for period in zip(case["eligible"], case["taught"], strict=True)]
    refined = refined_ada(periods, YEAR.refined_ada.in_force(ON))
    aggregate = average(sum(case["eligible"]), sum(case["taught"]))

    assert (published(refined.value), published(aggregate.value)) == (case.get("refined"), case["aggregate"])


@pytest.mark.parametrize("case", cases("migrant"))
def test_the_migrant_rule(case: dict[str, Any]) -> None:
    six = [average(value, 1) for value in case["six"]]

    ada = migrant_ada(six, case["holders"], case["enrolled"], YEAR, ON)
    fte = under_the_migrant_rule("FTE, special education", six, case["holders"], case["enrolled"], YEAR, ON)

    assert published(ada.value) == published(fte.value) == case["ada"]
    assert (ada.what.startswith("ADA, "), fte.what.startswith("FTE, special education, ")) == (True, True)


@pytest.mark.parametrize("case", cases("missed"))
def test_missed_school_days(case: dict[str, Any]) -> None:
    rule = YEAR.missed_days.in_force(ON)
    said = missed_days(case["missed"], case["made_up"], case.get("enough_minutes", False), rule).value

    assert (said.to_make_up, said.may_be_waived) == (case["to_make_up"], case["may_be_waived"])


@pytest.mark.parametrize("case", cases("rate"))
def test_percent_in_attendance(case: dict[str, Any]) -> None:
    parts = {name: days * DAY for name, days in case["days"].items()}
    rate = percent_in_attendance(DayCount(sum(parts.values()), **parts), YEAR.rate_of_attendance.in_force(ON)).value

    assert rate is not None
    assert str(as_percent(rate)) == case["percent"]


@pytest.mark.parametrize("case", cases("low_attendance"))
def test_a_day_of_low_attendance(case: dict[str, Any]) -> None:
    day, before = (Fraction(case[name]) / 100 for name in ("day", "before"))

    assert (
        low_attendance_day(day, before, case["granted"], YEAR.low_attendance_day.in_force(ON)).value is case["waiver"]
    )


@pytest.mark.parametrize("case", cases("course"))
def test_the_ninety_percent_rule(case: dict[str, Any]) -> None:
    outcome = course_credit(case["attended"], case["offered"], YEAR.course_credit.in_force(ON)).value

    assert outcome is not None
    assert outcome.value == case["outcome"]


@pytest.mark.parametrize("case", cases("target"))
def test_the_target_rate(case: dict[str, Any]) -> None:
    target = None if "target" not in case else Fraction(case["target"]) / 100
    rule = YEAR.target_rate.in_force(ON)
    adjusted = target_rate_ada(Fraction(case["ada"]), Fraction(case["rate"]) / 100, target, case["school_year"], rule)

    assert published(adjusted.value) == case["adjusted"]


@pytest.mark.parametrize("case", cases("hours"))
def test_contact_hours(case: dict[str, Any]) -> None:
    hours = TrackHours()
    hours.add("ana", case["settings"], int(Fraction(case["eligible"]) * DAY), YEAR.contact_hours.in_force(ON))

    named = {"career": hours.career, "special": hours.special - hours.excess, "excess": hours.excess}
    assert named == {name: Fraction(Decimal(case[name])) for name in named}


@pytest.mark.parametrize("case", cases("flexible"))
def test_flexible_attendance(case: dict[str, Any]) -> None:
    assert str(flexible_days(case["minutes"], YEAR.flexible_attendance.in_force(ON)).value) == case["days"]


@pytest.mark.parametrize("case", cases("minutes_of_a_year"))
def test_minutes_of_a_year(case: dict[str, Any]) -> None:
    rule = YEAR.school_day.in_force(ON)

    assert case["days"] * rule.minutes == case["minutes"] == rule.minutes_a_year


def test_every_worked_example_of_texas_is_among_the_cases() -> None:
    """Beside those of whole days: B-TX-01 and B-TX-19 to B-TX-23 are in texas.toml and in the tests of rolls."""
    named = {case["name"].split(":")[0] for kind in CASES.values() for case in kind}

    assert named >= {"A-09", "A-13"} | {
        f"B-TX-{number:02}" for number in (3, 5, 7, 9, 11, 13, 15, 17, 25, 27, 29, 31, 33)
    }


def six_weeks(number: int, school_year: int) -> TrackPeriod:
    """A period of ten days taught to a hundred students, nine tenths of the days attended."""
    begins_on = date(school_year - 1, 8, 1) + timedelta(weeks=6 * number)
    count = DayCount(1000 * DAY, absent=100 * DAY, eligible=900 * DAY)
    row = PeriodCount("cedar", "texas", number, begins_on, begins_on + timedelta(weeks=6), 10, 100,
                      np.zeros(1, np.int64), average(900, 10), 0, ())  # fmt: skip
    return TrackPeriod("main", row, count, FlexiblePeriod(frozenset(), frozenset(), (), (), 0, 0), 0)


@pytest.mark.parametrize(
    ("school_year", "target", "adjusted"),
    [
        (2022, "95.0", "95.000"),
        (2022, None, "95.320"),
        (2022, "90.0", "90.000"),
        (2023, "95.0", None),
        (2021, "95.0", None),
    ],
)
def test_a_year_is_adjusted_to_its_target_in_2021_22_and_in_no_other(
    school_year: int, target: str | None, adjusted: str | None
) -> None:
    figures = YearFigures(school_id="cedar", school_year=school_year, target_percent=target)
    year = year_averages([six_weeks(number, school_year) for number in range(1, 7)], figures, school_year, YEAR)

    assert published(year.refined.value) == "90.000"
    assert (None if year.target is None else published(year.target.value)) == adjusted


def test_the_target_waits_for_the_sixth_six_weeks() -> None:
    year = year_averages([six_weeks(number, 2022) for number in range(1, 6)], None, 2022, YEAR)

    assert year.target is not None
    assert year.target.value is None
    assert "6 periods, and there are 5" in year.target.because


a_day = st.tuples(st.sampled_from("012345678"), st.sampled_from(MarkReason))


@given(st.lists(a_day, max_size=40))
def test_membership_is_its_parts_in_whole_halves_whatever_happened(days: list[tuple[str, MarkReason]]) -> None:
    total = sum((counted(*day) for day in days), DayCount())

    assert total.membership == total.absent + total.eligible + total.ineligible + total.not_taken
    assert all(part % HALF_DAY == 0 for part in (total.absent, total.eligible, total.ineligible, total.not_taken))
    assert total.membership <= len(days) * DAY


@given(st.lists(a_day, max_size=20), st.lists(a_day, max_size=20))
def test_days_add_up_in_any_order(some: list[tuple[str, MarkReason]], more: list[tuple[str, MarkReason]]) -> None:
    def total(days: list[tuple[str, MarkReason]]) -> DayCount:
        return sum((counted(*day) for day in days), DayCount())

    assert total(some) + total(more) == total([*more, *some])


@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(1, 60)), min_size=6, max_size=6))
def test_the_aggregate_and_the_refined_average_lie_between_the_worst_and_the_best_period(
    periods: list[tuple[int, int]],
) -> None:
    six = [average(*period) for period in periods]
    values = [one.value for one in six if one.value is not None]
    refined = refined_ada(six, YEAR.refined_ada.in_force(ON)).value
    aggregate = average(sum(days for days, _ in periods), sum(taught for _, taught in periods)).value

    assert refined is not None
    assert aggregate is not None
    assert min(values) <= refined <= max(values)
    assert min(values) <= aggregate <= max(values)
