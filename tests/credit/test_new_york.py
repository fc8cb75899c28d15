"""New York beyond one day: state-aid ADA, and the chronic report."""

from datetime import date
from fractions import Fraction

import pytest

from services.credit.averaging import as_percent
from services.credit.day_count import DAY, DayCount
from services.credit.formulas.new_york import NewYorkDay, NewYorkLaw, PeriodMark
from services.credit.formulas.new_york_year import (
    NewYorkYearLaw,
    ReportGroup,
    SessionDays,
    average_daily_membership,
    district_ada,
    rate_of_attendance,
    report_group,
    state_aid_ada,
    unadjusted_ada,
)
from services.credit.lawbook import read_law_file

LAW: NewYorkLaw = read_law_file("new_york").law
YEAR: NewYorkYearLaw = read_law_file("new_york_year").law
ON = date(2025, 10, 6)
AID = YEAR.state_aid_ada.in_force(ON)
publish = YEAR.published_ada.in_force(ON).publish


def test_a_pupil_who_is_not_scheduled_is_on_no_roll() -> None:
    day = NewYorkDay(ON, (), enrolled_not_scheduled=True)
    assert day.marks == ()
    with pytest.raises(ValueError, match="on no roll"):
        NewYorkDay(ON, (PeriodMark.PRESENT,), enrolled_not_scheduled=True)


BATAVIA = [
    SessionDays(possible=0, aggregate=days * DAY, days=session)
    for days, session in ((62_616, 91), (45_545, 91), (29_793, 91), (64_659, 87))
]


def test_state_aid_ada_by_grade_group_adds_up_before_rounding() -> None:
    groups = [state_aid_ada(group, AID).value or Fraction(0) for group in BATAVIA]
    assert [str(publish(ada)) for ada in groups] == ["688.088", "500.495", "327.396", "743.207"]
    assert str(publish(district_ada(BATAVIA, AID).value or Fraction(0))) == "2259.185"


def test_the_districts_rate_is_aggregate_over_possible() -> None:
    assert sum(group.aggregate for group in BATAVIA) == 202_613 * DAY
    rate = rate_of_attendance([SessionDays(212_929 * DAY, 202_613 * DAY, 91)], AID).value
    assert str(as_percent(rate or Fraction(0))) == "95.16"


def test_adm_divides_what_was_possible() -> None:
    group = SessionDays(possible=48_794 * DAY, aggregate=46_790 * DAY, days=88)
    assert str(publish(state_aid_ada(group, AID).value or Fraction(0))) == "531.705"
    assert str(publish(average_daily_membership(group, AID).value or Fraction(0))) == "554.477"


def test_religious_holidays_leave_both_sides_of_the_state_aid_figure_only() -> None:
    group = SessionDays(1000 * DAY, 900 * DAY, 10, holiday_aggregate=40 * DAY, holiday_days=1)
    assert state_aid_ada(group, AID).value == Fraction(860, 9)
    assert unadjusted_ada(group, AID).value == 90


def test_no_session_days_is_not_computable() -> None:
    nothing = SessionDays(0, 0, 1, holiday_days=1)
    assert state_aid_ada(nothing, AID).value is None
    assert district_ada([*BATAVIA, nothing], AID).value is None
    assert rate_of_attendance([], AID).value is None


def days_of(absent: int, enrolled: int, not_taken: int = 0) -> DayCount:
    attended = enrolled - absent - not_taken
    return DayCount(enrolled * DAY, absent * DAY, eligible=attended * DAY, not_taken=not_taken * DAY)


@pytest.mark.parametrize(
    ("absent", "group"),
    [
        (6, ReportGroup.CHRONIC),
        (5, ReportGroup.AT_RISK),
        (3, ReportGroup.AT_RISK),
        (2, ReportGroup.SATISFACTORY),
    ],
)
def test_missing_a_tenth_of_60_days_is_chronic(absent: int, group: ReportGroup) -> None:
    assert report_group(days_of(absent, 60), YEAR.chronic_absence.in_force(ON)).value is group


def test_the_states_report_counts_missing_attendance_as_absent_and_says_how_much() -> None:
    ruling = report_group(days_of(2, 60, not_taken=4), YEAR.chronic_absence.in_force(ON))
    assert ruling.value is ReportGroup.CHRONIC
    assert "4 of them not taken" in ruling.because


def test_nobody_enrolled_has_no_group() -> None:
    assert report_group(DayCount(), YEAR.chronic_absence.in_force(ON)).value is None
