"""California and Los Angeles beyond one day: ADA, minimum days, truancy, chronic absence, bands and the 96 % line."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from pydantic import ValidationError

from services.credit.averaging import aggregate_ada
from services.credit.day_count import DAY, DayCount
from services.credit.formulas.california import CaliforniaDay, CaliforniaLaw, RollMark, rule_day
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
from services.credit.rulebook import CannotRule
from shared.schema.roster import Grade

LAW: CaliforniaLaw = read_law_file("california").law
YEAR: CaliforniaYearLaw = read_law_file("california_year").law
LAUSD: LausdLaw = read_law_file("lausd").law
ON = date(2025, 10, 6)
BANDS, LINE = LAUSD.bands.in_force(ON), LAUSD.target_line.in_force(ON)


def days_of(absent: int, enrolled: int, not_taken: int = 0) -> DayCount:
    attended = enrolled - absent - not_taken
    return DayCount(enrolled * DAY, absent * DAY, eligible=attended * DAY, not_taken=not_taken * DAY)


def published_ada(days: int, taught: int) -> Decimal:
    exact = aggregate_ada(days * DAY, taught, YEAR.ada.in_force(ON)).value
    assert exact is not None
    return YEAR.published_ada.in_force(ON).publish(exact)


@pytest.mark.parametrize(
    ("days", "taught", "ada"), [(8352, 87, 96), (40, 87, 1), (29, 2, 15), (144, 10, 14), (0, 87, 0)]
)
def test_ada_is_whole_one_half_goes_up_and_less_than_one_is_one(days: int, taught: int, ada: int) -> None:
    assert published_ada(days, taught) == ada


@pytest.mark.parametrize(
    ("full_days", "late", "status"),
    [
        (2, (30,), TruancyStatus.NONE),
        (2, (31,), TruancyStatus.TRUANT),
        (3, (), TruancyStatus.TRUANT),
        (2, (), TruancyStatus.NONE),
        (0, (31, 45, 90), TruancyStatus.TRUANT),
        (0, (31, 45, 30), TruancyStatus.NONE),
    ],
)
def test_three_occasions_of_more_than_30_minutes_make_a_truant(
    full_days: int, late: tuple[int, ...], status: TruancyStatus
) -> None:
    assert truancy(TruancyRecord(full_days, late, 180), YEAR.truancy.in_force(ON)).value is status


@pytest.mark.parametrize(
    ("reports", "attempted", "status"),
    [(3, True, TruancyStatus.HABITUAL_TRUANT), (2, True, TruancyStatus.TRUANT), (3, False, TruancyStatus.TRUANT)],
)
def test_a_habitual_truant_was_reported_three_times_after_an_effort_to_confer(
    reports: int, attempted: bool, status: TruancyStatus
) -> None:
    record = TruancyRecord(5, (), 180, reports, attempted)
    assert truancy(record, YEAR.truancy.in_force(ON)).value is status


def test_a_tenth_of_the_school_days_without_excuse_is_chronic_truancy() -> None:
    rule = YEAR.truancy.in_force(ON)
    assert truancy(TruancyRecord(17, (), 180), rule).value is TruancyStatus.TRUANT
    assert truancy(TruancyRecord(18, (), 180), rule).value is TruancyStatus.CHRONIC_TRUANT
    assert truancy(TruancyRecord(0, (), 0), rule).value is None


def year_of(**days: int) -> DayCount:
    """So many days of each kind, each ruled by itself, of 100."""
    kinds = {
        "excused": CaliforniaDay(ON, (RollMark.ABSENT,), excused=True),
        "unexcused": CaliforniaDay(ON, (RollMark.ABSENT,), excused=False),
        "out_of_school_suspension": CaliforniaDay(ON, (RollMark.ABSENT,), excused=True),
        "in_school_suspension": CaliforniaDay(ON, (RollMark.IN_SCHOOL_SUSPENSION,)),
        "present": CaliforniaDay(ON, (RollMark.PRESENT,)),
    }
    days["present"] = 100 - sum(days.values())
    return sum((rule_day(kinds[kind], LAW).value for kind, count in days.items() for _ in range(count)), DayCount())


def test_out_of_school_suspension_is_absence_and_in_school_suspension_is_not() -> None:
    rule = YEAR.chronic_absentee.in_force(ON)
    days = year_of(excused=5, unexcused=2, out_of_school_suspension=3, in_school_suspension=4)
    assert (days.absent, days.unexcused) == (10 * DAY, 2 * DAY)
    assert chronic_absentee(days, rule).value is True
    assert chronic_absentee(year_of(excused=4, unexcused=2, out_of_school_suspension=3), rule).value is False


def test_chronic_absence_needs_more_than_30_days_expected() -> None:
    rule = YEAR.chronic_absentee.in_force(ON)
    assert chronic_absentee(days_of(10, 30), rule).value is False
    assert chronic_absentee(days_of(10, 31), rule).value is True


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


@pytest.mark.parametrize(
    ("absences", "name"),
    [
        (0, "Advanced"),
        (1, "Proficient"),
        (7, "Proficient"),
        (8, "Basic"),
        (14, "Basic"),
        (15, "Below Basic"),
        (23, "Below Basic"),
        (24, "Far Below Basic"),
        (25, "Far Below Basic"),
        (180, "Far Below Basic"),
    ],
)
def test_bands_of_a_180_day_year(absences: int, name: str) -> None:
    ruling = band(days_of(absences, 180), BANDS)
    assert ruling.value == name, ruling.because


def test_exactly_87_and_92_and_96_percent_belong_to_the_higher_band() -> None:
    assert [band(days_of(absences, 100), BANDS).value for absences in (4, 8, 13)] == [
        "Proficient", "Basic", "Below Basic",
    ]  # fmt: skip


def test_48_of_50_days_is_the_line_and_47_is_not() -> None:
    assert is_at_line(days_of(2, 50), LINE) is True
    assert is_at_line(days_of(3, 50), LINE) is False


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
    ("at_or_above", "students", "published"),
    [
        (125_492, 152_336, "82.38"),
        (98_225, 120_442, "81.55"),
        (81_158, 98_097, "82.73"),
        (64_733, 79_452, "81.47"),
        (76_682, 95_145, "80.59"),
        (1_605, 2_710, "59.23"),
    ],
)
def test_the_districts_own_shares_of_august_2013(at_or_above: int, students: int, published: str) -> None:
    assert str(ShareAtLine(at_or_above, students, 0).published(LINE)) == published


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
