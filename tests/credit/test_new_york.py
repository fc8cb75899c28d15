"""New York beyond one day: state-aid ADA, and the chronic report."""

from datetime import date
from fractions import Fraction

import pytest

from services.credit.day_count import DAY, DayCount
from services.credit.formulas.new_york import NewYorkDay, NewYorkLaw, PeriodMark
from services.credit.formulas.new_york_year import (
    NewYorkYearLaw,
    ReportGroup,
    SessionDays,
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


def test_the_states_report_counts_missing_attendance_as_absent_and_says_how_much() -> None:
    ruling = report_group(days_of(2, 60, not_taken=4), YEAR.chronic_absence.in_force(ON))
    assert ruling.value is ReportGroup.CHRONIC
    assert "4 of them not taken" in ruling.because


def test_nobody_enrolled_has_no_group() -> None:
    assert report_group(DayCount(), YEAR.chronic_absence.in_force(ON)).value is None
