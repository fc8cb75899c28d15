"""A section meets in those of its periods that the bells of the day have."""

from typing import Any

import pytest

from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_roll

IN_THIRD = ROLL.replace("/02", "/03")


@pytest.fixture
async def algebra_twice(lincoln: LincolnHigh) -> LincolnHigh:
    """Algebra I meets in the second and third period; Lincoln's regular bells have the first and second."""
    section = {"school_id": "lincoln", "section_id": "algebra-1", "title": "Algebra I", "track_id": "main"}
    span = {"begins_on": "2025-08-18", "ends_before": "2026-06-01", "period_ids": ["02", "03"]}
    await told(lincoln, "sections", section | span)
    return lincoln


async def told(school: LincolnHigh, collection: str, row: dict[str, Any]) -> None:
    answer = await school.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": [row]})
    assert answer.status_code == 200, answer.text


async def tuesday_by(school: LincolnHigh, bells: str | None) -> None:
    day = {"school_id": "lincoln", "track_id": "main", "on": TUESDAY, "instructional": True, "bell_schedule_id": bells}
    await told(school, "calendar-days", day)


async def test_a_period_that_the_days_bells_lack_does_not_meet(algebra_twice: LincolnHigh) -> None:
    refused = await algebra_twice.ruiz("PUT", IN_THIRD, json=a_roll())
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/section-does-not-meet"
    assert (await algebra_twice.ruiz("PUT", ROLL, json=a_roll())).status_code == 201


async def test_a_day_of_other_bells_has_other_periods(algebra_twice: LincolnHigh) -> None:
    late = {"school_id": "lincoln", "bell_schedule_id": "late-start", "period_id": "03"}
    await told(algebra_twice, "bell-periods", late | {"begins_at": "10:30:00", "ends_at": "11:10:00"})
    await tuesday_by(algebra_twice, "late-start")

    assert (await algebra_twice.ruiz("PUT", IN_THIRD, json=a_roll())).status_code == 201
    refused = await algebra_twice.ruiz("PUT", ROLL, json=a_roll())
    assert refused.json()["type"] == "/problems/section-does-not-meet"


@pytest.mark.parametrize("bells", [None, "bells-that-nobody-told"])
async def test_on_a_day_without_known_bells_all_periods_of_the_section_meet(
    algebra_twice: LincolnHigh, bells: str | None
) -> None:
    await tuesday_by(algebra_twice, bells)

    assert (await algebra_twice.ruiz("PUT", IN_THIRD, json=a_roll())).status_code == 201
    assert (await algebra_twice.ruiz("PUT", ROLL, json=a_roll())).status_code == 201
    assert (await algebra_twice.ruiz("PUT", ROLL.replace("/02", "/04"), json=a_roll())).status_code == 422
