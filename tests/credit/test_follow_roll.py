"""From a roll that was taken to a number that says why, through two running services."""

import time
from collections import Counter

import pytest

from tests.credit.cedar_high import FRIDAY, MONDAY, ROWS, TUESDAY, WEEK, CedarHigh


def days(row: dict[str, dict[str, str]]) -> tuple[str, ...]:
    """Membership, absent, eligible, ineligible, not taken."""
    return tuple(row["totals"].values())


async def test_a_week_of_rolls_becomes_days_and_ada(cedar: CedarHigh) -> None:
    """Four full days and a half one; Ana absent once; Eve in no section from the official period on."""
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")

    week = await cedar.week()

    assert (week["days_taught"], week["students"], week["not_computable"]) == (5, 5, None)
    assert days(week) == ("22.5", "1", "16.5", "0", "5")
    assert week["ada"] == "3.300"
    assert week["students_at_a_later_roll"] == 5


async def test_a_roll_that_nobody_took_is_neither_present_nor_absent(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(MONDAY)

    week = await cedar.week(breakdown=True)

    assert days(week) == ("22.5", "0", "3.5", "0", "19")
    counted = Counter[str]()
    for part in week["breakdown"]:
        counted[part["because"].split(";")[0]] += part["student_days"]
    assert counted == {
        "the official roll was not taken": 16,
        "on no official roll that day": 5,
        "marked present": 4,
    }
    assert sum(part["student_days"] for part in week["breakdown"]) == 25


async def test_an_adjustment_shows_within_two_seconds_and_says_so(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    before = await cedar.week()

    began = time.monotonic()
    await cedar.adjust("algebra", MONDAY, "ana", "S")
    after = await cedar.week()

    assert time.monotonic() - began < 2
    assert (before["ada"], after["ada"]) == ("3.300", "3.500")
    why = await cedar.why("ana", MONDAY)
    assert why["totals"]["eligible_days"] == "1"
    assert "adjusted to present by the attendance office" in why["explanation"][0]
    assert why["facts"]["official_roll"] == [
        {
            "section_id": "algebra", "period_id": "02", "later_than_official": False, "taken": True, "code": "S",
            "definition": "With school personnel", "adjusted_by_the_office": True, "version": 3,
        }
    ]  # fmt: skip


async def test_an_amended_roll_leaves_the_office_s_adjustment_standing(cedar: CedarHigh) -> None:
    await cedar.take_roll("algebra", MONDAY, ana="A")
    await cedar.adjust("algebra", MONDAY, "ana", "S")
    await cedar.take_roll("algebra", MONDAY, version=2, ana="A", ben="L")

    assert (await cedar.why("ana", MONDAY))["facts"]["mark_reason"] == "adjusted to present by the attendance office"
    assert (await cedar.why("ben", MONDAY))["facts"]["mark_reason"] == "tardy after the official roll"


async def test_of_rolls_that_two_devices_took_apart_the_marks_that_stand_are_counted(cedar: CedarHigh) -> None:
    for absent in ("ana", "ben"):  # Ben has half days
        await cedar.sync_offline("algebra", MONDAY, **{absent: "A"})
    assert [(await cedar.why(student, MONDAY))["totals"]["absent_days"] for student in ("ana", "ben", "cho")] == [
        "1", "0.5", "0",
    ]  # fmt: skip

    await cedar.adjust("algebra", MONDAY, "ana", "S")
    await cedar.adjust("algebra", MONDAY, "ben", "A")  # the office confirms it

    assert [(await cedar.why(student, MONDAY))["totals"]["absent_days"] for student in ("ana", "ben")] == ["0", "0.5"]


async def test_of_two_sections_in_the_official_period_one_that_saw_her_is_enough(cedar: CedarHigh) -> None:
    await cedar.take_roll("algebra", MONDAY, cho="A")
    await cedar.take_roll("physics", MONDAY)
    await cedar.take_roll("algebra", TUESDAY, cho="A")

    assert (await cedar.why("cho", MONDAY))["totals"]["eligible_days"] == "1"
    assert (await cedar.why("cho", TUESDAY))["totals"]["absent_days"] == "1"


async def test_a_student_without_the_official_period_is_taken_at_the_first_later_one(cedar: CedarHigh) -> None:
    await cedar.take_roll("english", MONDAY)
    await cedar.take_roll("art", MONDAY, dee="A")

    why = await cedar.why("dee", MONDAY)

    assert why["totals"]["absent_days"] == "1"
    assert why["facts"]["official_roll"][0]["later_than_official"] is True


async def test_a_code_that_does_not_say_enough_stops_the_count_of_its_day_and_of_no_other(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="X")

    stopped = await cedar.week()
    assert stopped["ada"] is None
    assert "attendance code X" in stopped["not_computable"]
    assert MONDAY in stopped["not_computable"]
    assert stopped["totals"]["membership_days"] == "18"

    vague = next(row for row in ROWS["attendance-codes"] if row["code"] == "X")
    await cedar.tell("attendance-codes", vague | {"present_at_official_roll": True})
    assert (await cedar.week())["ada"] == "3.500"


async def test_a_withdrawal_in_the_past_takes_her_later_days_away(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    assert (await cedar.week())["totals"]["membership_days"] == "22.5"

    ana = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "ana")
    await cedar.tell("school-enrollments", ana | {"withdrawal_date": TUESDAY})

    week = await cedar.week()
    assert week["totals"]["membership_days"] == "18.5"
    assert week["students"] == 5
    assert (await cedar.ask(f"/v1/students/ana/days/{TUESDAY}/why")).status_code == 404


async def test_a_closure_takes_the_day_from_both_sides(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    friday = ROWS["calendar-days"][4]
    await cedar.tell("calendar-days", friday | {"instructional": False, "closed": "all", "cause": "ice"})

    week = await cedar.week()

    assert (week["days_taught"], week["totals"]["membership_days"], week["ada"]) == (4, "18", "3.500")


async def test_days_after_through_are_not_counted(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(MONDAY)

    row = await cedar.week(through=MONDAY)

    assert (row["days_taught"], row["ada"]) == (1, "3.500")


async def test_a_student_s_days_are_her_part_of_the_school_s(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ben="A")
    week = await cedar.week()

    parts = [
        (await cedar.ask(f"/v1/students/{student}/attendance", school_year=2026)).json()["rows"]
        for student in ("ana", "ben", "cho", "dee", "eve")
    ]

    assert days(parts[1][0]) == ("2.5", "0.5", "2", "0", "0")
    for column, whole in week["totals"].items():
        assert sum(float(rows[0]["totals"][column]) for rows in parts) == float(whole)


async def test_a_share_counts_students_at_the_line_and_those_without_a_rate(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await cedar.caught_up()

    answer = (await cedar.ask("/v1/attendance-shares", begins_on="2025-08-01", ends_before="2026-08-01")).json()

    assert answer["line"] == "0.96"
    assert answer["behind"] == {"unread_entries": 0, "school_days_waiting": 0, "stopped": {}, "not_begun": []}
    assert answer["not_counted"] == {}
    assert answer["rows"] == [
        {
            "school_id": "cedar", "grade": "10", "students": 5, "at_or_above": 3, "students_without_a_rate": 1,
            "not_taken_days": "5",
        }
    ]  # fmt: skip


async def test_shares_say_of_which_schools_some_days_cannot_be_counted(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="X")
    await cedar.caught_up()

    whole = (await cedar.ask("/v1/attendance-shares", begins_on="2025-08-01", ends_before="2026-08-01")).json()
    later = (await cedar.ask("/v1/attendance-shares", begins_on=TUESDAY, ends_before="2026-08-01")).json()

    assert list(whole["not_counted"]) == ["cedar"]
    assert whole["not_counted"]["cedar"].startswith(MONDAY)
    assert later["not_counted"] == {}


@pytest.mark.parametrize("role", ["teacher", "sis_client", "counselor", "dashboard"])
async def test_who_has_no_business_with_numbers_reads_none(cedar: CedarHigh, role: str) -> None:
    assert (await cedar.ask("/v1/ada", role, school_year=2026)).status_code == 403


async def test_a_clerk_reads_her_own_school_only(cedar: CedarHigh) -> None:
    await cedar.caught_up()

    own = await cedar.ask("/v1/ada", "attendance_clerk", school_year=2026, schools=["cedar"])
    other = await cedar.ask("/v1/ada", "attendance_clerk", school_year=2026, schools=["elsewhere"])

    assert [row["school_id"] for row in own.json()["rows"]] == ["cedar"]
    assert other.json()["rows"] == []
    asked = await cedar.ask(f"/v1/students/ana/days/{FRIDAY}/why", "attendance_clerk", schools=["elsewhere"])
    assert asked.status_code == 404
