"""Illinois's grid as a district sets it to be read: from a day on, by whom and why, in every answer."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import Issuer
from services.credit.formulas.illinois import IllinoisLaw, ServedAs
from services.credit.lawbook import read_lawbook
from services.credit.minimum_time import GridSetting, lawbook_of_district, readings
from shared.schema.minimum_time import Grid
from tests.credit.cedar_high import FRIDAY, JSON, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark

LAWBOOK = read_lawbook()
HALF, NONE = ("1", "0.5", "0.5", "0", "0"), ("1", "1", "0", "0", "0")
BY_APPENDIX_B = "ISBE, Focus on Student Attendance (April 2002), Appendix B 9)"


@pytest.fixture
async def oak(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with OakPark.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


def setting(grid: str, begins_on: str, **more: Any) -> dict[str, Any]:
    said = {"setting_id": str(uuid4()), "grid": grid, "begins_on": begins_on, "reason": "as the regional office asks"}
    return said | more


async def put(school: OakPark, said: dict[str, Any], role: str = "district_office") -> httpx.Response:
    return await school.credit.post(
        "/v1/illinois/minimum-time-settings", content=json.dumps(said), headers=school.headers(role) | JSON
    )


async def test_from_the_day_that_is_set_exactly_150_minutes_are_nothing_and_151_half_a_day(oak: OakPark) -> None:
    for on, minutes in ((MONDAY, 150), (TUESDAY, 150), (WEDNESDAY, 151), (THURSDAY, 150)):
        await oak.take_classes(on, ida=minutes)
    assert await oak.days_of("ida", TUESDAY) == HALF

    assert (await put(oak, setting("appendix B", TUESDAY))).status_code == 201
    assert (await put(oak, setting("grid 1", THURSDAY))).status_code == 201

    assert [await oak.days_of("ida", on) for on in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)] == [HALF, NONE, HALF, HALF]
    why = await oak.why("ida", TUESDAY)
    assert "even a half day takes more than 150 min" in why["explanation"][0]
    assert BY_APPENDIX_B in str(why["ruling"])
    assert "as a district_office set it at" in str(why["ruling"])
    assert "as a district_office" not in str((await oak.why("ida", MONDAY))["ruling"])


async def test_every_answer_of_illinois_names_what_is_set_and_by_whom(oak: OakPark) -> None:
    await oak.take_classes(MONDAY)
    await oak.take_classes(FRIDAY)
    await put(oak, setting("appendix B", FRIDAY))
    await oak.caught_up()
    year: dict[str, Any] = {"school_year": 2026}

    ada = (await oak.ask("/v1/ada", **year, school_id="oak")).json()
    parts = (await oak.ask("/v1/breakdown", **year, school_id="oak")).json()
    claim = (await oak.ask("/v1/illinois/claim", **year)).json()
    pupil = (await oak.ask("/v1/students/ida/attendance", **year)).json()
    tiers = (await oak.ask("/v1/attendance-tiers", begins_on=MONDAY, ends_before=FRIDAY)).json()
    later = (await oak.ask("/v1/attendance-tiers", begins_on=MONDAY, ends_before="2026-03-14")).json()

    for march, april in (
        [row["readings"] for row in rows[:2]]
        for rows in (ada["rows"], parts["rows"], claim["units"][0]["months"], pupil["rows"])
    ):
        assert march == []
        assert [said.startswith(f"minimum time by {BY_APPENDIX_B}") for said in april] == [True]
        assert "as the regional office asks" in april[0]
    assert (tiers["readings"], len(later["readings"])) == ([], 1)


async def test_the_law_as_reported_is_the_law_as_set(oak: OakPark) -> None:
    path = "/v1/law/illinois/minimum_time"
    plain = (await oak.ask(path, on=MONDAY)).json()

    await put(oak, setting("appendix B", TUESDAY))
    monday, tuesday = (await oak.ask(path, on=MONDAY)).json(), (await oak.ask(path, on=TUESDAY)).json()
    listed = [
        row for row in (await oak.ask("/v1/law")).json() if (row["law"], row["rule"]) == ("illinois", "minimum_time")
    ]

    assert (monday["says"], monday["cite"]) == (plain["says"], plain["cite"])
    assert monday["law_digest"] == tuesday["law_digest"] != plain["law_digest"]
    assert (tuesday["cite"], tuesday["in_force_from"]) == (BY_APPENDIX_B, TUESDAY)
    assert listed[-1]["in_force_from"] == TUESDAY
    assert "a district_office" in listed[-1]["reading"]


async def test_a_setting_stays_on_record_and_only_the_district_office_may_set_one(oak: OakPark) -> None:
    first, path = setting("appendix B", MONDAY), "/v1/illinois/minimum-time-settings"
    refused = [(await put(oak, first, role)).status_code for role in ("principal", "attendance_clerk", "auditor")]
    kept = [(await put(oak, said)).status_code for said in (first, first, first | {"reason": "another"})]
    assert (refused, kept) == ([403, 403, 403], [201, 201, 409])
    assert (await put(oak, setting("appendix B", "2001-06-30"))).status_code == 422
    assert (await put(oak, setting("strictly", MONDAY))).status_code == 422

    await put(oak, setting("grid 1", MONDAY))
    trail = (await oak.ask(path)).json()

    assert [row["setting"]["grid"] for row in trail["trail"]] == ["appendix B", "grid 1"]
    assert {row["set_by"] for row in trail["trail"]} == {"a district_office"}
    assert trail["in_force"] == "grid 1"


def a_setting(grid: Grid, begins_on: date, at: int = 0) -> GridSetting:
    return GridSetting(grid, begins_on, "why", datetime(2026, 1, 1, at, tzinfo=UTC), "office")


def asked(of: IllinoisLaw, on: date) -> str:
    return str(of.minimum_time.in_force(on).row_for(ServedAs.GRADES_2_TO_12).half_day)


def test_nothing_is_changed_where_nothing_is_set_otherwise() -> None:
    for settings in ((), (a_setting("grid 1", date(2026, 3, 2)),)):
        assert lawbook_of_district(LAWBOOK, settings) == LAWBOOK


def test_of_two_settings_of_one_day_the_later_word_stands_and_a_reading_ends_the_day_before_the_next() -> None:
    settings = (
        a_setting("grid 1", date(2026, 3, 2), 1), a_setting("appendix B", date(2026, 3, 2), 2),
        a_setting("grid 1", date(2026, 3, 9), 3),
    )  # fmt: skip
    book = lawbook_of_district(LAWBOOK, settings)

    days = [date(2017, 7, 1), date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 8), date(2026, 3, 9)]
    at_least, more = "at least 150 min", "more than 150 min"
    assert [asked(book["illinois"].law, on) for on in days] == [at_least, at_least, more, more, at_least]
    assert readings(book, "illinois", date(2026, 3, 1), date(2026, 3, 2)) == ()
    assert len(readings(book, "illinois", date(2026, 3, 1), date(2026, 3, 3))) == 1
    assert readings(book, "illinois", date(2026, 3, 9), date(2026, 3, 10)) == ()
    assert readings(book, "texas", date(2026, 3, 2), date(2026, 3, 3)) == ()


def test_a_reading_set_before_the_law_was_moved_holds_on_after_it_moved() -> None:
    book = lawbook_of_district(LAWBOOK, (a_setting("appendix B", date(2010, 1, 1)),))

    days = [date(2009, 12, 31), date(2010, 1, 1), date(2017, 7, 1), date(2026, 3, 2)]
    assert [asked(book["illinois"].law, on)[:2] for on in days] == ["at", "mo", "mo", "mo"]
    assert book["illinois"].digest != LAWBOOK["illinois"].digest
