"""California's ladder with what was done: notices, reports, an effort to confer, a referral, each with its trail."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import JSON
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark
from tests.credit.test_attendance_tiers import DAYS, Sylmar, tiers


@pytest.fixture
async def sylmar(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Sylmar.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def act(
    school: OakPark,
    kind: str,
    on: str,
    role: str = "attendance_clerk",
    schools: tuple[str, ...] = ("oak",),
    **more: Any,
) -> httpx.Response:
    body = {"act_id": str(uuid4()), "school_id": "oak", "student_id": "uri", "kind": kind, "done_on": on,
            "said": "as the section asks", "document": "file 12"} | more  # fmt: skip
    return await school.credit.post(
        "/v1/truancy-acts", content=json.dumps(body), headers=school.headers(role, schools=list(schools)) | JSON
    )


async def truancy(school: OakPark, **params: str) -> dict[str, Any]:
    await school.caught_up()
    (said,) = (await school.ask("/v1/students/uri/truancy", school_year=2026, **params)).json()
    return dict(said)


async def absent_on(school: OakPark, absent: int, taught: int) -> None:
    """Uri is absent without an excuse on the first days, and everyone is there on the rest."""
    for place, on in enumerate(DAYS[:taught]):
        await school.take_roll("homeroom", on, uri="A" if place < absent else "P")
    await school.caught_up()  # only then does credit know whom it may record something of


async def test_three_reports_and_an_effort_to_confer_make_a_habitual_truant_and_two_do_not(sylmar: OakPark) -> None:
    await absent_on(sylmar, 3, 31)
    truant = await truancy(sylmar)
    assert (truant["status"], truant["reports"], truant["unexcused_days"]) == ("truant", 0, "3")
    assert truant["due"] == ["notify the parents of the truancy: §48260.5"]

    await act(sylmar, "notice", DAYS[3])
    for on in DAYS[3:5]:
        assert (await act(sylmar, "report", on)).status_code == 201
    await act(sylmar, "conference effort", DAYS[4])
    two = await truancy(sylmar)
    assert (two["status"], two["reports"], two["due"]) == ("truant", 2, [])

    await act(sylmar, "report", DAYS[5])
    three = await truancy(sylmar)
    assert (three["status"], three["conference_effort_on"]) == ("habitual truant", DAYS[4])
    assert three["due"] == ["refer to the attendance review board: §48263"]
    assert "reported 3 times, after an effort to hold a conference" in three["because"]
    assert (await truancy(sylmar, through=DAYS[4]))["reports"] == 2
    await act(sylmar, "referral", DAYS[6])
    assert (await truancy(sylmar))["due"] == []
    row = (await tiers(sylmar, "2026-07-01"))["oak", "09"]
    assert row["standings"]["truancy by full days and reports"] == {"habitual truant": 1, "none": 2}


async def test_without_an_effort_after_the_first_report_nobody_is_a_habitual_truant(sylmar: OakPark) -> None:
    await absent_on(sylmar, 3, 31)
    await act(sylmar, "conference effort", DAYS[2])
    for on in DAYS[3:6]:
        await act(sylmar, "report", on)
    before = await truancy(sylmar)
    await act(sylmar, "conference effort", DAYS[3])
    on_the_day = await truancy(sylmar)

    assert (before["status"], before["conference_effort_on"]) == ("truant", None)
    assert before["due"][1:] == ["hold a conference with parents and pupil, or make a conscientious effort to: §48262"]
    assert on_the_day["status"] == "habitual truant"


async def test_a_tenth_of_the_school_days_is_chronic_truancy_and_a_day_less_is_not(sylmar: OakPark) -> None:
    await absent_on(sylmar, 3, 31)
    assert (await truancy(sylmar, through=DAYS[29]))["status"] == "chronic truant"  # 3 of 30
    assert (await truancy(sylmar, through=DAYS[30]))["status"] == "truant"  # 3 of 31


async def test_an_act_recorded_in_error_is_withdrawn_and_stays_readable(sylmar: OakPark) -> None:
    await absent_on(sylmar, 3, 4)
    report = str(uuid4())
    first, again = [await act(sylmar, "report", DAYS[3], act_id=report) for _ in range(2)]
    other = await act(sylmar, "report", DAYS[2], act_id=report)
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)

    of_another_kind = await act(sylmar, "notice", DAYS[3], withdraws=report)
    withdrawn = await act(sylmar, "report", DAYS[3], withdraws=report)
    twice = await act(sylmar, "report", DAYS[3], withdraws=report)

    assert (of_another_kind.status_code, withdrawn.status_code, twice.status_code) == (409, 201, 409)
    assert (await truancy(sylmar))["reports"] == 0
    trail = (await sylmar.ask("/v1/students/uri/truancy-acts")).json()["acts"]
    assert [(kept["act"]["act_id"] == report, kept["stands"], kept["recorded_by"]) for kept in trail] == [
        (True, False, "a attendance_clerk"), (False, False, "a attendance_clerk"),
    ]  # fmt: skip


async def test_only_who_may_records_an_act_of_her_own_school_for_a_student_of_it(sylmar: OakPark) -> None:
    await absent_on(sylmar, 0, 1)

    assert (await act(sylmar, "report", DAYS[0], "counselor")).status_code == 201
    assert (await act(sylmar, "report", DAYS[0], "teacher")).status_code == 403
    assert (await act(sylmar, "report", DAYS[0], "auditor")).status_code == 403
    assert (await act(sylmar, "report", DAYS[0], schools=("elsewhere",))).status_code == 404
    assert (await act(sylmar, "report", DAYS[0], student_id="nobody")).status_code == 404
    assert (await act(sylmar, "report", "2099-01-05")).status_code == 422
    assert (await act(sylmar, "scolding", DAYS[0])).status_code == 422
    unseen = await sylmar.ask("/v1/students/uri/truancy-acts", "principal", schools=["elsewhere"])
    assert unseen.status_code == 404
