"""Trends of a district and students near the line, from rolls that a real roll took."""

from typing import Any

import pytest

from tests.credit.cedar_high import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY, WEEK, CedarHigh

NEXT_WEEK = "2026-03-16"
TRENDS = {"begins_on": MONDAY, "ends_before": NEXT_WEEK}


async def trends(cedar: CedarHigh, **params: str) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/attendance-trends", "service", **TRENDS | params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def near(cedar: CedarHigh, role: str = "service", **params: Any) -> Any:
    await cedar.caught_up()
    asked = {"school_id": "cedar", "begins_on": MONDAY, "ends_before": WEDNESDAY, "year_ends_before": NEXT_WEEK}
    return await cedar.ask("/v1/students-near-the-line", role, **asked | params)


async def a_week_with_absences(cedar: CedarHigh) -> None:
    """Ana away on Tuesday; ben, who comes half days, on Thursday; nobody took a roll on Friday."""
    await cedar.take_every_roll(MONDAY, WEDNESDAY)
    for on, student in ((TUESDAY, "ana"), (THURSDAY, "ben")):
        await cedar.take_roll("english", on)
        await cedar.take_roll("algebra", on, 0, **{student: "A"})
        await cedar.take_roll("physics", on)
        await cedar.take_roll("art", on)


async def test_trends_count_attended_absent_and_not_taken_apart(cedar: CedarHigh) -> None:
    await a_week_with_absences(cedar)
    said = await trends(cedar)
    (row,) = said["rows"]
    week = (await cedar.week())["totals"]
    assert (said["weeks"], row["grade"]) == ([MONDAY], "10")
    assert row["weeks"]["students"] == [5]
    (attended,), (absent,), (not_taken,) = (row["weeks"][name] for name in ("attended", "absent", "not_taken"))
    assert absent == 6 + 3, "a whole day of ana's, a half one of ben's"
    assert absent == float(week["absent_days"]) * 6
    assert not_taken == float(week["not_taken_days"]) * 6
    assert attended == (float(week["eligible_days"]) + float(week["ineligible_days"])) * 6
    assert row["weekdays"]["absent"] == [0, 6, 0, 3, 0, 0, 0]
    assert sum(row["weekdays"]["attended"]) == attended


async def test_a_window_cuts_weeks_at_its_own_days(cedar: CedarHigh) -> None:
    await a_week_with_absences(cedar)
    said = await trends(cedar, begins_on="2026-03-04", ends_before=TUESDAY)
    (row,) = said["rows"]
    assert said["weeks"] == ["2026-03-02", MONDAY]
    assert row["weeks"]["students"] == [0, 5]
    assert row["weekdays"]["students"] == [5, 0, 0, 0, 0, 0, 0]


async def test_who_fell_under_the_line_today_and_can_still_make_it(cedar: CedarHigh) -> None:
    await a_week_with_absences(cedar)
    answer = await near(cedar, line="0.75")
    assert answer.status_code == 200, answer.text
    rows = {row["student_id"]: row for row in answer.json()["rows"]}
    assert rows["ana"] == {
        "student_id": "ana", "grade": "10", "standing": "within_reach", "attended": 6, "absent": 6, "not_taken": 0,
        "remaining_days": 3, "absences_left": 0, "fell_on": TUESDAY,
    }  # fmt: skip
    assert (rows["ben"]["standing"], rows["ben"]["absences_left"], rows["ben"]["fell_on"]) == ("at_the_line", 1, None)


async def test_who_fell_out_of_reach_is_listed_only_while_it_is_news(cedar: CedarHigh) -> None:
    await a_week_with_absences(cedar)
    rows = {row["student_id"]: row for row in (await near(cedar)).json()["rows"]}
    later = (await near(cedar, fell_since=WEDNESDAY)).json()
    assert (rows["ana"]["standing"], rows["ana"]["absences_left"]) == ("out_of_reach", None)
    assert "ana" not in {row["student_id"] for row in later["rows"]}
    assert later["lost"] == 1


async def test_a_student_without_a_taken_roll_has_no_rate(cedar: CedarHigh) -> None:
    answer = (await near(cedar)).json()
    assert (answer["rows"], answer["without_a_rate"]) == ([], 5)


async def test_days_in_windows_are_each_students_own(cedar: CedarHigh) -> None:
    await a_week_with_absences(cedar)
    await cedar.caught_up()
    windows = f"{MONDAY}/{WEDNESDAY},{WEDNESDAY}/{NEXT_WEEK}"
    answer = await cedar.ask("/v1/attendance-by-student", "service", school_id="cedar", windows=windows)
    rows = {row["student_id"]: row for row in answer.json()["rows"]}
    assert (rows["ana"]["attended"], rows["ana"]["absent"]) == ([6, 12], [6, 0])
    assert rows["ben"]["absent"] == [0, 3]


@pytest.mark.parametrize(
    ("role", "schools", "status"),
    [
        ("service", None, 200),
        ("counselor", ["cedar"], 200),
        ("principal", ["cedar"], 200),
        ("counselor", ["oak"], 404),
        ("principal", ["oak"], 404),
        ("counselor", None, 404),
        ("dashboard", None, 403),
        ("district_office", None, 403),
        ("teacher", ["cedar"], 403),
    ],
)
async def test_students_are_for_their_own_school(
    cedar: CedarHigh, role: str, schools: list[str] | None, status: int
) -> None:
    answer = await near(cedar, role, schools=schools)
    other = await cedar.ask(
        "/v1/attendance-by-student", role, school_id="cedar", windows=f"{MONDAY}/{FRIDAY}", schools=schools
    )
    assert (answer.status_code, other.status_code) == (status, status)


@pytest.mark.parametrize(
    "params",
    [{"line": "96"}, {"line": "1.01"}, {"ends_before": MONDAY}, {"year_ends_before": MONDAY}, {"grade": "13"},
     {"absences_left_at_most": -1}, {"begins_on": "0001-01-01", "ends_before": "0001-02-01"}],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(cedar: CedarHigh, params: dict[str, Any]) -> None:
    assert (await near(cedar, **params)).status_code == 422


@pytest.mark.parametrize(
    "windows", ["", "x", f"{MONDAY}", f"{MONDAY}/{MONDAY}", ",".join([f"{MONDAY}/{FRIDAY}"] * 101)]
)
async def test_windows_that_cannot_be_read_are_refused(cedar: CedarHigh, windows: str) -> None:
    answer = await cedar.ask("/v1/attendance-by-student", "service", school_id="cedar", windows=windows)
    assert answer.status_code == 422
    assert WEEK[0] not in answer.json()["detail"]
