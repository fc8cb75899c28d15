"""Texas, through two running services: halves in their own half, codes that change within a period, minutes."""

from typing import Any

import pytest

from tests.credit.cedar_high import FRIDAY, MONDAY, ROWS, TUESDAY, WEDNESDAY, WEEK, CedarHigh


async def enroll(cedar: CedarHigh, student: str, *spans: dict[str, Any]) -> None:
    """The student's enrollments, each from its entry date until the next one's."""
    row = next(row for row in ROWS["school-enrollments"] if row["student_id"] == student)
    dates = [span.get("entry_date", row["entry_date"]) for span in spans]
    ends: list[dict[str, str]] = [{"withdrawal_date": following} for following in dates[1:]]
    await cedar.tell("school-enrollments", *(row | span | end for span, end in zip(spans, [*ends, {}], strict=True)))


async def days_of(cedar: CedarHigh, student: str) -> dict[str, str]:
    await cedar.caught_up()
    answer = await cedar.ask(f"/v1/students/{student}/attendance", school_year=2026)
    (row,) = answer.json()["rows"]
    return dict(row["totals"])


@pytest.mark.parametrize(("minutes", "membership"), [(119, None), (120, "2.5"), (239, "2.5"), (240, "5")])
async def test_scheduled_minutes_make_the_membership(cedar: CedarHigh, minutes: int, membership: str | None) -> None:
    await enroll(cedar, "ana", {"scheduled_minutes": minutes})
    await cedar.take_every_roll(*WEEK)

    if membership is None:
        await cedar.caught_up()
        answer = await cedar.ask("/v1/students/ana/attendance", school_year=2026)
        assert {day for row in answer.json()["rows"] for day in row["totals"].values()} <= {"0"}
    else:
        assert (await days_of(cedar, "ana"))["eligible_days"] == membership


async def test_a_half_day_student_of_the_morning_is_taken_in_the_morning(cedar: CedarHigh) -> None:
    """The official roll is in the second period; eve has the first one only."""
    await enroll(cedar, "eve", {"scheduled_minutes": 239})
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("english", MONDAY, version=1, eve="A")

    said = await days_of(cedar, "eve")

    assert said == {"membership_days": "2.5", "absent_days": "0.5", "eligible_days": "2", "ineligible_days": "0",
                    "not_taken_days": "0"}  # fmt: skip


async def test_a_full_day_student_of_the_morning_is_seen_at_no_official_roll(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", {"scheduled_minutes": 240})
    await cedar.take_every_roll(*WEEK)

    assert (await days_of(cedar, "eve"))["not_taken_days"] == "5"


async def test_a_student_who_becomes_a_half_day_one_is_taken_in_her_half_from_that_day(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", {}, {"entry_date": WEDNESDAY, "scheduled_minutes": 180})
    await cedar.take_every_roll(*WEEK)

    said = await days_of(cedar, "eve")

    assert (said["not_taken_days"], said["eligible_days"]) == ("2", "1.5")


async def test_a_code_that_changes_within_the_period_weighs_each_day_as_it_was(cedar: CedarHigh) -> None:
    await enroll(
        cedar, "ana", {"ada_eligibility_code": "4"}, {"entry_date": TUESDAY, "ada_eligibility_code": "1"},
        {"entry_date": FRIDAY, "ada_eligibility_code": "2", "scheduled_minutes": 200},
    )  # fmt: skip
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", TUESDAY, version=1, ana="A")

    said = await days_of(cedar, "ana")

    assert said == {"membership_days": "4.5", "absent_days": "1", "eligible_days": "2.5", "ineligible_days": "1",
                    "not_taken_days": "0"}  # fmt: skip


async def test_an_absence_while_ineligible_is_subtracted_once(cedar: CedarHigh) -> None:
    await enroll(cedar, "ana", {"ada_eligibility_code": "4"})
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", TUESDAY, version=1, ana="A")

    said = await days_of(cedar, "ana")

    assert (said["absent_days"], said["ineligible_days"], said["eligible_days"]) == ("1", "4", "0")


async def test_students_of_flexible_attendance_leave_the_rest_of_the_school_computable(cedar: CedarHigh) -> None:
    await enroll(cedar, "ana", {}, {"entry_date": WEDNESDAY, "ada_eligibility_code": "7"})
    await enroll(cedar, "ben", {"ada_eligibility_code": "8"})
    await cedar.take_every_roll(*WEEK)

    week = await cedar.week(breakdown=True)

    assert week["not_computable"] is None
    assert (week["ada"], week["counted_in_minutes"]) == ("2.400", 8)
    assert "without flexible attendance" in week["ada_kind"]
    breakdown = await cedar.ask("/v1/breakdown", school_year=2026, school_id="cedar")
    (row,) = breakdown.json()["rows"]
    assert "8: counted in minutes" in row["said"]
    why = await cedar.why("ben", MONDAY)
    assert "ineligible, flexible attendance program: counted in minutes" in why["explanation"][0]
