"""Rows that are each in good order and do not fit the others: refused, or kept and warned of, as a registrar would."""

from typing import Any

import httpx
import pytest

from tests.roll.lincoln_high import ROLL, ROWS, TUESDAY, WEDNESDAY, LincolnHigh, a_roll
from tests.roll.telling import tell, the
from tests.roll.writes import REPORTING_PERIOD


async def send(lincoln: LincolnHigh, collection: str, *rows: dict[str, Any], **how: Any) -> httpx.Response:
    return await lincoln.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": rows} | how)


async def refused(lincoln: LincolnHigh, collection: str, *rows: dict[str, Any]) -> list[str]:
    answer = await send(lincoln, collection, *rows)
    return [] if answer.status_code == 200 else [error["pointer"] for error in answer.json()["errors"]]


async def warned(lincoln: LincolnHigh, collection: str, *rows: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["pointer"], each["detail"]) for each in (await tell(lincoln, collection, *rows))["warnings"]]


def enrolled(student: str, entry: str, withdrawal: str | None = None, school: str = "lincoln") -> dict[str, Any]:
    return the("school-enrollments", student_id=student, entry_date=entry, withdrawal_date=withdrawal, school_id=school)


async def test_a_student_is_enrolled_in_a_school_once_at_a_time(lincoln: LincolnHigh) -> None:
    again = enrolled("ana", "2026-01-06")

    assert await refused(lincoln, "school-enrollments", again) == ["/rows/0/entry_date"]
    # On the day of the withdrawal she may come back: it is no day of membership.
    assert await refused(lincoln, "school-enrollments", enrolled("ana", "2025-08-18", "2026-01-06"), again) == []
    assert await refused(lincoln, "school-enrollments", enrolled("ana", "2025-08-18", "2026-01-07")) == [
        "/rows/0/entry_date"
    ]


async def test_of_two_rows_of_one_call_the_later_is_refused_and_the_first_may_be_kept(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "students", {"student_id": "dee"})
    rows = [enrolled("dee", "2025-08-18", "2026-01-06"), enrolled("dee", "2026-01-05"), enrolled("dee", "2026-01-06")]

    answer = (await send(lincoln, "school-enrollments", *rows, on_refusal="keep_good")).json()

    assert [each["pointer"] for each in answer["refused"]] == ["/rows/1/entry_date"]
    assert answer["changed"] == 2


async def test_an_enrollment_that_never_was_is_ended_on_its_entry_date_and_stands_in_nobodys_way(
    lincoln: LincolnHigh,
) -> None:
    never, true = enrolled("ana", "2025-08-18", "2025-08-18"), enrolled("ana", "2025-08-11")

    assert await refused(lincoln, "school-enrollments", true) == ["/rows/0/entry_date"]
    assert await refused(lincoln, "school-enrollments", never, true) == []


async def test_a_student_of_two_schools_at_once_is_kept_and_warned_of(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", school_id="washington"))

    assert await warned(lincoln, "school-enrollments", enrolled("ana", "2026-01-06", school="washington")) == [
        ("/rows/0/entry_date", "the student is enrolled in lincoln too, from 2025-08-18")
    ]
    moved = enrolled("ana", "2025-08-18", "2026-01-06")
    assert await warned(lincoln, "school-enrollments", moved) == []


async def test_periods_of_a_bell_schedule_that_ring_at_once_are_warned_of(lincoln: LincolnHigh) -> None:
    last = the("bell-periods", period_id="07", begins_at="14:00:00", ends_at="15:00:00")
    await tell(lincoln, "bell-periods", last)

    at_once = await warned(lincoln, "bell-periods", the("bell-periods", 1, begins_at="08:49:00"))
    in_turn = await warned(lincoln, "bell-periods", the("bell-periods", 1, begins_at="08:50:00"))

    assert (at_once, in_turn) == ([("/rows/0/begins_at", "period 01 is not over by then")], [])


def six_weeks(number: int, begins_on: str, ends_before: str) -> dict[str, Any]:
    return REPORTING_PERIOD | {"number": number, "begins_on": begins_on, "ends_before": ends_before}


async def test_reporting_periods_that_overlap_or_leave_a_day_of_instruction_out_are_warned_of(
    lincoln: LincolnHigh,
) -> None:
    whole = [six_weeks(1, "2025-08-18", WEDNESDAY), six_weeks(2, WEDNESDAY, "2026-06-01")]
    assert await warned(lincoln, "reporting-periods", *whole) == []

    twice = await warned(lincoln, "reporting-periods", six_weeks(1, "2025-08-18", "2026-03-12"))
    assert twice == [("/rows/0/begins_on", "reporting period 1 runs from 2025-08-18 up to but not 2026-03-12")]
    left_out = await warned(lincoln, "reporting-periods", six_weeks(1, "2025-08-18", TUESDAY))
    assert left_out == [("/rows/0/begins_on", f"days of instruction in no reporting period: 1, the first on {TUESDAY}")]
    assert await warned(lincoln, "calendar-days", the("calendar-days", bell_schedule_id="regular")) != []
    beyond = await warned(lincoln, "reporting-periods", six_weeks(2, WEDNESDAY, "2026-06-02"))
    assert (
        "/rows/0/begins_on",
        "it reaches beyond the track's year, which runs from 2025-08-18 up to but not 2026-06-01",
    ) in beyond


async def test_a_hole_in_which_there_is_no_school_is_none(lincoln: LincolnHigh) -> None:
    """From Friday to Monday."""
    weeks = [six_weeks(1, "2025-08-18", "2026-03-14"), six_weeks(2, "2026-03-16", "2026-06-01")]

    assert await warned(lincoln, "reporting-periods", *weeks) == []


async def test_instruction_without_a_bell_schedule_is_warned_of(lincoln: LincolnHigh) -> None:
    none = the("calendar-days", bell_schedule_id=None)
    unknown = the("calendar-days", 1, bell_schedule_id="early-release")

    warnings = await warned(lincoln, "calendar-days", none, unknown, the("calendar-days", 2, bell_schedule_id=None))

    assert [pointer for pointer, _ in warnings] == ["/rows/0/bell_schedule_id", "/rows/1/bell_schedule_id"]


OTHER_PERIOD = the("tracks", official_period_id="01")


async def test_the_official_period_is_chosen_until_the_first_roll_and_stays_for_the_year(lincoln: LincolnHigh) -> None:
    assert await refused(lincoln, "tracks", OTHER_PERIOD) == []
    assert await refused(lincoln, "tracks", the("tracks")) == []
    await lincoln.take_roll("ben")

    answer = await send(lincoln, "tracks", OTHER_PERIOD)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/rows/0/official_period_id"
    assert TUESDAY in error["detail"]
    assert "TX-9" in error["detail"]
    assert await refused(lincoln, "tracks", the("tracks", official_period_id=None)) == ["/rows/0/official_period_id"]
    assert await refused(lincoln, "tracks", the("tracks", ends_before="2026-06-02")) == []


async def test_next_years_track_has_its_own_and_may_not_reach_into_this_year(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    next_year = {"school_year": 2027, "ends_before": "2027-06-01", "official_period_id": "01"}

    assert await refused(lincoln, "tracks", the("tracks", begins_on="2026-05-31") | next_year) == ["/rows/0/begins_on"]
    assert await refused(lincoln, "tracks", the("tracks", begins_on="2026-06-01") | next_year) == []


async def test_other_jurisdictions_may_change_it_and_a_track_without_one_may_name_one(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "tracks", the("tracks", official_period_id=None))
    await lincoln.take_roll("ben")
    assert await refused(lincoln, "tracks", the("tracks")) == []

    await tell(lincoln, "schools", the("schools", jurisdiction="illinois"))
    assert await refused(lincoln, "tracks", OTHER_PERIOD) == []


def code(name: str, **changes: Any) -> dict[str, Any]:
    return next(row for row in ROWS["attendance-codes"] if row["code"] == name) | changes


async def test_the_meaning_of_a_code_that_was_used_stays_and_of_one_that_was_not_may_change(
    lincoln: LincolnHigh,
) -> None:
    await lincoln.take_roll("ben")

    for meaning in ({"presence": "tardy", "present_at_official_roll": False}, {"excused": True}, {"definition": "Ill"}):
        (pointer,) = await refused(lincoln, "attendance-codes", code("A", **meaning))
        assert pointer == f"/rows/0/{next(iter(meaning))}"
    assert await refused(lincoln, "attendance-codes", code("A", office_only=True)) == []
    assert await refused(lincoln, "attendance-codes", code("L", definition="Late, after nine")) == []


async def test_a_new_meaning_is_a_new_version_from_a_date_after_the_last_use(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")

    def versions(on: str) -> list[dict[str, Any]]:
        return [code("A", ends_before=on), code("A", begins_on=on, excused=True)]

    assert await refused(lincoln, "attendance-codes", code("A", begins_on=WEDNESDAY, excused=True)) == [
        "/rows/0/begins_on"
    ]
    assert await refused(lincoln, "attendance-codes", code("A", ends_before=TUESDAY)) == ["/rows/0/ends_before"]
    assert await refused(lincoln, "attendance-codes", *versions(WEDNESDAY)) == []
    await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, WEDNESDAY), json=a_roll("ben"))
    assert await refused(lincoln, "attendance-codes", code("A", begins_on=WEDNESDAY, excused=False)) == [
        "/rows/0/excused"
    ]


@pytest.mark.parametrize("presence", ["tardy", "early_departure"])
async def test_texas_has_no_code_that_does_not_say_whether_it_is_present_at_the_official_roll(
    lincoln: LincolnHigh, presence: str
) -> None:
    vague = code("P", code="X", presence=presence)

    assert await refused(lincoln, "attendance-codes", vague) == ["/rows/0/present_at_official_roll"]
    for at_roll in (True, False):
        assert await refused(lincoln, "attendance-codes", vague | {"present_at_official_roll": at_roll}) == []
    await tell(lincoln, "schools", the("schools", jurisdiction="illinois"))
    assert await refused(lincoln, "attendance-codes", vague | {"code": "Y"}) == []


async def test_a_vague_code_that_came_before_its_school_is_listed_until_it_is_mended(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", jurisdiction="illinois"))
    vague = code("P", code="X", presence="tardy")
    await tell(lincoln, "attendance-codes", vague)
    assert (await lincoln.clerk("GET", "/v1/unmapped-codes")).json() == {"codes": []}
    await lincoln.ruiz("PUT", ROLL, json=a_roll() | {"marks": [{"student_id": "ben", "code": "X"}]})

    (told,) = [each for each in await warned(lincoln, "schools", the("schools")) if "/jurisdiction" in each[0]]
    listed = (await lincoln.clerk("GET", "/v1/unmapped-codes")).json()["codes"]
    elsewhere = await lincoln.ask("principal", "GET", "/v1/unmapped-codes", schools=["washington"])

    assert told[1].endswith("X")
    assert listed == [{
        "code": "X", "begins_on": "2025-08-01", "ends_before": None, "missing": "present_at_official_roll",
        "rolls": 1, "first_on": TUESDAY, "last_on": TUESDAY, "schools": ["lincoln"],
    }]  # fmt: skip
    assert elsewhere.json()["codes"][0]["rolls"] == 0
    await tell(lincoln, "attendance-codes", vague | {"present_at_official_roll": True})
    assert (await lincoln.clerk("GET", "/v1/unmapped-codes")).json() == {"codes": []}


async def test_new_york_wants_absences_excused_or_not_and_says_so(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", jurisdiction="new_york"))

    warnings = await warned(lincoln, "attendance-codes", code("A", code="U", excused=None), code("A", code="V"))

    assert [pointer for pointer, _ in warnings] == ["/rows/0/excused"]


async def test_a_high_school_of_new_york_that_takes_the_roll_once_a_day_is_warned(lincoln: LincolnHigh) -> None:
    daily = the("schools", jurisdiction="new_york", roll_mode="daily")
    assert await warned(lincoln, "schools", daily) == []
    await tell(lincoln, "section-enrollments", the("section-enrollments", section_id="empty-1"))

    ((pointer, detail),) = await warned(lincoln, "schools", daily)

    assert pointer == "/rows/0/roll_mode"
    assert "104.1(d)(7)" in detail
    assert await warned(lincoln, "schools", daily | {"roll_mode": "every_period"}) == []
    await tell(lincoln, "school-enrollments", enrolled("ana", "2025-08-18") | {"grade": "08"})
    assert await warned(lincoln, "schools", daily) == []
