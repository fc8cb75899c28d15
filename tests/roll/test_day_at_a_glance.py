"""The day at a glance, as an attendance office and a dashboard would read it."""

from typing import Any

import pytest

from services.roll.day_counts import DueRoll, TakenRoll, tally_day
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.school_clock import SchoolClock
from tests.roll.telling import tell, the

Lincoln = tuple[LincolnHigh, SchoolClock]
DAY = f"/v1/schools/lincoln/days/{TUESDAY}"


@pytest.fixture
def lincoln(lincoln_by_the_clock: Lincoln) -> LincolnHigh:
    return lincoln_by_the_clock[0]


@pytest.fixture
def clock(lincoln_by_the_clock: Lincoln) -> SchoolClock:
    return lincoln_by_the_clock[1]


async def glance(lincoln: LincolnHigh, path: str = DAY) -> dict[str, Any]:
    answer = await lincoln.ask("dashboard", "GET", path)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def of(counts: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(counts[name] for name in names)


ROLLS = ("rolls_scheduled", "rolls_taken", "rolls_not_taken", "rolls_to_come")
MARKS = ("present", "absent", "tardy", "early_departure", "undefined")
MEMBERS = ("members", "members_marked", "members_absent_throughout")


async def test_a_roll_is_to_come_then_not_taken_then_taken(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    clock.set(TUESDAY, "09:49:59")
    assert of(await glance(lincoln), *ROLLS) == (1, 0, 0, 1)

    clock.set(TUESDAY, "09:50:00")
    assert of(await glance(lincoln), *ROLLS) == (1, 0, 1, 0)

    await lincoln.take_roll()
    assert of(await glance(lincoln), *ROLLS) == (1, 1, 0, 0)


async def test_marks_are_counted_by_period_and_by_grade_as_they_stand(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "school-enrollments", the("school-enrollments", 2, grade="09"))
    roll = a_roll("ben") | {"marks": [{"student_id": "ben", "code": "A"}, {"student_id": "cho", "code": "T"}]}
    await lincoln.ruiz("PUT", ROLL, json=roll)

    day = await glance(lincoln)
    assert of(day, *MARKS) == (1, 1, 1, 0, 0)
    assert of(day, *MEMBERS) == (3, 3, 1)
    assert [(period["period_id"], of(period, *MARKS)) for period in day["by_period"]] == [("02", (1, 1, 1, 0, 0))]
    assert [(grade["grade"], of(grade, *MARKS, *MEMBERS)) for grade in day["by_grade"]] == [
        ("09", (0, 0, 1, 0, 0, 1, 1, 0)),
        ("10", (1, 1, 0, 0, 0, 2, 2, 1)),
    ]

    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    assert of(await glance(lincoln), *MARKS, *MEMBERS) == (2, 0, 1, 0, 0, 3, 3, 0)


async def test_a_roll_that_nobody_took_is_neither_present_nor_absent(lincoln: LincolnHigh) -> None:
    day = await glance(lincoln)

    assert of(day, *MARKS) == (0, 0, 0, 0, 0)
    assert of(day, *MEMBERS) == (3, 0, 0)


async def test_when_the_school_closes_after_roll_the_marks_are_set_aside_and_count_again_when_it_reopens(
    lincoln: LincolnHigh,
) -> None:
    await lincoln.take_roll("ben")
    before = await glance(lincoln)

    await tell(lincoln, "calendar-days", the("calendar-days", instructional=False, closed="all", cause="Gas leak"))
    closed = await glance(lincoln)
    assert (closed["rolls_set_aside"], of(closed, *ROLLS), of(closed, *MARKS)) == (1, (0, 0, 0, 0), (0, 0, 0, 0, 0))

    await tell(lincoln, "calendar-days", the("calendar-days"))
    assert await glance(lincoln) == before


async def test_a_student_who_is_not_a_member_has_no_grade(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("cho")
    await tell(lincoln, "school-enrollments", the("school-enrollments", 2, withdrawal_date=TUESDAY))

    day = await glance(lincoln)

    assert [(grade["grade"], grade["absent"], grade["members"]) for grade in day["by_grade"]] == [
        (None, 1, 0),
        ("10", 0, 2),
    ]


async def test_the_districts_day_is_the_sum_of_its_schools(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", school_id="adams", name="Adams"))
    await lincoln.take_roll("ben")

    district = await glance(lincoln, f"/v1/days/{TUESDAY}")

    adams, ours = district["schools"]
    assert (adams["name"], of(adams, *ROLLS, *MEMBERS)) == ("Adams", (0, 0, 0, 0, 0, 0, 0))
    assert ours == await glance(lincoln)
    assert of(district, *ROLLS, *MARKS, *MEMBERS) == of(ours, *ROLLS, *MARKS, *MEMBERS)


async def test_it_is_for_the_offices_and_not_for_teachers_or_other_schools(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ruiz("GET", DAY)).status_code == 403
    assert (await lincoln.ask("principal", "GET", DAY, schools=["washington"])).status_code == 404
    assert (await lincoln.ask("principal", "GET", DAY, schools=["lincoln"])).status_code == 200
    assert (await lincoln.clerk("GET", f"/v1/days/{TUESDAY}")).status_code == 403


def test_a_code_without_a_definition_is_counted_as_undefined_and_never_guessed() -> None:
    roll = TakenRoll("algebra-1", "02", ("P", "Q"), "0101", ("ana", "ben", "cho", "dee"), False)

    tally = tally_day([], [roll], {"ana": "10", "ben": "10"}, {"P": "present"})

    assert tally["day", "", "present"] == 2
    assert tally["day", "", "undefined"] == 2
    assert tally["day", "", "rolls_not_scheduled"] == 1


def test_absent_throughout_is_absent_from_every_roll_so_far() -> None:
    codes = {"P": "present", "A": "absent"}
    rolls = [
        TakenRoll("english-1", "01", ("A", "P"), "01", ("ana", "ben"), False),
        TakenRoll("algebra-1", "02", ("A", "P"), "00", ("ana", "ben"), False),
    ]

    tally = tally_day([DueRoll("english-1", "01", True)], rolls, {"ana": "10", "ben": "10", "cho": "10"}, codes)

    assert tally["grade", "10", "members_absent_throughout"] == 1
    assert tally["grade", "10", "members_marked"] == 2
    assert tally["day", "", "rolls_taken"] == 1


def test_a_school_without_rolls_or_members_comes_to_nothing() -> None:
    assert sum(tally_day([], [], {}, {}).values()) == 0


async def test_where_the_roll_is_daily_only_the_official_period_is_scheduled(lincoln: LincolnHigh) -> None:
    english = the("sections", section_id="english-1", title="English", period_ids=["01"])
    await tell(lincoln, "sections", english)
    for number in range(3):
        await tell(lincoln, "section-enrollments", the("section-enrollments", number, section_id="english-1"))
    assert of(await glance(lincoln), *ROLLS) == (2, 0, 2, 0)

    await tell(lincoln, "schools", the("schools", roll_mode="daily"))

    day = await glance(lincoln)
    assert of(day, *ROLLS) == (1, 0, 1, 0)
    assert [period["period_id"] for period in day["by_period"]] == ["02"]
