"""Texas: present though off campus, up to the most days of the ground, and an absence beyond (rule TX-14)."""

from dataclasses import replace
from datetime import date

import pytest

from services.credit.formulas.texas import TexasLaw
from services.credit.lawbook import read_law_file
from services.credit.off_campus_days import OffCampusDay, ground_of, held_against_the_most
from shared.schema.texas import OffCampusCode
from tests.credit.cedar_high import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, WEEK, CedarHigh
from tests.credit.giving import give, given
from tests.credit.test_texas_ada import enroll

LAW: TexasLaw = read_law_file("texas").law
CODE = {"begins_on": "2025-08-01", "presence": "absent", "present_at_official_roll": True, "definition": "Elsewhere"}


def day(number: int, ground: str = "college visit", grade: str = "11", school_year: int = 2026) -> OffCampusDay:
    return OffCampusDay("ana", date(2026, 3, number), "main", grade, school_year, "V", ground)


def present(*days: OffCampusDay) -> list[bool]:
    return [not one.because for one in held_against_the_most(days, LAW)]


@pytest.mark.parametrize(
    ("ground", "most"),
    [("college visit", 2), ("early voting clerk", 2), ("enlistment", 4), ("visit with a deploying parent", 5),
     ("driver's license", 1), ("learner license", 1)],
)  # fmt: skip
def test_the_most_days_of_a_ground_count_and_one_more_does_not(ground: str, most: int) -> None:
    assert present(*(day(number, ground) for number in range(1, most + 2))) == [True] * most + [False]


def test_the_first_days_count_in_whatever_order_they_are_told() -> None:
    assert [one.on.day for one in held_against_the_most([day(9), day(3), day(5)], LAW) if one.because] == [9]


def test_a_religious_holy_day_has_no_most() -> None:
    assert present(*(day(number, "religious holy day") for number in range(1, 20))) == [True] * 19


def test_each_ground_and_each_school_year_is_counted_by_itself() -> None:
    assert present(day(1), day(2), day(3, "early voting clerk"), day(4, school_year=2027)) == [True] * 4


def test_college_visits_are_for_juniors_and_seniors() -> None:
    assert [present(day(1, grade=grade)) for grade in ("10", "11", "12")] == [[False], [True], [True]]


def on_days(ground: str, *numbers: int) -> list[OffCampusDay]:
    """Of a calendar that is taught every day."""
    return [replace(day(number, ground), day_before=date(2026, 3, number - 1)) for number in numbers]


@pytest.mark.parametrize("ground", ["travel to or from an excused day", "Medicaid screening"])
def test_travel_is_one_day_each_way_and_a_screening_one_at_a_time(ground: str) -> None:
    """There on the 3rd, the observance on the 4th, back on the 5th; then two days and three days in a row."""
    assert present(*on_days(ground, 3, 5)) == [True, True]
    assert present(*on_days(ground, 3, 4)) == [True, False]
    assert present(*on_days(ground, 3, 4, 5)) == [True, False, True]


def test_after_a_health_care_appointment_some_roll_of_the_day_must_find_her_once_all_are_taken() -> None:
    """Worked example B-TX-23 (AMB-10): the note alone is not enough."""
    appointment = day(9, "health-care appointment, at school the same day")

    assert [present(replace(appointment, seen=seen)) for seen in (True, False, None)] == [[True], [False], [True]]
    assert present(replace(day(9), seen=False)) == [True], "a college visit asks for no return"


def test_a_code_has_its_ground_from_its_day_until_before_its_last() -> None:
    span = {"begins_on": date(2026, 3, 9), "ends_before": date(2026, 3, 11)}
    rows = [OffCampusCode(code="V", ground="college visit", **span)]

    known = [ground_of(rows, "V", date(2026, 3, number)) for number in (8, 9, 10, 11)]

    assert known == [None, "college visit", "college visit", None]


async def three_visits(cedar: CedarHigh) -> None:
    await cedar.tell("attendance-codes", CODE | {"code": "V"})
    await enroll(cedar, "ana", grade="11")
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_every_roll(*WEEK)
    for on in (MONDAY, WEDNESDAY, FRIDAY):
        await cedar.take_roll("algebra", on, version=1, ana="V")


async def test_a_third_college_visit_is_an_absence_everywhere(cedar: CedarHigh) -> None:
    await three_visits(cedar)
    uncapped = await cedar.week()
    await given(cedar, "off-campus-codes", {"code": "V", "ground": "college visit", "begins_on": "2025-08-01"})

    week = await cedar.week(breakdown=True)
    days = (await cedar.ask("/v1/texas/off-campus-days", school_year=2026)).json()["rows"]
    student = (await cedar.ask("/v1/students/ana/attendance", school_year=2026)).json()["rows"][0]["totals"]

    assert (uncapped["totals"]["absent_days"], uncapped["ada"]) == ("0", "3.500")
    assert (week["totals"]["absent_days"], week["ada"]) == ("1", "3.300")
    assert any("and not counted present" in part["because"] for part in week["breakdown"])
    assert [(row["on"], row["counted_present"]) for row in days] == [(MONDAY, True), (WEDNESDAY, True), (FRIDAY, False)]
    assert days[2]["because"] == "college visit: at most 2 days a year"
    assert student["absent_days"] == "1"
    why = await cedar.why("ana", FRIDAY)
    assert "and not counted present" in "".join(why["explanation"])


async def test_when_an_earlier_visit_is_corrected_the_later_one_counts_again(cedar: CedarHigh) -> None:
    await three_visits(cedar)
    await given(cedar, "off-campus-codes", {"code": "V", "ground": "college visit", "begins_on": "2025-08-01"})
    assert (await cedar.week())["totals"]["absent_days"] == "1"

    await cedar.take_roll("algebra", MONDAY, version=2, ana="P")

    assert (await cedar.week())["totals"]["absent_days"] == "0"


async def test_a_visit_that_the_office_adjusted_counts_among_the_most(cedar: CedarHigh) -> None:
    await three_visits(cedar)
    await given(cedar, "off-campus-codes", {"code": "V", "ground": "college visit", "begins_on": "2025-08-01"})
    await cedar.take_roll("algebra", THURSDAY, version=1, ana="A")
    await cedar.adjust("algebra", THURSDAY, "ana", "V")

    week = await cedar.week()

    assert week["totals"]["absent_days"] == "2"
    assert (await cedar.why("ana", THURSDAY))["totals"]["absent_days"] == "1"
    assert (await cedar.why("ana", TUESDAY))["totals"]["absent_days"] == "0"


async def test_who_was_at_the_dentist_s_and_did_not_come_that_day_is_absent(cedar: CedarHigh) -> None:
    """Ana is due in English first and in algebra, the official roll; her note is in order."""
    await cedar.tell("attendance-codes", CODE | {"code": "V"})
    await enroll(cedar, "eve", scheduled_minutes=100)
    await cedar.take_roll("algebra", MONDAY, ana="V")
    ground = "health-care appointment, at school the same day"
    await given(cedar, "off-campus-codes", {"code": "V", "ground": ground, "begins_on": "2025-08-01"})

    async def absent() -> str:
        return str((await cedar.why("ana", MONDAY))["totals"]["absent_days"])

    untaken = await absent()
    await cedar.take_roll("english", MONDAY, ana="A")
    never_came = await absent()
    days = (await cedar.ask("/v1/texas/off-campus-days", school_year=2026)).json()["rows"]
    await cedar.take_roll("english", MONDAY, version=1, ana="P")

    assert (untaken, never_came, await absent()) == ("0", "1", "0")
    assert days[0]["because"] == f"{ground}: every other roll of the day says that she was absent"


async def test_a_ground_that_the_law_does_not_have_is_refused(cedar: CedarHigh) -> None:
    await cedar.caught_up()
    row = {"code": "V", "ground": "baptism", "begins_on": "2025-08-01"}

    refused = await give(cedar, "off-campus-codes", row)

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/no-such-ground")
