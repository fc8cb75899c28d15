"""What a certified statement has counted: the calendar keeps it, and the roster says that it is otherwise now."""

from typing import Any

import httpx
import pytest

from tests.roll.approving import lock, omar
from tests.roll.lincoln_high import TUESDAY, WEDNESDAY, LincolnHigh
from tests.roll.telling import the
from tests.roll.test_approve_change import last_entries
from tests.roll.writes import REPORTING_PERIOD

ICE = {"instructional": False, "closed": "all", "cause": "Ice"}


@pytest.fixture
async def certified(lincoln: LincolnHigh) -> LincolnHigh:
    """Tuesday's roll was taken, and then Tuesday was locked."""
    await lincoln.take_roll("ben")
    assert (await lock(lincoln)).status_code == 201
    return lincoln


async def send(school: LincolnHigh, collection: str, *rows: dict[str, Any], role: str = "sis_client") -> httpx.Response:
    return await school.ask(role, "POST", f"/v1/{collection}", json={"rows": rows})


@pytest.mark.parametrize(
    ("collection", "row", "open_row"),
    [
        ("calendar-days", the("calendar-days", 0) | ICE, the("calendar-days", 1) | ICE),
        (
            "reporting-periods",
            REPORTING_PERIOD | {"ends_before": WEDNESDAY},
            REPORTING_PERIOD | {"ends_before": TUESDAY},
        ),
        ("tracks", the("tracks") | {"begins_on": WEDNESDAY}, the("tracks") | {"ends_before": WEDNESDAY}),
        (
            "bell-periods",
            the("bell-periods") | {"ends_at": "08:51:00"},
            the("bell-periods") | {"bell_schedule_id": "x"},
        ),
        ("schools", the("schools") | {"jurisdiction": "illinois"}, the("schools") | {"name": "Lincoln"}),
    ],
)
async def test_a_row_of_the_calendar_that_changes_a_certified_day_is_refused_and_of_another_day_kept(
    certified: LincolnHigh, collection: str, row: dict[str, Any], open_row: dict[str, Any]
) -> None:
    refused = await send(certified, collection, row, role="district_office")
    kept = await send(certified, collection, open_row)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/rows/0")
    assert "certified" in refused.json()["errors"][0]["detail"]
    assert (kept.status_code, kept.json()["changed"]) == (200, 1)


async def test_what_says_nothing_new_of_a_certified_day_is_no_change(certified: LincolnHigh) -> None:
    cause = the("calendar-days") | {"cause": "Late start of two buses"}

    assert (await send(certified, "calendar-days", the("calendar-days"))).json()["unchanged"] == 1
    assert (await send(certified, "calendar-days", cause)).json()["changed"] == 1


async def test_a_locked_day_of_the_calendar_changes_by_the_approval_of_somebody_else_of_the_office(
    certified: LincolnHigh,
) -> None:
    approval = await omar(certified, on=TUESDAY)

    by_the_sis = await send(certified, "calendar-days", the("calendar-days") | ICE)
    by_the_office = await send(certified, "calendar-days", the("calendar-days") | ICE, role="district_office")

    assert (by_the_sis.status_code, by_the_office.status_code) == (422, 200), by_the_office.text
    (entry,) = await last_entries(certified, 1)
    assert entry["approval_ids"] == [approval.json()["approval_id"]]
    found = (await certified.ask("auditor", "GET", "/v1/streams/school.lincoln/verification")).json()
    assert found["standing"] == "as the entries say"


ENROLLED, SEAT, SECTION = the("school-enrollments"), the("section-enrollments"), the("sections")


@pytest.mark.parametrize(
    ("collection", "row", "warns"),
    [
        ("school-enrollments", ENROLLED | {"withdrawal_date": TUESDAY}, True),
        ("school-enrollments", ENROLLED | {"withdrawal_date": WEDNESDAY}, False),
        ("school-enrollments", ENROLLED | {"ada_eligibility_code": "2"}, True),
        ("section-enrollments", SEAT | {"ends_before": TUESDAY}, True),
        ("section-enrollments", SEAT | {"ends_before": WEDNESDAY}, False),
        ("sections", SECTION | {"period_ids": ["01"]}, True),
        ("sections", SECTION | {"title": "Algebra One"}, False),
        ("sections", SECTION | {"ends_before": WEDNESDAY}, False),
    ],
)
async def test_what_is_said_of_students_and_sections_is_kept_and_warned_of(
    certified: LincolnHigh, collection: str, row: dict[str, Any], warns: bool
) -> None:
    """The feed of an SIS is never held up by a statement: a withdrawal of last month is true today as well."""
    said = (await send(certified, collection, row)).json()

    assert said["changed"] == 1
    assert [("certified" in warning["detail"]) for warning in said["warnings"]] == [True] * warns


async def test_a_statement_that_was_released_keeps_nothing(certified: LincolnHigh) -> None:
    await omar(certified, release=True)
    release = {"school_id": "lincoln", "statement_id": "st-1", "reason": "Certified too early"}
    released = await certified.ask("district_office", "POST", "/v1/lock-releases", json=release)
    assert released.status_code == 201, released.text

    assert (await send(certified, "calendar-days", the("calendar-days") | ICE)).status_code == 200
