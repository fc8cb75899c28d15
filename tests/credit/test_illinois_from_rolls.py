"""Illinois from the roll to the claim, through two running services: minutes by class, rows of the grid, months."""

from collections.abc import AsyncIterator
from typing import ClassVar

import pytest

from deploy.issuer import Issuer
from tests.credit.cedar_high import FRIDAY, MONDAY, TUESDAY, WEDNESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark


@pytest.fixture
async def oak(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with OakPark.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


FULL, HALF, NONE = ("1", "0", "1", "0", "0"), ("1", "0.5", "0.5", "0", "0"), ("1", "1", "0", "0", "0")


@pytest.mark.parametrize(
    ("pupil", "enough", "days", "too_few", "fewer_days"),
    [
        ("ida", 300, FULL, 299, HALF),
        ("ida", 150, HALF, 149, NONE),
        ("kim", 240, FULL, 239, HALF),
        ("kim", 120, HALF, 119, NONE),
        ("leo", 120, ("0.5", "0", "0.5", "0", "0"), 119, ("0.5", "0.5", "0", "0", "0")),
        ("ned", 240, FULL, 239, HALF),
        ("ned", 60, HALF, 59, NONE),
        ("ola", 60, HALF, 59, NONE),
        ("mia", 40, ("1", "5/6", "1/6", "0", "0"), 39, ("1", "1", "0", "0", "0")),
        ("mia", 90, ("1", "2/3", "1/3", "0", "0"), 89, ("1", "5/6", "1/6", "0", "0")),
    ],
)
async def test_each_row_of_the_grid_from_both_sides(
    oak: OakPark, pupil: str, enough: int, days: tuple[str, ...], too_few: int, fewer_days: tuple[str, ...]
) -> None:
    await oak.take_classes(MONDAY, **{pupil: enough})
    await oak.take_classes(TUESDAY, **{pupil: too_few})

    assert await oak.days_of(pupil, MONDAY) == days
    assert await oak.days_of(pupil, TUESDAY) == fewer_days


async def test_lunch_is_no_class_and_its_roll_adds_nothing(oak: OakPark) -> None:
    await oak.take_classes(MONDAY, ida=299)

    why = await oak.why("ida", MONDAY)

    assert why["facts"]["minutes_by_class"] == [299]
    assert "299 min attended in grades 2-12" in why["explanation"][0]


async def test_what_the_taken_classes_prove_stands_and_the_rest_of_the_day_is_not_taken(oak: OakPark) -> None:
    """Two hundred and fifty minutes are seen: half a day is proven, and whether it was a whole one, nobody knows."""
    await oak.take_classes(MONDAY, "06")
    await oak.take_classes(TUESDAY, "03", "04", "05", "06")

    assert await oak.days_of("ida", MONDAY) == ("1", "0", "0.5", "0", "0.5")
    assert await oak.days_of("kim", MONDAY) == FULL  # 250 minutes are a kindergarten's day already
    assert await oak.days_of("ida", TUESDAY) == ("1", "0", "0", "0", "1")


async def test_a_tardy_without_its_time_is_unknown_and_with_its_time_exact(oak: OakPark) -> None:
    await oak.take_classes(MONDAY)
    await oak.take_roll("class-01", MONDAY, version=1, ida="T", jon={"code": "T", "arrived_at": "08:00:30"})

    assert await oak.days_of("ida", MONDAY) == ("1", "0", "0.5", "0", "0.5")
    jon = await oak.why("jon", MONDAY)
    assert jon["facts"]["minutes_by_class"] == [299]
    assert [roll.get("arrived_at") for roll in jon["facts"]["official_roll"]] == ["08:00:30", *[None] * 5]
    await oak.take_roll("class-01", MONDAY, version=2, ida={"code": "T", "arrived_at": "08:00:00"})
    assert await oak.days_of("ida", MONDAY) == FULL


async def test_who_may_not_be_claimed_is_counted_apart(oak: OakPark) -> None:
    await oak.take_classes(MONDAY)

    assert await oak.days_of("pia", MONDAY) == ("1", "0", "0", "1", "0")
    assert "not claimable: GED program" in (await oak.why("pia", MONDAY))["explanation"][0]


async def test_a_category_without_a_row_is_refused_and_not_guessed(oak: OakPark) -> None:
    await oak.take_classes(MONDAY)

    assert "category is none of" in (await oak.why("quo", MONDAY))["explanation"][0]


async def test_a_shorter_session_of_the_day_is_read_from_the_calendar(oak: OakPark) -> None:
    days = {row["on"]: row for row in oak.rows["calendar-days"]}
    await oak.tell("calendar-days", days[MONDAY] | {"closed": "part", "cause": "in-service"})
    await oak.take_classes(MONDAY, ida=180, jon=179)

    assert await oak.days_of("ida", MONDAY) == FULL
    assert await oak.days_of("jon", MONDAY) == HALF


async def test_the_claim_is_of_the_best_months_and_says_what_was_not_taken(oak: OakPark) -> None:
    quo = next(row for row in oak.rows["school-enrollments"] if row["student_id"] == "quo")
    await oak.tell("school-enrollments", quo | {"category": "part-time"})
    await oak.take_classes(MONDAY)
    await oak.take_classes(FRIDAY, ida=150)
    await oak.caught_up()

    answer = await oak.ask("/v1/illinois/claim", school_year=2026)

    assert answer.status_code == 200, answer.text
    school, district = answer.json()["units"]
    assert (school["school_id"], district["school_id"]) == ("oak", None)
    march, april = school["months"]
    # Monday: seven full days and one half, of which the GED pupil's is not claimed; three days more without rolls.
    assert (march["days_in_session"], march["totals"]["eligible_days"], march["totals"]["not_taken_days"]) == (
        4, "7.5", "25.5",
    )  # fmt: skip
    assert march["ada"]["exact"] == "15/8"
    assert (april["ada"]["exact"], april["ada"]["published"]) == ("7", "7.000")
    assert school["best_months"]["exact"] == "71/16"
    assert "only 2, where the best 3" in school["best_months"]["because"]
    assert school["claim"]["exact"] == "71/16"
    assert "only 1 of 3 years" in school["claim"]["because"]
    assert district["best_months"]["exact"] == "71/16"


async def test_ada_of_illinois_is_answered_beside_the_others(oak: OakPark) -> None:
    await oak.take_classes(MONDAY)
    await oak.caught_up()

    rows = (await oak.ask("/v1/ada", school_year=2026, school_id="oak", through=MONDAY)).json()["rows"]

    assert rows[0]["ada"] is None
    assert "1 student-days cannot be ruled: the enrollment's category is none of" in rows[0]["not_computable"]


async def test_of_several_categories_the_law_says_which_row_wins(oak: OakPark) -> None:
    """Homebound before special education before the grade (AMB-22); a part-time kindergartner has no row at all."""
    told = {row["student_id"]: row for row in oak.rows["school-enrollments"]}
    await oak.tell(
        "school-enrollments",
        told["ned"] | {"category": "part-time; homebound; special education, age 3 to 5"},
        told["ola"] | {"category": "half-day kindergarten; special education, age 3 to 5"},
        told["kim"] | {"category": "part-time"},
        told["quo"] | {"category": "part-time; full-time"},
    )
    await oak.take_classes(MONDAY, ned=60, ola=240)

    assert (await oak.why("ned", MONDAY))["facts"]["served_as"] == "homebound or hospitalized"
    assert (await oak.why("ola", MONDAY))["facts"]["served_as"] == "special education, age 3 to 5"
    assert await oak.days_of("ola", MONDAY) == FULL
    assert "no row for part-time kindergarten" in (await oak.why("kim", MONDAY))["explanation"][0]
    assert "says two things" in (await oak.why("quo", MONDAY))["explanation"][0]


async def test_a_fifth_conference_day_of_the_school_year_is_no_shorter_day_and_becomes_one_again(oak: OakPark) -> None:
    """The year's other four lie before the roll's days: telling of one that was not, later days are counted again."""
    day = oak.rows["calendar-days"][0] | {"closed": "part", "cause": "parent-teacher conferences"}
    earlier = ["2025-07-01", "2025-11-04", "2026-02-03", "2026-02-04"]
    await oak.tell("calendar-days", *(day | {"on": on} for on in [*earlier[1:], MONDAY]))
    await oak.take_classes(MONDAY, ida=180)
    assert await oak.days_of("ida", MONDAY) == FULL  # the fourth

    await oak.tell("calendar-days", day | {"on": earlier[0]})
    assert await oak.days_of("ida", MONDAY) == HALF
    assert "conferences shorten 4 days a year, and this is day 5" in (await oak.why("ida", MONDAY))["explanation"][1]

    await oak.tell("calendar-days", day | {"on": earlier[0], "closed": None, "cause": None})
    await oak.tell("calendar-days", day | {"on": "2025-06-30"})  # of the school year before
    assert await oak.days_of("ida", MONDAY) == FULL


async def test_an_e_learning_day_is_whole_for_who_takes_part_and_for_nobody_else(oak: OakPark) -> None:
    await oak.tell("calendar-days", oak.rows["calendar-days"][0] | {"cause": "e-learning"})
    await oak.take_classes(MONDAY, ida=20, jon=0, leo=20)

    assert await oak.days_of("ida", MONDAY) == FULL
    assert await oak.days_of("jon", MONDAY) == NONE
    assert await oak.days_of("leo", MONDAY) == ("0.5", "0", "0.5", "0", "0")
    assert "took part in an e-learning day" in (await oak.why("ida", MONDAY))["explanation"][0]


class DailyOakPark(OakPark):
    """The same bells, in a school that takes the roll once a day, in a homeroom that spans lunch."""

    period_of: ClassVar = {"homeroom": "day"}
    rows: ClassVar = OakPark.rows | {
        "schools": [OakPark.rows["schools"][0] | {"roll_mode": "daily"}],
        "bell-periods": [
            {"school_id": "oak", "bell_schedule_id": "regular", "period_id": "day", "begins_at": "08:00:00",
             "ends_at": "13:40:00"},
            OakPark.rows["bell-periods"][-1],
        ],
        "sections": [OakPark.rows["sections"][0] | {"section_id": "homeroom", "period_ids": ["day"]}],
        "section-enrollments": [
            row | {"section_id": "homeroom"}
            for row in OakPark.rows["section-enrollments"]
            if row["section_id"] == "class-01"
        ],
    }  # fmt: skip


async def test_a_daily_roll_counts_the_day_without_its_lunch(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf
) -> None:
    async with DailyOakPark.opened(followed_roll, issuer, credit_settings) as oak:
        await oak.take_roll(
            "homeroom", MONDAY, kim={"code": "T", "arrived_at": "08:50:00"}, ida={"code": "T", "arrived_at": "11:10:00"}
        )
        minutes = {
            pupil: (await oak.why(pupil, MONDAY))["facts"]["minutes_by_class"] for pupil in ("jon", "kim", "ida")
        }

    assert minutes == {"jon": [290], "kim": [240], "ida": [110]}


class BlockOakPark(OakPark):
    """Two blocks a day: of a hundred minutes and of ninety."""

    period_of: ClassVar = {"class-01": "01", "class-02": "02"}
    rows: ClassVar = OakPark.rows | {
        "bell-periods": [
            OakPark.rows["bell-periods"][0] | {"period_id": period, "begins_at": begins, "ends_at": ends}
            for period, begins, ends in (("01", "08:00:00", "09:40:00"), ("02", "10:00:00", "11:30:00"))
        ],
        "sections": OakPark.rows["sections"][:2],
        "section-enrollments": [
            row for row in OakPark.rows["section-enrollments"] if row["section_id"] in ("class-01", "class-02")
        ],
    }


async def test_blocks_are_a_proportion_of_the_day_to_the_last_minute(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf
) -> None:
    async with BlockOakPark.opened(followed_roll, issuer, credit_settings) as oak:
        await oak.take_roll("class-01", MONDAY)
        await oak.take_roll("class-02", MONDAY, mia="A")
        await oak.take_roll("class-01", TUESDAY, mia="A")
        await oak.take_roll("class-02", TUESDAY)
        third, tenths = await oak.why("mia", MONDAY), await oak.why("mia", TUESDAY)
        mia = (await oak.ask("/v1/students/mia/attendance", school_year=2026, through=TUESDAY)).json()["rows"][0]
        await oak.tell("school-enrollments", *(
            row | {"withdrawal_date": "2025-08-18"}
            for row in oak.rows["school-enrollments"] if row["student_id"] != "mia"
        ))  # fmt: skip
        await oak.caught_up()
        march = (await oak.ask("/v1/ada", school_year=2026, school_id="oak", through=TUESDAY)).json()["rows"][0]
        parts = (await oak.ask("/v1/breakdown", school_year=2026, school_id="oak", through=TUESDAY)).json()["rows"][0]
        tiers = (await oak.ask("/v1/attendance-tiers", begins_on=MONDAY, ends_before=WEDNESDAY)).json()["rows"][-1]
        truancy = (await oak.ask("/v1/students/mia/truancy", school_year=2026, through=TUESDAY)).json()[0]

    assert third["totals"]["eligible_days"] == "1/3"
    assert "100 of the 300 min required that day" in third["explanation"][0]
    assert tenths["totals"] == {
        "membership_days": "19/30", "absent_days": "1/3", "eligible_days": "3/10", "ineligible_days": "0",
        "not_taken_days": "0",
    }  # fmt: skip
    assert (mia["totals"]["membership_days"], mia["totals"]["eligible_days"]) == ("19/15", "19/30")
    assert (march["totals"]["eligible_days"], march["ada"]) == ("19/30", "0.317")  # 19/30 of a day over two days
    assert parts["totals"]["absent_days"] == "19/30"
    assert (tiers["attended_days"], tiers["absent_days"], tiers["rate"]) == ("19/30", "19/30", "50.00")
    assert truancy["unexcused_days"] == "19/30"
    assert tiers["at_or_above"] == 0


class ClashingOakPark(OakPark):
    """The second class begins before the first is over."""

    rows: ClassVar = OakPark.rows | {
        "bell-periods": [
            row | ({"begins_at": "08:40:00"} if row["period_id"] == "02" else {})
            for row in OakPark.rows["bell-periods"]
        ]
    }


async def test_minutes_in_two_places_at_once_are_refused(
    followed_roll: str, issuer: Issuer, credit_settings: SettingsOf
) -> None:
    async with ClashingOakPark.opened(followed_roll, issuer, credit_settings) as oak:
        assert isinstance(oak, OakPark)
        await oak.take_classes(MONDAY)
        why = await oak.why("ida", MONDAY)

    assert "in two classes at the same time" in why["explanation"][0]


async def test_a_day_without_bells_cannot_be_counted(oak: OakPark) -> None:
    day = {name: said for name, said in oak.rows["calendar-days"][0].items() if name != "bell_schedule_id"}
    await oak.tell("calendar-days", day)
    await oak.take_classes(TUESDAY)
    await oak.caught_up()

    rows = (await oak.ask("/v1/ada", school_year=2026, school_id="oak", through=MONDAY)).json()["rows"]

    assert "no bell schedule, and Illinois counts minutes" in rows[0]["not_computable"]
