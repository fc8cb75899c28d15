"""A teacher's day: the rolls that are due from her, and no others."""

from datetime import date, timedelta
from time import perf_counter
from typing import Any

import pytest

from tests.postgres import Database
from tests.roll.lincoln_high import CLOSED_THURSDAY, ROLL, SATURDAY, TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.roll.offline import kent_substitutes
from tests.roll.tampering import as_administrator
from tests.roll.telling import tell, the

AFTERNOON, LUNCH = "06", "05"


async def rolls(lincoln: LincolnHigh, on: str = TUESDAY, by: str = "t-ruiz") -> list[dict[str, Any]]:
    answer = await lincoln.ask("teacher", "GET", f"/v1/me/sections?on={on}", subject=by)
    assert answer.status_code == 200, answer.text
    due: list[dict[str, Any]] = answer.json()["rolls"]
    return due


async def names(lincoln: LincolnHigh, on: str = TUESDAY, by: str = "t-ruiz") -> list[str]:
    return [f"{roll['section_id']} {roll['period_id']}" for roll in await rolls(lincoln, on, by)]


async def a_whole_day(lincoln: LincolnHigh, mode: str) -> None:
    """Ms. Ruiz has Ana, Ben and Cho in five periods, around a lunch."""
    await tell(lincoln, "schools", the("schools", roll_mode=mode))
    await tell(lincoln, "bell-periods", *(
        the("bell-periods", period_id=period, begins_at=begins, ends_at=ends, instructional=period != LUNCH)
        for period, begins, ends in (
            ("03", "10:00:00", "10:50:00"), (LUNCH, "12:00:00", "12:40:00"), (AFTERNOON, "12:45:00", "13:35:00"))
    ))  # fmt: skip
    await tell(lincoln, "sections", *(
        the("sections", section_id=section, title=section, period_ids=periods)
        for section, periods in (("home", ["01"]), ("art", ["03"]), ("lunch", [LUNCH]), ("gym", [AFTERNOON, "03"]))
    ))  # fmt: skip
    for section in ("home", "art", "lunch", "gym"):
        await tell(lincoln, "section-teachers", the("section-teachers", section_id=section))
        await tell(lincoln, "section-enrollments", *(
            the("section-enrollments", number, section_id=section) for number in range(3)
        ))  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "due"),
    [
        ("every_period", ["home 01", "algebra-1 02", "art 03", "gym 03", "gym 06"]),
        ("twice_daily", ["algebra-1 02", "gym 06"]),
        ("daily", ["algebra-1 02"]),
    ],
)
async def test_only_the_rolls_that_the_schools_mode_asks_for_are_due(
    lincoln: LincolnHigh, mode: str, due: list[str]
) -> None:
    await a_whole_day(lincoln, mode)

    assert await names(lincoln) == due


async def test_without_an_official_period_the_first_roll_of_two_is_first_thing(lincoln: LincolnHigh) -> None:
    await a_whole_day(lincoln, "twice_daily")
    await tell(lincoln, "tracks", the("tracks", official_period_id=None))

    assert await names(lincoln) == ["home 01", "gym 06"]


async def test_an_official_period_after_lunch_leaves_the_morning_its_first(lincoln: LincolnHigh) -> None:
    await a_whole_day(lincoln, "twice_daily")
    await tell(lincoln, "tracks", the("tracks", official_period_id=AFTERNOON))

    assert await names(lincoln) == ["home 01", "gym 06"]


async def test_who_has_nothing_in_the_official_period_is_marked_in_the_first_later_one(lincoln: LincolnHigh) -> None:
    """Not in an earlier one: that roll would be taken before the official time (decision 20), and credit agrees."""
    await a_whole_day(lincoln, "daily")
    await tell(lincoln, "section-enrollments", the("section-enrollments", 2, ends_before=TUESDAY))

    due = await rolls(lincoln)

    assert [(roll["section_id"], roll["students"]) for roll in due] == [("algebra-1", 2), ("art", 3)]


async def test_a_roll_that_was_taken_is_shown_with_its_version(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    await lincoln.take_roll("ana", base_version=1)

    (roll,) = await rolls(lincoln)

    assert (roll["taken"], roll["version"], roll["begins_at"]) == (True, 2, "09:00:00")


async def test_a_substitute_has_the_days_roll_that_day_and_its_teacher_keeps_it(lincoln: LincolnHigh) -> None:
    await kent_substitutes(lincoln)

    assert [(roll["section_id"], roll["substitute"]) for roll in await rolls(lincoln, by="t-kent")] == [
        ("algebra-1", True)
    ]
    assert [roll["substitute"] for roll in await rolls(lincoln)] == [False]
    assert await rolls(lincoln, WEDNESDAY, by="t-kent") == []


async def test_a_section_without_students_is_not_due(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "section-teachers", the("section-teachers", section_id="empty-1"))

    assert await names(lincoln) == ["algebra-1 02"]


async def test_students_count_from_the_day_they_join_until_the_day_they_leave(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "students", {"student_id": "dia"})
    await tell(lincoln, "section-enrollments",
        the("section-enrollments", 0, student_id="dia", begins_on=WEDNESDAY),
        the("section-enrollments", 2, ends_before=WEDNESDAY),
        the("section-enrollments", 1, ends_before="2026-03-13"),
    )  # fmt: skip

    assert [roll["students"] for on in (TUESDAY, WEDNESDAY, "2026-03-13") for roll in await rolls(lincoln, on)] == [
        3,
        3,
        2,
    ]


async def test_when_the_last_member_has_left_the_school_no_roll_is_due(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "school-enrollments", *(
        the("school-enrollments", number, withdrawal_date=WEDNESDAY) for number in range(3)
    ))  # fmt: skip

    assert (await names(lincoln), await names(lincoln, WEDNESDAY)) == (["algebra-1 02"], [])


@pytest.mark.parametrize("on", [CLOSED_THURSDAY, SATURDAY, "2026-03-16", "2025-08-17"])
async def test_nothing_is_due_on_a_day_without_instruction(lincoln: LincolnHigh, on: str) -> None:
    assert await rolls(lincoln, on) == []


async def test_a_period_that_the_days_bells_do_not_have_is_not_due(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "bell-periods", the("bell-periods", bell_schedule_id="early"))
    await tell(lincoln, "calendar-days", the("calendar-days", bell_schedule_id="early"))

    assert await rolls(lincoln) == []


async def test_a_teachers_day_is_read_at_once_in_a_school_of_three_thousand(
    lincoln: LincolnHigh, roll_database: Database
) -> None:
    """Seven periods, 100 sections in each, 30 students in each of these; she teaches five."""
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    own = lincoln.district_id
    async with as_administrator(roll_database) as connection:
        for statement in (
            "INSERT INTO roll.student SELECT $1, 's' || n FROM generate_series(0, 2999) n",
            "INSERT INTO roll.school_enrollment (district_id, school_id, student_id, entry_date, grade, track_id) "
            "SELECT $1, 'lincoln', 's' || n, '2025-08-18', '10', 'main' FROM generate_series(0, 2999) n",
            "INSERT INTO roll.bell_period SELECT $1, 'lincoln', 'regular', '0' || p, make_time(6 + p, 0, 0), "
            "make_time(6 + p, 50, 0), true FROM generate_series(3, 7) p",
            "INSERT INTO roll.section SELECT $1, 'lincoln', 'x' || p || '-' || n, 'X', 'main', '2025-08-18', NULL, "
            "ARRAY['0' || p], ARRAY[1,2,3,4,5] FROM generate_series(1, 7) p, generate_series(0, 99) n",
            "INSERT INTO roll.section_enrollment SELECT $1, 'lincoln', 'x' || p || '-' || ((n * p) % 100), 's' || n, "
            "'2025-08-18', NULL FROM generate_series(1, 7) p, generate_series(0, 2999) n",
            "INSERT INTO roll.section_teacher SELECT $1, 'lincoln', 'x' || p || '-' || p, 't-kent', '2025-08-18', "
            "NULL, false FROM generate_series(1, 5) p",
        ):
            await connection.execute(statement, own)
        await connection.execute("ANALYZE roll.section_enrollment, roll.section, roll.school_enrollment")
    assert await names(lincoln, by="t-kent") == ["x2-2 02"]

    took = []
    for _ in range(5):
        begun = perf_counter()
        await rolls(lincoln, by="t-kent")
        took.append(perf_counter() - begun)

    assert min(took) < 0.5, f"{took}: she waits for it at the door"


async def test_all_present_is_said_and_never_taken_for_granted(lincoln: LincolnHigh) -> None:
    nothing_said = a_roll()
    del nothing_said["everyone_else"]

    silence = await lincoln.ruiz("PUT", ROLL, json=nothing_said)
    all_present = await lincoln.ruiz("PUT", ROLL, json=nothing_said | {"everyone_else": "P"})

    assert (silence.status_code, silence.json()["type"]) == (422, "/problems/not-everyone-marked")
    assert all_present.status_code == 201


async def test_a_second_teachers_take_is_refused_unless_she_asks_to_amend(lincoln: LincolnHigh) -> None:
    await kent_substitutes(lincoln)
    await lincoln.take_roll("ben")

    take = await lincoln.ask("teacher", "PUT", ROLL, subject="t-kent", json=a_roll("ana"))
    amendment = await lincoln.ask("teacher", "PUT", ROLL, subject="t-kent", json=a_roll("ana") | {"base_version": 1})

    assert (take.status_code, amendment.status_code) == (412, 201)


async def test_a_substitute_may_neither_read_nor_amend_on_another_day(lincoln: LincolnHigh) -> None:
    await kent_substitutes(lincoln)
    day_before = (date.fromisoformat(TUESDAY) - timedelta(days=1)).isoformat()
    await tell(lincoln, "calendar-days", the("calendar-days", on=day_before))

    for on, status in ((day_before, 403), (TUESDAY, 200), (WEDNESDAY, 403)):
        sheet = f"/v1/sections/algebra-1/sheets/{on}/02"
        assert (await lincoln.ask("teacher", "GET", sheet, subject="t-kent")).status_code == status
        roll = await lincoln.ask("teacher", "PUT", ROLL.replace(TUESDAY, on), subject="t-kent", json=a_roll())
        assert roll.status_code == (201 if status == 200 else 403)
