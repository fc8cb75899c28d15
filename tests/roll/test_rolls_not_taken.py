"""Rolls not taken: an alarm for every roll that is due, and none for any other (what peers get wrong)."""

from typing import Any

import pytest

from tests.roll.lincoln_high import CLOSED_THURSDAY, SATURDAY, TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.roll.school_clock import SchoolClock
from tests.roll.telling import tell, the

Lincoln = tuple[LincolnHigh, SchoolClock]
NOT_TAKEN = "/v1/schools/lincoln/rolls-not-taken"


@pytest.fixture
def lincoln(lincoln_by_the_clock: Lincoln) -> LincolnHigh:
    return lincoln_by_the_clock[0]


@pytest.fixture
def clock(lincoln_by_the_clock: Lincoln) -> SchoolClock:
    return lincoln_by_the_clock[1]


async def not_taken(lincoln: LincolnHigh, **asked: Any) -> list[str]:
    """The rolls not taken as `section on period`, every page of them."""
    asked = asked or {"on": TUESDAY}
    found: list[str] = []
    while True:
        answer = await lincoln.clerk("GET", NOT_TAKEN, params=asked)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [f"{roll['section_id']} {roll['on']} {roll['period_id']}" for roll in page["rolls"]]
        if page["next_cursor"] is None:
            return found
        asked = {**asked, "cursor": page["next_cursor"]}


async def test_a_roll_is_missing_when_its_period_has_ended_and_not_a_second_before(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    clock.set(TUESDAY, "09:49:59")
    assert await not_taken(lincoln) == []

    clock.set(TUESDAY, "09:50:00")
    assert await not_taken(lincoln) == [f"algebra-1 {TUESDAY} 02"]


async def test_it_says_whose_it_is_how_late_and_where_to_take_it(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    substitute = {
        "school_id": "lincoln", "section_id": "algebra-1", "staff_id": "t-kent",
        "begins_on": TUESDAY, "ends_before": WEDNESDAY, "substitute": True,
    }  # fmt: skip
    await tell(lincoln, "section-teachers", substitute)
    clock.set(TUESDAY, "10:31:30")

    (roll,) = (await lincoln.clerk("GET", NOT_TAKEN)).json()["rolls"]

    assert roll["overdue_minutes"] == 41
    assert roll["students"] == 3
    assert [(teacher["name"], teacher["substitute"]) for teacher in roll["teachers"]] == [
        ("C. Kent", True),
        ("M. Ruiz", False),
    ]
    assert (await lincoln.ruiz("GET", roll["sheet"])).status_code == 200
    assert len((await lincoln.clerk("GET", f"{NOT_TAKEN}?on={WEDNESDAY}")).json()["rolls"]) == 0


async def test_a_roll_that_was_taken_is_not_missing(lincoln: LincolnHigh) -> None:
    assert (await lincoln.take_roll()).status_code == 201

    assert await not_taken(lincoln) == []


async def test_no_alarm_for_holidays_weekends_and_days_the_calendar_does_not_have(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    clock.set("2026-03-20", "12:00")
    for on in (CLOSED_THURSDAY, SATURDAY, "2026-03-16"):
        assert await not_taken(lincoln, on=on) == []


async def test_no_alarm_for_a_period_that_an_early_release_leaves_out(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "bell-periods", the("bell-periods", bell_schedule_id="early-release"))
    closed = the("calendar-days", closed="part", cause="Ice", bell_schedule_id="early-release")
    await tell(lincoln, "calendar-days", closed)

    assert await not_taken(lincoln) == []


async def test_a_short_day_that_has_the_period_moves_the_moment(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    late_start = the("bell-periods", 1, bell_schedule_id="late-start", begins_at="11:00:00", ends_at="11:40:00")
    await tell(lincoln, "bell-periods", late_start)
    await tell(lincoln, "calendar-days", the("calendar-days", bell_schedule_id="late-start"))

    clock.set(TUESDAY, "11:39:59")
    assert await not_taken(lincoln) == []
    clock.set(TUESDAY, "11:40:00")
    assert await not_taken(lincoln) == [f"algebra-1 {TUESDAY} 02"]


async def test_where_the_bell_schedule_is_not_known_a_roll_is_missing_when_the_day_is_over(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    await tell(lincoln, "calendar-days", the("calendar-days", bell_schedule_id=None))

    clock.set(TUESDAY, "23:59:59")
    assert await not_taken(lincoln) == []
    clock.set(WEDNESDAY, "00:00:00")
    assert await not_taken(lincoln) == [f"algebra-1 {TUESDAY} 02"]


async def test_no_alarm_on_a_weekday_on_which_the_section_does_not_meet(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "sections", the("sections", weekdays=[1, 3, 5]))

    assert await not_taken(lincoln) == []


@pytest.mark.parametrize(
    ("collection", "span", "due"),
    [
        ("sections", {"begins_on": WEDNESDAY}, False),
        ("sections", {"begins_on": TUESDAY}, True),
        ("sections", {"ends_before": TUESDAY}, False),
        ("sections", {"ends_before": WEDNESDAY}, True),
        ("tracks", {"begins_on": WEDNESDAY}, False),
        ("tracks", {"begins_on": TUESDAY}, True),
        ("tracks", {"ends_before": TUESDAY}, False),
        ("tracks", {"ends_before": WEDNESDAY}, True),
    ],
)
async def test_no_alarm_for_another_term_nor_before_the_first_day_nor_after_the_last(
    lincoln: LincolnHigh, collection: str, span: dict[str, str], due: bool
) -> None:
    await tell(lincoln, collection, the(collection) | span)

    assert bool(await not_taken(lincoln)) is due


@pytest.mark.parametrize(
    ("collection", "span", "due"),
    [
        ("section-enrollments", {"begins_on": WEDNESDAY}, True),  # the earlier row, from August, stands
        ("section-enrollments", {"ends_before": TUESDAY}, False),
        ("section-enrollments", {"ends_before": WEDNESDAY}, True),
        ("school-enrollments", {"withdrawal_date": TUESDAY}, False),
        ("school-enrollments", {"withdrawal_date": WEDNESDAY}, True),
    ],
)
async def test_no_alarm_for_a_section_whose_students_have_all_left(
    lincoln: LincolnHigh, collection: str, span: dict[str, str], due: bool
) -> None:
    await tell(lincoln, collection, *(the(collection, number) | span for number in range(3)))

    assert bool(await not_taken(lincoln)) is due


async def a_second_period(lincoln: LincolnHigh, *students: str) -> None:
    """English meets in period 01, for those students."""
    await tell(lincoln, "sections", the("sections", section_id="english-1", title="English", period_ids=["01"]))
    rows = [the("section-enrollments", section_id="english-1", student_id=student) for student in students]
    await tell(lincoln, "section-enrollments", *rows)


async def test_where_every_period_is_taken_every_period_is_due(lincoln: LincolnHigh) -> None:
    await a_second_period(lincoln, "ana")

    assert await not_taken(lincoln) == [f"english-1 {TUESDAY} 01", f"algebra-1 {TUESDAY} 02"]


async def test_a_period_without_instruction_has_no_roll(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "bell-periods", the("bell-periods", 1, instructional=False))

    assert await not_taken(lincoln) == []


async def test_a_daily_roll_is_due_in_the_official_period_only(lincoln: LincolnHigh) -> None:
    await a_second_period(lincoln, "ana", "ben", "cho")
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))

    assert await not_taken(lincoln) == [f"algebra-1 {TUESDAY} 02"]


async def test_a_student_without_a_class_in_the_official_period_is_marked_in_her_first(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    await a_second_period(lincoln, "ana")
    gone = the("section-enrollments", student_id="ana", ends_before=TUESDAY)
    await tell(lincoln, "section-enrollments", gone)

    assert await not_taken(lincoln) == [f"english-1 {TUESDAY} 01", f"algebra-1 {TUESDAY} 02"]


async def test_without_an_official_period_the_daily_roll_is_the_first_of_the_day(lincoln: LincolnHigh) -> None:
    await a_second_period(lincoln, "ana", "ben", "cho")
    await tell(lincoln, "schools", the("schools", roll_mode="daily"))
    await tell(lincoln, "tracks", the("tracks", official_period_id=None))

    assert await not_taken(lincoln) == [f"english-1 {TUESDAY} 01"]


async def test_twice_a_day_is_first_thing_and_upon_return_from_lunch(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    times = {
        "lunch": ("11:30:00", "12:10:00", False),
        "03": ("12:10:00", "13:00:00", True),
        "04": ("13:00:00", "14:00:00", True),
    }
    await tell(
        lincoln,
        "bell-periods",
        *(
            the("bell-periods", period_id=period, begins_at=begins, ends_at=ends, instructional=instructional)
            for period, (begins, ends, instructional) in times.items()
        ),
    )
    await tell(lincoln, "sections", the("sections", period_ids=["01", "02", "03", "04"]))
    await tell(lincoln, "schools", the("schools", roll_mode="twice_daily"))
    await tell(lincoln, "tracks", the("tracks", official_period_id=None))
    clock.set(TUESDAY, "15:00")

    assert await not_taken(lincoln) == [f"algebra-1 {TUESDAY} 01", f"algebra-1 {TUESDAY} 03"]


async def test_a_range_is_read_to_its_end_however_small_the_pages(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    await a_second_period(lincoln, "ana")
    clock.set("2026-03-14", "12:00")
    await lincoln.ruiz("PUT", f"/v1/sections/algebra-1/rolls/{WEDNESDAY}/02", json=a_roll())
    asked = {"begins_on": "2025-08-18", "ends_before": "2026-06-01"}
    expected = [
        f"english-1 {TUESDAY} 01", f"algebra-1 {TUESDAY} 02", f"english-1 {WEDNESDAY} 01",
        "english-1 2026-03-13 01", "algebra-1 2026-03-13 02",
    ]  # fmt: skip

    for limit in (1, 2, 3, 5, 200):
        assert await not_taken(lincoln, **asked, limit=limit) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"on": TUESDAY, "begins_on": TUESDAY, "ends_before": WEDNESDAY},
        {"begins_on": TUESDAY},
        {"begins_on": TUESDAY, "ends_before": TUESDAY},
        {"begins_on": "2025-01-01", "ends_before": "2026-01-03"},
        {"limit": 0},
        {"cursor": "nonsense"},
        {"cursor": "WyJhIiwiYiIsImMiLCJkIl0"},
    ],
)
async def test_days_that_cannot_be_meant_are_refused(lincoln: LincolnHigh, asked: dict[str, Any]) -> None:
    answer = await lincoln.clerk("GET", NOT_TAKEN, params=asked)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_it_is_for_the_offices_of_the_school(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ruiz("GET", NOT_TAKEN)).status_code == 403
    assert (await lincoln.ask("principal", "GET", NOT_TAKEN, schools=["washington"])).status_code == 404
    assert (await lincoln.ask("principal", "GET", NOT_TAKEN, schools=["lincoln"])).status_code == 200
    assert (await lincoln.ask("auditor", "GET", NOT_TAKEN.replace("lincoln", "nowhere"))).status_code == 404
