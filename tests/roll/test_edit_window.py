"""Until when a teacher may amend her roll, by the clock on the school's wall; what comes later is kept for review."""

from typing import Any

import pytest

from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.offline import conflicts, kent_substitutes, kept, marks, queued, sheet, sync
from tests.roll.school_clock import SchoolClock
from tests.roll.tampering import STREAM
from tests.roll.telling import tell, the

UNTIL_THE_DAY_ENDS: dict[str, Any] = {"teacher_edit_minutes": None}
Lincoln = tuple[LincolnHigh, SchoolClock]


@pytest.fixture
async def lincoln(lincoln_by_the_clock: Lincoln) -> LincolnHigh:
    """By default a teacher may amend until the end of the school's local day."""
    lincoln, _ = lincoln_by_the_clock
    await tell(lincoln, "schools", the("schools", **UNTIL_THE_DAY_ENDS))
    await kent_substitutes(lincoln)
    return lincoln


@pytest.fixture
def clock(lincoln_by_the_clock: Lincoln) -> SchoolClock:
    return lincoln_by_the_clock[1]


async def test_a_teacher_enters_late_arrivals_until_the_local_day_ends(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    await lincoln.take_roll("ben")
    tardy = a_roll() | {"marks": [{"student_id": "ben", "code": "L", "arrived_at": "09:40:00"}]}

    clock.set(TUESDAY, "23:59:59")
    in_time = await lincoln.ruiz("PUT", ROLL, json=tardy | {"base_version": 1})
    clock.set(WEDNESDAY, "00:00:00")
    too_late = await lincoln.take_roll("ana", base_version=2)

    assert in_time.status_code == 201, in_time.text
    assert (too_late.status_code, too_late.json()["type"]) == (409, "/problems/edits-closed")
    assert "office" in too_late.json()["detail"]
    said = await sheet(lincoln)
    assert marks(said) == "PLP"
    assert [student["arrived_at"] for student in said["students"]] == [None, None, "09:40:00"]


async def test_the_local_day_of_a_school_is_not_that_of_the_server(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    """23:59 in Honolulu is 04:59 of the next day in Chicago."""
    await tell(lincoln, "schools", the("schools", time_zone="Pacific/Honolulu", **UNTIL_THE_DAY_ENDS))
    await lincoln.take_roll("ben")

    clock.set(WEDNESDAY, "04:59:59")
    assert (await lincoln.take_roll("ana", base_version=1)).status_code == 201
    clock.set(WEDNESDAY, "05:00:00")
    assert (await lincoln.take_roll("ana", base_version=2)).status_code == 409


@pytest.mark.parametrize(
    ("minutes", "last", "first_refused"), [(0, "09:49:59", "09:50:00"), (30, "10:19:59", "10:20:00")]
)
async def test_a_school_may_close_its_rolls_some_minutes_after_the_period(
    lincoln: LincolnHigh, clock: SchoolClock, minutes: int, last: str, first_refused: str
) -> None:
    await tell(lincoln, "schools", the("schools", teacher_edit_minutes=minutes))
    await lincoln.take_roll("ben")

    clock.set(TUESDAY, last)
    assert (await lincoln.take_roll("ana", base_version=1)).status_code == 201
    clock.set(TUESDAY, first_refused)
    assert (await lincoln.take_roll("ana", base_version=2)).status_code == 409


async def test_the_office_adjusts_after_the_window(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    await lincoln.take_roll("ben")
    clock.set(WEDNESDAY, "08:00")

    assert (await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))).status_code == 201


async def test_a_retry_after_the_window_has_the_receipt_that_it_should_have_had(
    lincoln: LincolnHigh, clock: SchoolClock
) -> None:
    await lincoln.take_roll("ben")
    amended = a_roll("ana") | {"base_version": 1}
    first = await lincoln.ruiz("PUT", ROLL, json=amended)
    clock.set(WEDNESDAY, "08:00")

    again = await lincoln.ruiz("PUT", ROLL, json=amended)

    assert (again.status_code, again.json()) == (200, first.json())


async def test_a_first_take_is_never_too_late(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    clock.set("2026-03-20", "08:00")

    (receipt,) = await kept(lincoln, queued("PAP"))

    assert receipt["version"] == 1
    assert marks(await sheet(lincoln)) == "PAP"


@pytest.mark.parametrize("base", [0, 1])
async def test_what_an_offline_device_says_after_the_window_is_kept_for_review_and_changes_no_mark(
    lincoln: LincolnHigh, clock: SchoolClock, base: int
) -> None:
    await kept(lincoln, queued("PPP"), by="t-kent")
    clock.set(WEDNESDAY, "08:00")

    (item,) = await sync(lincoln, queued("PAP", base=base))

    assert item["status"] == 201
    said = await sheet(lincoln)
    assert marks(said) == "PPP"
    assert conflicts(said) == {"ben": [("P", "t-kent", "substitute"), ("A", "t-ruiz", "teacher")]}
    assert [claim["late"] for claim in said["conflicts"][0]["claims"]] == [False, True]
    verified = (await lincoln.ask("auditor", "GET", f"/v1/streams/{STREAM}/verification")).json()
    assert verified["standing"] == "as the entries say"


async def test_what_was_said_late_and_agrees_needs_no_review(lincoln: LincolnHigh, clock: SchoolClock) -> None:
    await kept(lincoln, queued("PAP"), by="t-kent")
    clock.set(WEDNESDAY, "08:00")

    (item,) = await sync(lincoln, queued("PAP"))

    assert (item["status"], item["conflicts"]) == (201, [])


@pytest.mark.parametrize("first", ["t-ruiz", "t-kent"])
async def test_two_devices_that_both_come_late_stand_the_same_in_either_order(
    lincoln: LincolnHigh, clock: SchoolClock, first: str
) -> None:
    devices = {"t-ruiz": queued("PPA"), "t-kent": queued("PAP")}
    clock.set(WEDNESDAY, "08:00")

    for by in sorted(devices, reverse=first == "t-ruiz"):
        await kept(lincoln, devices[by], by=by)

    assert marks(await sheet(lincoln)) == "PPA"


async def test_the_window_is_a_fact_of_the_roster_with_its_history(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", teacher_edit_minutes=20))

    feed = (await lincoln.ask("auditor", "GET", f"/v1/streams/{STREAM}/entries?limit=1000")).text

    assert feed.count("teacher_edit_minutes") >= 2


@pytest.mark.parametrize("minutes", [-1, 1.5, "60", 5_256_001])
async def test_a_window_is_a_whole_number_of_minutes(lincoln: LincolnHigh, minutes: object) -> None:
    answer = await lincoln.ask(
        "sis_client", "POST", "/v1/schools", json={"rows": [the("schools", teacher_edit_minutes=minutes)]}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/rows/0/teacher_edit_minutes"
