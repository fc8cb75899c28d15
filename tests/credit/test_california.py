"""California and Los Angeles beyond one day: ADA, minimum days, truancy, chronic absence, bands and the 96 % line."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from services.credit.day_count import DAY, DayCount
from services.credit.formulas.california import CaliforniaLaw
from services.credit.formulas.california_year import (
    CaliforniaYearLaw,
    TruancyRecord,
    TruancyStatus,
    chronic_absentee,
    meets_minimum_day,
    truancy,
)
from services.credit.formulas.lausd import Bands, LausdLaw, ShareAtLine, band, is_at_line, share_at_line
from services.credit.lawbook import read_law_file
from shared.schema.law import CannotRule
from shared.schema.roster import Grade

LAW: CaliforniaLaw = read_law_file("california").law
YEAR: CaliforniaYearLaw = read_law_file("california_year").law
LAUSD: LausdLaw = read_law_file("lausd").law
ON = date(2025, 10, 6)
BANDS, LINE = LAUSD.bands.in_force(ON), LAUSD.target_line.in_force(ON)


def days_of(absent: int, enrolled: int, not_taken: int = 0) -> DayCount:
    attended = enrolled - absent - not_taken
    return DayCount(enrolled * DAY, absent * DAY, eligible=attended * DAY, not_taken=not_taken * DAY)


def test_a_tenth_of_the_school_days_without_excuse_is_chronic_truancy() -> None:
    rule = YEAR.truancy.in_force(ON)
    assert truancy(TruancyRecord(17, (), 180), rule).value is TruancyStatus.TRUANT
    assert truancy(TruancyRecord(18, (), 180), rule).value is TruancyStatus.CHRONIC_TRUANT
    assert truancy(TruancyRecord(0, (), 0), rule).value is None


def test_days_not_taken_are_on_neither_side_of_the_rate() -> None:
    rule = YEAR.chronic_absentee.in_force(ON)
    assert chronic_absentee(days_of(9, 100, not_taken=10), rule).value is True
    assert chronic_absentee(days_of(9, 100, not_taken=9), rule).value is False
    assert chronic_absentee(days_of(0, 100, not_taken=100), rule).value is None


@pytest.mark.parametrize(
    ("grade", "line", "shortest"), [("KG", 180, 60), ("TK", 180, 60), ("01", 230, 170), ("08", 240, 180)]
)
def test_a_minimum_day_may_be_averaged_over_ten(grade: Grade, line: int, shortest: int) -> None:
    rule = YEAR.minimum_day.in_force(ON)

    def enough(*minutes: int) -> bool:
        return meets_minimum_day(grade, minutes, rule).value

    long = line + (line - shortest)
    assert [enough(line - 1), enough(line)] == [False, True]
    assert [enough(shortest, long, *[line] * 8), enough(shortest, long - 1, *[line] * 8)] == [True, False]
    assert not enough(shortest - 1, long + 1, *[line] * 8)


def test_no_minimum_day_is_known_for_high_school_or_for_nine_days() -> None:
    rule = YEAR.minimum_day.in_force(ON)
    with pytest.raises(CannotRule, match="no minimum day for grade 09"):
        meets_minimum_day("09", [240], rule)
    with pytest.raises(CannotRule, match="averaged over 10"):
        meets_minimum_day("08", [240] * 9, rule)


def test_exactly_87_and_92_and_96_percent_belong_to_the_higher_band() -> None:
    assert [band(days_of(absences, 100), BANDS).value for absences in (4, 8, 13)] == [
        "Proficient", "Basic", "Below Basic",
    ]  # fmt: skip


@pytest.mark.parametrize("enrolled", range(1, 181))
def test_the_line_is_one_missed_day_for_every_25_enrolled(enrolled: int) -> None:
    for absences in range(enrolled + 1):
        assert is_at_line(days_of(absences, enrolled), LINE) is (absences * 25 <= enrolled)


def test_a_student_none_of_whose_rolls_was_taken_has_no_band_and_is_in_no_share() -> None:
    unknown = days_of(0, 20, not_taken=20)
    assert band(unknown, BANDS).value is None
    counted = share_at_line([days_of(2, 50), days_of(3, 50), unknown], LINE)
    assert counted == ShareAtLine(at_or_above=1, students=2, without_a_rate=1)
    assert counted.share(LINE).value == Fraction(1, 2)


def test_a_school_without_rates_has_no_share() -> None:
    assert share_at_line([], LINE).share(LINE).value is None
    assert share_at_line([], LINE).published(LINE) is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"band": "A", "rate": {"at_least_percent": 96}}],
        [{"band": "B", "rate": {"at_least_percent": 0}}, {"band": "A", "rate": {"at_least_percent": 96}}],
        [{"band": "A", "rate": {"at_least_percent": 96, "more_than_percent": 96}}],
        [{"band": "A", "rate": {"at_least_percent": 101}}],
    ],
)
def test_bands_that_leave_someone_out_or_stand_in_disorder_are_refused(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Bands.model_validate({"from": ON, "cite": "a page", "rows": rows})
