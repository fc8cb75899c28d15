"""The federal line of chronic absence, and the tiers of dashboards, from both sides."""

from datetime import date

import pytest

from services.credit.day_count import DAY, DayCount
from services.credit.formulas.national import NationalLaw, chronically_absent, tier
from services.credit.lawbook import read_law_file

LAW: NationalLaw = read_law_file("national").law
ON = date(2025, 10, 6)


def days_of(absent: int, enrolled: int, not_taken: int = 0) -> DayCount:
    attended = enrolled - absent - not_taken
    return DayCount(enrolled * DAY, absent * DAY, eligible=attended * DAY, not_taken=not_taken * DAY)


@pytest.mark.parametrize(("absent", "chronic"), [(17, False), (18, True)])
def test_exactly_a_tenth_is_chronic(absent: int, chronic: bool) -> None:
    assert chronically_absent(days_of(absent, 180), LAW.chronic_absence.in_force(ON)).value is chronic


def test_fewer_than_ten_days_enrolled_say_nothing() -> None:
    rule = LAW.chronic_absence.in_force(ON)
    assert chronically_absent(days_of(9, 9), rule).value is None
    assert chronically_absent(days_of(1, 10), rule).value is True


def test_days_not_taken_are_on_neither_side() -> None:
    rule = LAW.chronic_absence.in_force(ON)
    assert chronically_absent(days_of(2, 30, not_taken=10), rule).value is True
    assert chronically_absent(days_of(2, 30, not_taken=9), rule).value is False
    assert chronically_absent(days_of(0, 30, not_taken=30), rule).value is None
    assert tier(days_of(0, 30, not_taken=30), LAW.tiers.in_force(ON)).value is None
