"""A period ends by the clock on the school's wall, on the days when the clocks change as well."""

from datetime import UTC, date, datetime, time

import pytest

from services.roll.local_time import end_of_period, local_date
from tests.roll.lincoln_high import LincolnHigh
from tests.roll.telling import the

CHICAGO = "America/Chicago"


@pytest.mark.parametrize(
    ("on", "utc"),
    [
        (date(2026, 3, 6), datetime(2026, 3, 6, 15, 50, tzinfo=UTC)),
        (date(2026, 3, 9), datetime(2026, 3, 9, 14, 50, tzinfo=UTC)),  # after the clocks went forward
        (date(2026, 10, 30), datetime(2026, 10, 30, 14, 50, tzinfo=UTC)),
        (date(2026, 11, 2), datetime(2026, 11, 2, 15, 50, tzinfo=UTC)),  # after they went back
    ],
)
def test_a_period_ends_when_the_wall_says_so(on: date, utc: datetime) -> None:
    assert end_of_period(on, time(9, 50), CHICAGO) == utc


def test_a_day_without_known_times_ends_at_local_midnight_however_long_it_is() -> None:
    assert end_of_period(date(2026, 3, 8), None, CHICAGO) == datetime(2026, 3, 9, 5, tzinfo=UTC)
    assert end_of_period(date(2026, 11, 1), None, CHICAGO) == datetime(2026, 11, 2, 6, tzinfo=UTC)


def test_the_date_is_the_schools_own() -> None:
    assert local_date(datetime(2026, 3, 10, 4, 59, tzinfo=UTC), CHICAGO) == date(2026, 3, 9)
    assert local_date(datetime(2026, 3, 10, 5, tzinfo=UTC), CHICAGO) == date(2026, 3, 10)


@pytest.mark.parametrize("zone", ["Mars/Olympus_Mons", "America/", "America/Chicago/", "US/../US/Central"])
async def test_a_school_in_no_time_zone_is_refused(lincoln: LincolnHigh, zone: str) -> None:
    answer = await lincoln.ask("sis_client", "POST", "/v1/schools", json={"rows": [the("schools", time_zone=zone)]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/rows/0/time_zone"
