"""A school day in Texas is at least 420 minutes from bell to bell: shorter ones are kept and warned of (rule TX-24)."""

from typing import Any

from tests.roll.lincoln_high import CLOSED_THURSDAY, TUESDAY, LincolnHigh
from tests.roll.school_clock import SchoolClock
from tests.roll.telling import tell, the


async def a_day_until(lincoln: LincolnHigh, ends_at: str) -> list[dict[str, str]]:
    """What is warned of when the last bell rings then and the first at 08:00."""
    last = the("bell-periods", period_id="07", begins_at="14:00:00", ends_at=ends_at)
    warnings: list[dict[str, str]] = (await tell(lincoln, "bell-periods", last))["warnings"]
    return warnings


async def test_seven_hours_are_a_school_day_and_a_minute_less_is_not(lincoln: LincolnHigh) -> None:
    assert await a_day_until(lincoln, "15:00:00") == []

    (warning,) = await a_day_until(lincoln, "14:59:00")

    assert warning["pointer"] == "/rows/0/bell_schedule_id"
    assert "419 minutes" in warning["detail"]
    assert "§25.082" in warning["detail"]


async def test_every_day_that_uses_a_short_schedule_is_warned_of_and_kept(lincoln: LincolnHigh) -> None:
    days = [the("calendar-days", cause="Sent again"), the("calendar-days", 2), the("calendar-days", 3, cause="Again")]

    said = await tell(lincoln, "calendar-days", *days)

    assert days[1]["on"] == CLOSED_THURSDAY
    assert said["changed"] == 2
    assert [warning["pointer"] for warning in said["warnings"]] == [
        "/rows/0/bell_schedule_id",
        "/rows/2/bell_schedule_id",
    ]


async def test_a_schedule_is_warned_of_once_a_call(lincoln: LincolnHigh) -> None:
    assert len((await tell(lincoln, "bell-periods", the("bell-periods", 0), the("bell-periods", 1)))["warnings"]) == 1


async def test_a_short_day_moves_the_official_roll_with_its_bells(
    lincoln_by_the_clock: tuple[LincolnHigh, SchoolClock],
) -> None:
    """On a late start the second period ends at 11:30, and until then nobody's roll is late."""
    lincoln, clock = lincoln_by_the_clock
    late = [
        the("bell-periods", number, bell_schedule_id="late", begins_at=begins, ends_at=ends)
        for number, (begins, ends) in enumerate((("10:00:00", "10:40:00"), ("10:50:00", "11:30:00")))
    ]
    await tell(lincoln, "bell-periods", *late)

    async def overdue(at: str) -> list[int]:
        clock.set(TUESDAY, at)
        said = await lincoln.clerk("GET", f"/v1/schools/lincoln/rolls-not-taken?on={TUESDAY}")
        return [roll["overdue_minutes"] for roll in said.json()["rolls"]]

    assert await overdue("10:00:00") == [10]
    await tell(lincoln, "calendar-days", the("calendar-days", bell_schedule_id="late"))
    assert await overdue("11:29:00") == []
    assert await overdue("11:40:00") == [10]


async def test_other_jurisdictions_and_other_rows_are_not_warned_of(lincoln: LincolnHigh) -> None:
    nothing: list[Any] = []
    assert (await tell(lincoln, "schools", the("schools", jurisdiction="new_york")))["warnings"] == nothing
    assert (await tell(lincoln, "bell-periods", the("bell-periods")))["warnings"] == nothing
