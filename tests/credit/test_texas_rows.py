"""Every edit of a row that is handed over to Texas, from both sides; and what each says is to be done."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.credit.formulas.texas_42400 import Row, edits, written
from services.credit.formulas.texas_flexible_rows import FlexibleRow
from services.credit.formulas.texas_flexible_rows import edits as edits_of_minutes
from services.credit.formulas.texas_layout import Taught
from services.credit.formulas.texas_year import TexasYearLaw
from services.credit.lawbook import read_law_file

LAW: TexasYearLaw = read_law_file("texas_year").law
ANA = Row("057905001", "1234567890", "01", 4, 5, "10", absent=6, ineligible=0, eligible=24, not_taken=0)
EVE = FlexibleRow("057905001", "1234567891", "01", 4, 5, "10", "1", eligible=240, ineligible=0)
LONG_TRACK = "t" * 60


def calendar_of(row: Row | FlexibleRow) -> set[Taught]:
    return {Taught("057905001", "01", 4, 5), Taught(row.campus, row.track, row.period, row.days_taught)}


def failing(*rows: Row, calendar: set[Taught] | None = None, left_out: bool = False) -> list[str]:
    return [one.edit for one in edits(rows, calendar or calendar_of(rows[0]), not_taken_left_out=left_out)]


def failing_minutes(*rows: FlexibleRow, calendar: set[Taught] | None = None) -> list[str]:
    rule = LAW.flexible_attendance.in_force(date(2026, 3, 9))
    return [one.edit for one in edits_of_minutes(rows, calendar or calendar_of(rows[0]), rule)]


EVERY_ROW: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"campus": "057905001"}, {"campus": "57905001"}),
    ({"campus": "000000001"}, {"campus": "0579050011"}),
    ({"campus": "057905001"}, {"campus": "05790500a"}),
    ({"student": "1234567890"}, {"student": "123456789"}),
    ({"student": "1234567890"}, {"student": "12345678901"}),
    ({"student": "0000000001"}, {"student": "S123456789"}),
    ({"track": LONG_TRACK}, {"track": LONG_TRACK + "t"}),
    ({"period": 1}, {"period": 0}),
    ({"period": 6}, {"period": 7}),
    ({"days_taught": 999}, {"days_taught": 1000}),
    ({"grade": "PK"}, {"grade": "TK"}),
]


@pytest.mark.parametrize(("right", "wrong"), EVERY_ROW)
def test_an_element_that_has_the_layout_s_shape_passes_and_one_that_has_not_is_found(
    right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert failing(replace(ANA, **right)) == failing_minutes(replace(EVE, **right)) == []
    assert failing(replace(ANA, **wrong)) == failing_minutes(replace(EVE, **wrong)) == ["rule TX-29"]


def test_a_period_is_the_calendar_s_own_with_its_days_taught_and_track() -> None:
    for other in (replace(ANA, days_taught=6), replace(ANA, track="02"), replace(ANA, period=5)):
        assert failing(other, calendar={Taught("057905001", "01", 4, 5)}) == ["42400-0067"]
    assert failing(ANA, calendar={Taught("057905001", "01", 4, 5)}) == []
    assert failing_minutes(replace(EVE, days_taught=6), calendar={Taught("057905001", "01", 4, 5)}) == ["42400-0067"]


def test_a_student_is_on_one_track_in_one_grade_once() -> None:
    eleventh = replace(ANA, grade="11", absent=0, eligible=0, ineligible=0)

    assert failing(ANA, eleventh) == []
    assert failing(eleventh, eleventh) == ["42400-000A", "42400-000A"]
    assert failing_minutes(EVE, replace(EVE, program="2")) == []
    assert failing_minutes(EVE, EVE) == ["42400-000A", "42400-000A"]


def test_days_present_and_absent_are_at_most_those_taught_in_all_grades_together() -> None:
    assert failing(replace(ANA, absent=6, ineligible=12, eligible=12)) == []
    assert failing(replace(ANA, absent=6, ineligible=12, eligible=15)) == ["rule TX-30"]
    eleventh = replace(ANA, grade="11", absent=0, eligible=3)
    assert failing(replace(ANA, eligible=21), eleventh) == []
    assert failing(ANA, eleventh) == ["rule TX-30", "rule TX-30"]


@pytest.mark.parametrize("column", ["absent", "ineligible", "eligible"])
def test_days_are_whole_halves(column: str) -> None:
    half: dict[str, Any] = {column: 3}
    third: dict[str, Any] = {column: 4}

    assert failing(replace(ANA, **{"absent": 0, "eligible": 0} | half)) == []
    assert failing(replace(ANA, **{"absent": 0, "eligible": 0} | third)) == ["rule TX-29"]


def test_days_not_taken_are_left_out_only_when_that_is_said() -> None:
    unknown = replace(ANA, absent=0, not_taken=6)

    assert failing(unknown) == ["not taken"]
    assert failing(unknown, left_out=True) == failing(replace(unknown, not_taken=0)) == []


@pytest.mark.parametrize(("sixths", "text"), [(0, "0.0"), (3, "0.5"), (6, "1.0"), (27, "4.5"), (1080, "180.0")])
def test_days_are_written_with_one_decimal(sixths: int, text: str) -> None:
    assert written(sixths) == text
    assert re.fullmatch(r"\d{1,3}\.\d", text)


def test_a_row_of_minutes_has_45_at_least_eligible_or_not() -> None:
    assert failing_minutes(replace(EVE, eligible=45)) == failing_minutes(replace(EVE, eligible=0, ineligible=45)) == []
    assert failing_minutes(replace(EVE, eligible=44)) == failing_minutes(replace(EVE, eligible=0)) == ["rule TX-23"]


def test_minutes_have_five_digits() -> None:
    assert failing_minutes(replace(EVE, eligible=99_999, ineligible=99_999)) == []
    assert failing_minutes(replace(EVE, ineligible=100_000)) == ["rule TX-29"]


def test_the_program_is_one_of_a_six_weeks() -> None:
    """The third, credit recovery, is of the extended year."""
    assert [failing_minutes(replace(EVE, program=one)) for one in ("1", "2")] == [[], []]
    assert [failing_minutes(replace(EVE, program=one)) for one in ("", "3")] == [["rule TX-29"], ["rule TX-29"]]


def test_minutes_that_nobody_gave_are_unknown_and_not_none() -> None:
    assert failing_minutes(replace(EVE, program="", eligible=0, unknown=True)) == ["rule TX-23"]


def test_every_finding_says_what_is_to_be_done() -> None:
    hopeless = replace(ANA, campus="x", student="y", track=LONG_TRACK * 2, period=9, days_taught=0, grade="TK",
                       absent=4, not_taken=3)  # fmt: skip
    found = list(edits([hopeless, hopeless], set(), not_taken_left_out=False))

    assert {one.edit for one in found} == {"42400-0067", "42400-000A", "rule TX-29", "rule TX-30", "not taken"}
    assert all(one.said and one.remedy for one in found)
