"""New York from the roll to form SA-129, through two running services: the day's status from its periods, bands."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import MONDAY, TUESDAY, WEDNESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import HOURS, OakPark, rows_of

PUPILS: dict[str, dict[str, Any]] = {
    "ann": {"grade": "08"},
    "bob": {"grade": "10"},
    "cal": {"grade": "03"},
    "deb": {"grade": "KG", "category": "half-day kindergarten"},
    "eli": {"grade": "12"},
}


class Batavia(OakPark):
    period_of: ClassVar = {f"class-{period}": period for period in HOURS} | {"friday-lab": "06"}
    rows: ClassVar = rows_of("every_period", PUPILS, period_of)


Batavia.rows["schools"][0]["jurisdiction"] = "new_york"
Batavia.rows["sections"][-1]["weekdays"] = [5]
Batavia.rows["section-enrollments"] = [
    row
    for row in Batavia.rows["section-enrollments"]
    if (row["student_id"] == "eli") == (row["section_id"] == "friday-lab")
]


@pytest.fixture
async def batavia(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Batavia.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def test_a_pupil_absent_from_every_period_is_absent_and_from_all_but_one_is_not(batavia: OakPark) -> None:
    await batavia.take_classes(MONDAY, ann=0, bob=0)
    await batavia.take_roll("class-06", MONDAY, version=1, ann="A", bob={"code": "T", "arrived_at": "14:49:00"})

    ann, bob = await batavia.why("ann", MONDAY), await batavia.why("bob", MONDAY)

    assert (ann["totals"]["absent_days"], bob["totals"]["absent_days"]) == ("1", "0")
    assert "absent from all 6 rolls, unexcused" in ann["explanation"][0]
    assert "present at 1 of 6 rolls, absent at 5" in bob["explanation"][0]


async def test_a_day_s_absence_is_unexcused_when_one_of_its_periods_is(batavia: OakPark) -> None:
    await batavia.take_classes(MONDAY, ann=0)
    for period in HOURS:
        await batavia.take_roll(f"class-{period}", TUESDAY, ann="E")

    monday, tuesday = await batavia.why("ann", MONDAY), await batavia.why("ann", TUESDAY)

    assert (monday["facts"]["excused"], tuesday["facts"]["excused"]) == (False, True)
    assert (monday["ruling"]["value"]["unexcused"], tuesday["ruling"]["value"]["unexcused"]) == (6, 0)


async def test_one_period_that_nobody_took_leaves_an_absence_unknown_and_a_presence_known(batavia: OakPark) -> None:
    await batavia.take_classes(MONDAY, "03", ann=0)

    assert await batavia.days_of("ann") == ("1", "0", "0", "0", "1")
    assert await batavia.days_of("bob") == ("1", "0", "1", "0", "0")


async def test_who_has_no_class_that_day_is_enrolled_and_not_scheduled(batavia: OakPark) -> None:
    await batavia.take_classes(MONDAY)

    why = await batavia.why("eli", MONDAY)

    assert why["totals"]["membership_days"] == "0"
    assert "enrolled, not scheduled that day" in why["explanation"][0]


SUSPENDED = {"begins_on": "2025-08-01", "definition": "Suspended", "excused": True}


async def test_each_day_has_the_state_s_codes_excused_and_unexcused_apart(batavia: OakPark) -> None:
    """Monday: Ann unexcused, Bob suspended in school and for one period out of it, Cal late. Tuesday: Ann excused, Bob
    in school but for one class. On Wednesday nobody takes a roll."""
    await batavia.tell(
        "attendance-codes",
        SUSPENDED | {"code": "ISS", "presence": "present", "suspension": "in_school"},
        SUSPENDED | {"code": "OSS", "presence": "absent", "suspension": "out_of_school"},
    )
    for period in HOURS:
        cal: Any = {"code": "T", "arrived_at": "08:10:00"} if period == "01" else "P"
        await batavia.take_roll(f"class-{period}", MONDAY, ann="A", bob="OSS" if period == "06" else "ISS", cal=cal)
        await batavia.take_roll(f"class-{period}", TUESDAY, ann="E", bob="P" if period == "06" else "ISS")
    await batavia.caught_up()

    window = {"school_id": "oak", "begins_on": MONDAY, "ends_before": "2026-03-12"}
    answer = await batavia.ask("/v1/new-york/daily-codes", **window)

    assert answer.status_code == 200, answer.text
    said = {row["student_id"]: (row["days"], row["unsaid"]) for row in answer.json()["students"]}
    assert said == {
        "ann": ({"E": 1, "U": 1}, 1), "bob": ({"OSS": 1, "P-IN": 1, "P-OUT": 1}, 1), "cal": ({"P-IN": 1, "T-IN": 1}, 1),
        "deb": ({"P-IN": 2}, 1), "eli": ({"ENS": 3}, 0),
    }  # fmt: skip
    records = {(row["student_id"], row["on"]): row["codes"] for row in answer.json()["records"]}
    assert records["bob", MONDAY] == ["OSS", "P-OUT"]
    assert ("bob", TUESDAY) not in records, "one class without suspension makes it no day of suspension"
    assert "daily codes = OSS P-OUT" in (await batavia.why("bob", MONDAY))["explanation"][1]
    elsewhere = await batavia.ask("/v1/new-york/daily-codes", **window | {"school_id": "nowhere"})
    assert elsewhere.status_code == 404


async def test_the_district_s_whole_day_of_minutes_makes_an_absence_and_a_minute_less_does_not(
    batavia: OakPark,
) -> None:
    """Ann is absent from five classes of fifty minutes, Bob from four, and both come to the rest."""
    track = batavia.rows["tracks"][0]
    for place, period in enumerate(HOURS):
        marks: Any = {name: "A" for name, missed in (("ann", 5), ("bob", 4)) if place < missed}
        await batavia.take_roll(f"class-{period}", MONDAY, **marks)
    assert await batavia.days_of("ann") == ("1", "0", "1", "0", "0")

    await batavia.tell("tracks", track | {"whole_day_absence_minutes": 250})
    assert await batavia.days_of("ann") == ("1", "1", "0", "0", "0")
    assert await batavia.days_of("bob") == ("1", "0", "1", "0", "0")
    assert "missed 250 minutes; 250 are a whole day's absence" in (await batavia.why("ann", MONDAY))["explanation"][0]

    await batavia.tell("tracks", track | {"whole_day_absence_minutes": 251})
    assert await batavia.days_of("ann") == ("1", "0", "1", "0", "0")


async def test_the_form_divides_each_band_by_its_own_session_days_and_leaves_religious_holidays_out(
    batavia: OakPark,
) -> None:
    days = {row["on"]: row for row in Batavia.rows["calendar-days"]}
    await batavia.tell("calendar-days", days[WEDNESDAY] | {"cause": "religious holiday"})
    await batavia.take_classes(MONDAY, ann=0)
    await batavia.take_classes(TUESDAY)
    await batavia.take_classes(WEDNESDAY, bob=0, cal=0)
    await batavia.caught_up()

    answer = (await batavia.ask("/v1/new-york/sa-129", school_year=2026)).json()

    rows = {row["band"]: row for row in answer["rows"] if row["period"] == 7}
    assert list(rows) == ["half-day kindergarten", "kindergarten to grade 6", "grades 7 to 12"]
    upper = rows["grades 7 to 12"]
    assert (upper["session_days"], upper["religious_holidays"]) == (4, 1)
    # Two pupils on four days; on Thursday nobody took the roll. Ann missed Monday, Bob the holiday.
    assert (upper["possible_days"], upper["aggregate_days"], upper["not_taken_days"]) == ("8", "4", "2")
    assert (upper["adm"]["exact"], upper["unadjusted_ada"]["exact"], upper["ada"]["exact"]) == ("2", "1", "1")
    lower = rows["kindergarten to grade 6"]
    assert (lower["unadjusted_ada"]["exact"], lower["ada"]["exact"]) == ("1/2", "2/3")
    (march,) = [row for row in answer["totals"] if row["period"] == 7]
    assert march["ada"]["exact"] == "7/3"
    assert [(row["band"], row["ada"]["exact"]) for row in answer["by_band"] if row["period"] == 7] == [
        ("half-day kindergarten", "2/3"), ("kindergarten to grade 6", "2/3"), ("grades 7 to 12", "1"),
    ]  # fmt: skip
    assert "from memory of the form" in upper["reading"]
    assert march["ada"]["published"] == "2.333"
    assert march["adm"]["exact"] == "4", "half-day kindergarten and grade 3 one each, grades 7 to 12 two"
    assert {row["not_taken"]["said"] for row in answer["rows"]} == {"left out and counted: the default"}


EVERY_GRADE = ["PK", "TK", "KG", *(f"{grade:02}" for grade in range(1, 13))]


def bands(begins_on: str, last_of_the_lower: str) -> dict[str, Any]:
    place = EVERY_GRADE.index(last_of_the_lower) + 1
    lower, upper = EVERY_GRADE[:place], EVERY_GRADE[place:]
    named = [{"band": "lower", "grades": lower}, {"band": "upper", "grades": upper}]
    return {"begins_on": begins_on, "cite": "SA-129 of 2026", "bands": named}


async def test_a_district_s_own_bands_take_the_place_of_those_from_memory_on_their_day(batavia: OakPark) -> None:
    async def keep(body: dict[str, Any], role: str = "district_office") -> int:
        answer = await batavia.credit.post("/v1/new-york/sa-129-bands", json=body, headers=batavia.headers(role))
        return answer.status_code

    twice = bands("2026-03-13", "08") | {"bands": [{"band": "all", "grades": EVERY_GRADE}] * 2}
    assert await keep(bands("2026-03-13", "08")) == await keep(bands("2026-03-13", "08")) == 201
    assert await keep(bands("2026-03-13", "06")) == 409
    assert await keep(twice) == 422
    assert await keep(bands("2026-09-01", "06"), "principal") == 403
    await batavia.take_classes(MONDAY)
    await batavia.caught_up()

    answer = (await batavia.ask("/v1/new-york/sa-129", school_year=2026)).json()

    march, april = [{row["band"]: row for row in answer["rows"] if row["period"] == period} for period in (7, 8)]
    assert set(march) == {"half-day kindergarten", "kindergarten to grade 6", "grades 7 to 12"}
    assert set(april) == {"half-day kindergarten", "lower", "upper"}
    assert (april["lower"]["possible_days"], april["upper"]["possible_days"]) == ("2", "2")
    assert april["lower"]["reading"] == "The bands are the district's own, from 2026-03-13."
    assert april["lower"]["ada"]["citation"].startswith("NYSED form SA-129; bands: SA-129 of 2026")
