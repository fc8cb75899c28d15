"""From the teacher's roll to the counselor's list and the dashboard's trend, through the three running services."""

from typing import Any
from uuid import uuid4

import httpx

from tests.journeys.district import WEEK, District
from tests.running import bearer

THIRTY = [f"k{number:02}" for number in range(12)]
ASKED = {"program_year": 2026, "through": WEEK[2]}


async def as_counselor(district: District, method: str, path: str, **more: Any) -> httpx.Response:
    token = district.issuer.mint(role="counselor", subject="c-1", districts=[district.district_id], schools=["vernon"])
    async with httpx.AsyncClient(base_url=district.urls["program"], timeout=20) as client:
        return await client.request(method, path, headers=bearer(token), **more)


async def a_week(district: District) -> None:
    """Twelve children in kindergarten; k00 is away on Monday and Tuesday, k01 on Wednesday."""
    await district.open_school("vernon", "california", "KG", THIRTY)
    for on, away in zip(WEEK, (["k00"], ["k00"], ["k01"], [], []), strict=True):
        await district.take_roll("vernon", on, *away)
    await district.caught_up()


async def test_a_counselor_finds_who_just_fell_and_whom_she_visited_came_back(district: District) -> None:
    await a_week(district)
    near = await as_counselor(district, "GET", "/v1/schools/vernon/near-the-line", params=ASKED)
    assert near.status_code == 200, near.text
    rows = {row["student_id"]: row for row in near.json()["rows"]}
    assert {row["remaining_days"] for row in rows.values()} == {2}
    assert (rows["k01"]["standing"], rows["k01"]["fell_on"]) == ("out_of_reach", WEEK[2])
    assert (rows["k05"]["standing"], rows["k05"]["absences_left"]) == ("at_the_line", 0)

    said = {
        "intervention_id": str(uuid4()), "program_year": 2026, "kind": "home_visit", "what": "A visit at home",
        "target": {"whom": "students", "student_ids": ["k00"]}, "begins_on": WEEK[2], "by": ["c-1"],
    }  # fmt: skip
    kept = await as_counselor(district, "POST", "/v1/schools/vernon/interventions", json=said)
    assert kept.status_code == 201, kept.text
    read = await as_counselor(district, "GET", "/v1/schools/vernon/interventions", params={"program_year": 2026})
    (shown,) = read.json()["interventions"]
    effect = shown["effect"]
    assert (effect["students"]["before_percent"], effect["students"]["after_percent"]) == ("0.00", "100.00")
    assert (effect["rest"]["before_percent"], effect["rest"]["after_percent"]) == ("100.00", "96.97")

    (record,) = (await district.answer("program", "auditor", "/v1/students/k01/disclosures"))["disclosures"]
    assert (record["read_by"], record["school_id"]) == ("c-1", "vernon")


async def test_a_dashboard_sees_the_week_in_one_call_and_no_small_group(district: District) -> None:
    await a_week(district)
    await district.open_school("valerio", "california", "KG", [f"v{number}" for number in range(9)])
    await district.caught_up()
    path = f"/v1/trends?begins_on={WEEK[0]}&through={WEEK[-1]}"

    said = await district.answer("program", "dashboard", path)

    assert {school["school_id"]: school["weeks"] for school in said["schools"]} == {"valerio": None, "vernon": None}
    weeks, weekdays = said["district"]
    assert (weeks["students"], weeks["absent"], weeks["attended"]) == ([21], [3 * 6], [57 * 6])
    assert weeks["not_taken"] == [9 * 5 * 6]
    assert weekdays["absent"] == [6, 6, 6, 0, 0, 0, 0]
