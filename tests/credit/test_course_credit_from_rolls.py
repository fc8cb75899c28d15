"""Course credit in New York, through two running services: a policy, a course's meetings, and the safeguards."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import FRIDAY, JSON, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark
from tests.credit.test_new_york_from_rolls import Batavia

POLICY: dict[str, Any] = {
    "level": "high",
    "grades": ["09", "10", "11", "12"],
    "begins_on": "2025-09-01",
    "cite": "Resolution 14 of the board of Batavia",
    "adopted_on": "2025-06-30",
    "hearings_on": ["2025-06-02"],
    "objectives": ["Everybody in class"],
    "strategies": ["A call on the first morning"],
    "codes": [{"code": "A", "definition": "Not in the room, no excuse known", "excused": False}],
    "notice": "A letter to the parents",
    "interventions": ["A conference"],
    "limits": {"full year": {"more_than_absences": 24}, "semester": {"more_than_absences": 2}},
    "excused_and_made_up_is_not_counted": True,
    "tardies_that_make_an_absence": 3,
    "ladder": {"semester": [{"action": "letter", "from_absences": 1}, {"action": "conference", "from_absences": 3}]},
}


@pytest.fixture
async def batavia(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Batavia.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def post(school: OakPark, path: str, body: dict[str, Any], role: str = "district_office") -> httpx.Response:
    return await school.credit.post(path, content=json.dumps(body), headers=school.headers(role) | JSON)


async def act(school: OakPark, kind: str, on: str, **more: str) -> httpx.Response:
    body = {"action_id": str(uuid4()), "student_id": "bob", "section_id": "class-01", "kind": kind, "done_on": on,
            "said": "as the policy says", "document": "file 7"}  # fmt: skip
    return await post(school, "/v1/course-credit-actions", body | more)


async def standing(school: OakPark, **params: str) -> dict[str, Any]:
    await school.caught_up()
    answer = await school.ask("/v1/students/bob/course-credit", section_id="class-01", **params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_policy_stands_as_it_was_adopted_and_is_never_rewritten(batavia: OakPark) -> None:
    path = "/v1/course-credit-policies"
    assert (await post(batavia, path, POLICY)).status_code == 201
    assert (await post(batavia, path, POLICY)).status_code == 201
    rewritten = await post(batavia, path, POLICY | {"tardies_that_make_an_absence": 4})
    no_hearing = await post(batavia, path, POLICY | {"hearings_on": ["2025-07-01"]})
    no_standard = await post(batavia, path, POLICY | {"limits": {}, "begins_on": "2026-09-01"})

    assert (rewritten.status_code, no_hearing.status_code, no_standard.status_code) == (409, 422, 422)
    assert (await post(batavia, path, POLICY, "principal")).status_code == 403
    assert len((await batavia.ask(path)).json()) == 1


async def test_a_grade_belongs_to_one_level_and_a_later_policy_takes_the_place_of_its_level_s(batavia: OakPark) -> None:
    path = "/v1/course-credit-policies"
    elementary = POLICY | {"level": "elementary", "grades": ["06", "07"], "begins_on": "2025-09-02"}
    assert (await post(batavia, path, POLICY)).status_code == 201
    assert (await post(batavia, path, elementary)).status_code == 201
    middle = POLICY | {"level": "middle", "grades": ["08", "09"]}
    two_levels = await post(batavia, path, middle)
    later = await post(batavia, path, POLICY | {"begins_on": "2026-02-02", "grades": ["09", "11", "12"]})

    assert (two_levels.status_code, two_levels.json()["type"]) == (409, "/problems/grade-of-another-level")
    assert (await post(batavia, path, middle | {"grades": ["07", "08"]})).status_code == 409  # from the day after on
    assert later.status_code == 201
    before = await standing(batavia, decided_on="2026-02-01")
    after = await standing(batavia, decided_on="2026-02-02")
    assert (before["outcome"], after["outcome"]) == ("eligible", "not computable")
    assert "no policy for grade 10" in after["because"]


async def test_without_a_policy_nobody_is_refused_credit(batavia: OakPark) -> None:
    said = await standing(batavia)

    assert said["outcome"] == "not computable"
    assert "no policy for grade 10" in said["because"]


async def test_absences_count_up_to_the_limit_and_one_more_is_blocked_until_notice_and_intervention(
    batavia: OakPark,
) -> None:
    await post(batavia, "/v1/course-credit-policies", POLICY)
    await batavia.take_roll("class-01", MONDAY, bob="A")
    await batavia.take_roll("class-01", TUESDAY, bob="E")
    within = await standing(batavia)
    await batavia.take_roll("class-01", WEDNESDAY, bob="A")
    over = await standing(batavia)

    assert (within["outcome"], within["counted_absences"], within["can_still_miss"]) == ("eligible", 2, 0)
    assert (within["meetings"], within["not_taken"], within["actions_due"]) == (5, 3, ["letter"])
    assert (over["outcome"], over["actions_due"]) == ("denial blocked", ["letter", "conference"])
    assert over["missing"] == ["a notice to the parents", "a specific intervention"]

    assert (await act(batavia, "notice", "2026-03-16")).status_code == 201
    assert (await standing(batavia))["missing"] == ["a specific intervention"]
    assert (await act(batavia, "intervention", "2026-03-17")).status_code == 201
    assert (await standing(batavia, decided_on="2026-03-17"))["outcome"] == "denial blocked"
    assert (await standing(batavia, decided_on="2026-03-18"))["outcome"] == "denied"


async def test_excused_and_made_up_is_left_out_because_the_board_said_so(batavia: OakPark) -> None:
    await post(batavia, "/v1/course-credit-policies", POLICY)
    for on in (MONDAY, TUESDAY, WEDNESDAY):
        await batavia.take_roll("class-01", on, bob="E")
    assert (await standing(batavia))["outcome"] == "denial blocked"

    assert (await act(batavia, "make_up", "2026-03-20", absence_on=MONDAY)).status_code == 201

    said = await standing(batavia)
    assert (said["outcome"], said["excused"], said["excused_made_up"], said["counted_absences"]) == (
        "eligible",
        2,
        1,
        2,
    )


async def test_three_tardies_are_an_absence_where_the_policy_says_so_and_two_are_none(batavia: OakPark) -> None:
    await post(batavia, "/v1/course-credit-policies", POLICY)
    late = {"code": "T", "arrived_at": "08:10:00"}
    for on in (MONDAY, TUESDAY):
        await batavia.take_roll("class-01", on, bob=late)
    assert (await standing(batavia))["counted_absences"] == 0
    await batavia.take_roll("class-01", WEDNESDAY, bob=late)

    assert (await standing(batavia))["counted_absences"] == 1


async def test_missing_more_minutes_than_the_policy_allows_is_an_absence(batavia: OakPark) -> None:
    await post(batavia, "/v1/course-credit-policies", POLICY | {"missing_a_single_period_more_than_minutes": 8})
    await batavia.take_roll("class-01", THURSDAY, bob={"code": "T", "arrived_at": "08:08:00"})
    within = await standing(batavia)
    await batavia.take_roll("class-01", FRIDAY, bob={"code": "T", "arrived_at": "08:08:01"})

    assert (within["counted_absences"], within["tardies"]) == (0, 1)
    assert ((await standing(batavia))["counted_absences"], (await standing(batavia))["tardies"]) == (1, 1)


async def test_a_section_and_a_school_are_listed_pupil_by_pupil(batavia: OakPark) -> None:
    await post(batavia, "/v1/course-credit-policies", POLICY)
    await batavia.take_roll("class-01", MONDAY, bob="A")
    await batavia.caught_up()

    section = (await batavia.ask("/v1/sections/class-01/course-credit")).json()["rows"]
    school = (await batavia.ask("/v1/schools/oak/course-credit", decided_on="2026-03-13")).json()["rows"]

    assert {row["student_id"]: row["outcome"] for row in section} == {
        "ann": "not computable", "bob": "eligible", "cal": "not computable", "deb": "not computable",
    }  # fmt: skip
    assert len(school) == 6 * 4 + 1
    assert (await batavia.ask("/v1/sections/nowhere/course-credit")).status_code == 404
    elsewhere = await batavia.ask("/v1/sections/class-01/course-credit", "principal", schools=["elsewhere"])
    assert elsewhere.status_code == 404


async def test_an_action_is_for_a_pupil_of_the_section_and_is_kept_once(batavia: OakPark) -> None:
    await batavia.caught_up()
    same = str(uuid4())
    first, again, other = [
        await act(batavia, "notice", "2026-03-16", action_id=same, said=said)
        for said in ("a call", "a call", "a letter")
    ]

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    (kept,) = (await batavia.ask("/v1/students/bob/course-credit-actions")).json()
    assert (kept["action"]["action_id"], kept["action"]["said"], kept["recorded_by"]) == (
        same, "a call", "a district_office",
    )  # fmt: skip
    unseen = await batavia.ask("/v1/students/bob/course-credit-actions", "principal", schools=["elsewhere"])
    assert unseen.status_code == 404
    assert (await act(batavia, "notice", "2026-03-16", student_id="eli")).status_code == 422
    assert (await act(batavia, "notice", "2099-03-16")).status_code == 422
    assert (await act(batavia, "make_up", "2026-03-16")).status_code == 422
