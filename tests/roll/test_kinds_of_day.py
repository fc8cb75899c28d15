"""The day at a glance and the rolls not taken where a school's day is not the regular one of a single track.

Lincoln High has a second track: its own calendar, its own official period, and Dee and Eli, of grade 11, in it.
"""

from typing import Any

import pytest

from tests.roll.lincoln_high import CLOSED_THURSDAY, TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.roll.school_clock import SchoolClock
from tests.roll.telling import tell, the

Lincoln = tuple[LincolnHigh, SchoolClock]
ROLLS = ("rolls_scheduled", "rolls_taken", "rolls_not_taken", "rolls_to_come")
MARKS = ("present", "absent", "tardy")
MEMBERS = ("members", "members_marked", "members_absent_throughout")
NIGHT = "night"


@pytest.fixture
async def lincoln(lincoln_by_the_clock: Lincoln) -> LincolnHigh:
    """Both tracks have their section in period 01 and in 02; the day track is official in 02, the night track in 01."""
    lincoln = lincoln_by_the_clock[0]
    await tell(lincoln, "tracks", the("tracks", track_id=NIGHT, official_period_id="01"))
    await tell(lincoln, "calendar-days", *(the("calendar-days", day, track_id=NIGHT) for day in range(5)))
    await tell(lincoln, "students", the("students", student_id="dee"), the("students", student_id="eli"))
    for student in ("dee", "eli"):
        await tell(
            lincoln, "school-enrollments", the("school-enrollments", student_id=student, grade="11", track_id=NIGHT)
        )
    await tell(
        lincoln, "sections",
        the("sections", section_id="algebra-1", period_ids=["01", "02"]),
        the("sections", section_id="welding-1", title="Welding", track_id=NIGHT, period_ids=["01", "02"]),
    )  # fmt: skip
    await tell(lincoln, "section-teachers", the("section-teachers", section_id="welding-1"))
    for student in ("dee", "eli"):
        await tell(
            lincoln, "section-enrollments", the("section-enrollments", section_id="welding-1", student_id=student)
        )
    return lincoln


@pytest.fixture
def clock(lincoln_by_the_clock: Lincoln) -> SchoolClock:
    return lincoln_by_the_clock[1]


async def glance(lincoln: LincolnHigh, on: str = TUESDAY) -> dict[str, Any]:
    """The school's day, and the same of the district."""
    day, whole = [
        (await lincoln.ask("dashboard", "GET", path)).json()
        for path in (f"/v1/schools/lincoln/days/{on}", f"/v1/days/{on}")
    ]
    assert whole["schools"] == [day]
    assert of(whole, *ROLLS, *MARKS, *MEMBERS) == of(day, *ROLLS, *MARKS, *MEMBERS)
    return dict(day)


def of(counts: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(counts[name] for name in names)


def by_period(day: dict[str, Any], *names: str) -> dict[str, tuple[int, ...]]:
    return {period["period_id"]: of(period, *names) for period in day["by_period"]}


def by_grade(day: dict[str, Any], *names: str) -> dict[str, tuple[int, ...]]:
    return {grade["grade"]: of(grade, *names) for grade in day["by_grade"]}


async def not_taken(lincoln: LincolnHigh, on: str = TUESDAY) -> list[str]:
    answer = await lincoln.clerk("GET", "/v1/schools/lincoln/rolls-not-taken", params={"on": on})
    return [f"{roll['section_id']} {roll['period_id']}" for roll in answer.json()["rolls"]]


async def take(lincoln: LincolnHigh, section: str, period: str, *absent: str) -> None:
    answer = await lincoln.ruiz("PUT", f"/v1/sections/{section}/rolls/{TUESDAY}/{period}", json=a_roll(*absent))
    assert answer.status_code == 201, answer.text


async def test_where_every_period_is_taken_each_track_has_its_own_rolls(lincoln: LincolnHigh) -> None:
    await take(lincoln, "welding-1", "02", "dee")

    day = await glance(lincoln)

    assert of(day, *ROLLS) == (4, 1, 3, 0)
    assert by_period(day, *ROLLS, *MARKS) == {"01": (2, 0, 2, 0, 0, 0, 0), "02": (2, 1, 1, 0, 1, 1, 0)}
    assert by_grade(day, *MARKS, *MEMBERS) == {"10": (0, 0, 0, 3, 0, 0), "11": (1, 1, 0, 2, 2, 1)}
    assert await not_taken(lincoln) == ["algebra-1 01", "welding-1 01", "algebra-1 02"]


async def test_a_daily_roll_is_due_in_each_tracks_own_official_period(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    assert await not_taken(lincoln) == ["welding-1 01", "algebra-1 02"]

    await take(lincoln, "algebra-1", "02")

    day = await glance(lincoln)
    assert by_period(day, *ROLLS) == {"01": (1, 0, 1, 0), "02": (1, 1, 0, 0)}
    assert by_grade(day, *MARKS, *MEMBERS) == {"10": (3, 0, 0, 3, 3, 0), "11": (0, 0, 0, 2, 0, 0)}
    assert await not_taken(lincoln) == ["welding-1 01"]


@pytest.mark.parametrize("mode", ["every_period", "daily", "twice_daily"])
async def test_a_day_off_of_one_track_is_none_of_the_other(lincoln: LincolnHigh, mode: str) -> None:
    await tell(lincoln, "schools", the("schools", roll_mode=mode))
    await tell(lincoln, "calendar-days", the("calendar-days", track_id=NIGHT, instructional=False))

    sections = {roll.split()[0] for roll in await not_taken(lincoln)}
    day = await glance(lincoln)

    assert sections == {"algebra-1"}
    assert of(day, "rolls_scheduled", "rolls_not_taken", "members") == (2 if mode == "every_period" else 1,) * 2 + (5,)


async def test_a_closed_tracks_rolls_are_set_aside_while_the_others_count(lincoln: LincolnHigh) -> None:
    for section, absent in (("algebra-1", "ana"), ("welding-1", "dee")):
        await take(lincoln, section, "02", absent)
    shut = the("calendar-days", track_id=NIGHT, instructional=False, closed="all", cause="No heating in the workshop")
    await tell(lincoln, "calendar-days", shut)

    day = await glance(lincoln)

    assert of(day, *ROLLS, "rolls_set_aside", *MARKS) == (2, 1, 1, 0, 1, 2, 1, 0)
    assert by_period(day, *ROLLS, "rolls_set_aside") == {"01": (1, 0, 1, 0, 0), "02": (1, 1, 0, 0, 1)}
    assert by_grade(day, *MARKS, *MEMBERS) == {"10": (2, 1, 0, 3, 3, 1), "11": (0, 0, 0, 2, 0, 0)}
    assert await not_taken(lincoln) == ["algebra-1 01"]


@pytest.mark.parametrize(("ends_before", "due"), [(TUESDAY, 2), (WEDNESDAY, 4)])
async def test_a_track_whose_year_is_over_has_no_rolls_left(lincoln: LincolnHigh, ends_before: str, due: int) -> None:
    await tell(lincoln, "tracks", the("tracks", track_id=NIGHT, official_period_id="01", ends_before=ends_before))

    assert (await glance(lincoln))["rolls_scheduled"] == due
    assert len(await not_taken(lincoln)) == due


async def an_early_release(lincoln: LincolnHigh, *periods: tuple[str, str, str]) -> None:
    """Of the day track alone."""
    await tell(lincoln, "bell-periods", *(
        the("bell-periods", bell_schedule_id="early-release", period_id=period, begins_at=begins, ends_at=ends)
        for period, begins, ends in periods
    ))  # fmt: skip
    await tell(lincoln, "calendar-days", the("calendar-days", bell_schedule_id="early-release"))


async def test_an_early_release_moves_the_moment_for_its_track_and_for_no_other(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    await an_early_release(lincoln, ("01", "08:00:00", "08:20:00"), ("02", "08:25:00", "08:45:00"))

    for at, late, to_come in (("08:19:59", 0, 4), ("08:20", 1, 3), ("08:45", 2, 2), ("08:50", 3, 1), ("09:50", 4, 0)):
        clock.set(TUESDAY, at)
        assert of(await glance(lincoln), *ROLLS) == (4, 0, late, to_come)
        assert len(await not_taken(lincoln)) == late


async def test_a_daily_roll_is_taken_in_the_first_period_when_the_early_release_leaves_the_official_one_out(
    lincoln: LincolnHigh,
) -> None:
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    await an_early_release(lincoln, ("01", "08:00:00", "08:20:00"))

    assert await not_taken(lincoln) == ["algebra-1 01", "welding-1 01"]
    assert by_period(await glance(lincoln), *ROLLS) == {"01": (2, 0, 2, 0)}


async def test_a_section_that_does_not_meet_that_weekday_leaves_its_students_to_their_other_sections(
    lincoln: LincolnHigh,
) -> None:
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    await tell(lincoln, "sections", the("sections", section_id="art-1", title="Art", period_ids=["03", "01"]))
    await tell(lincoln, "section-enrollments", the("section-enrollments", section_id="art-1"))
    await tell(lincoln, "sections", the("sections", section_id="algebra-1", period_ids=["02"], weekdays=[1, 3, 5]))

    assert await not_taken(lincoln) == ["art-1 01", "welding-1 01"]  # Ana; of Ben and Cho nobody takes the roll
    assert of(await glance(lincoln), "rolls_scheduled", "rolls_not_taken", "members") == (2, 2, 5)
    assert await not_taken(lincoln, WEDNESDAY) == []
    assert of(await glance(lincoln, WEDNESDAY), *ROLLS) == (2, 0, 0, 2)


async def test_a_day_on_which_every_track_is_off_has_members_and_no_rolls(lincoln: LincolnHigh) -> None:
    day = await glance(lincoln, CLOSED_THURSDAY)

    assert of(day, *ROLLS, *MARKS, *MEMBERS) == (0, 0, 0, 0, 0, 0, 0, 5, 0, 0)
    assert day["by_period"] == []
    assert by_grade(day, *MEMBERS) == {"10": (3, 0, 0), "11": (2, 0, 0)}
