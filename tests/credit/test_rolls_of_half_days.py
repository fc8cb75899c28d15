"""What a roll taken once or twice a day says of all the periods of its (half-)day, state by state, from roll to credit.

The homeroom meets in six classes of fifty minutes and at lunch, as an elementary school's SIS tells it; some are in
music instead in the third period.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from typing import Any, ClassVar

import pytest

from deploy.issuer import Issuer
from shared.schema.roll_day import AFTER_LUNCH, FIRST, UNTIMED, RollHours, afternoon_begins
from shared.schema.roster import BellPeriod, RollMode
from tests.credit.cedar_high import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import HOURS, OakPark, rows_of

FULL, HALF, NONE = ("1", "0", "1", "0", "0"), ("1", "0.5", "0.5", "0", "0"), ("1", "1", "0", "0", "0")
UNKNOWN = ("1", "0", "0", "0", "1")
PUPILS: dict[str, dict[str, Any]] = {"ida": {"grade": "03"}, "jon": {"grade": "03"}, "kim": {"grade": "03"}}


class Homeroom(OakPark):
    """Morning: periods 01 to 03; lunch at eleven; afternoon: 04 to 06. Ida and Jon have music in the third."""

    period_of: ClassVar = {"homeroom": "01", "music": "03"}

    @classmethod
    def of(cls, jurisdiction: str, roll_mode: str, official: str | None = None, **track: Any) -> "type[Homeroom]":
        rows = rows_of(roll_mode, PUPILS, {"homeroom": "01", "music": "03"})
        rows["schools"][0]["jurisdiction"] = jurisdiction
        rows["tracks"][0] |= {"official_period_id": official} | track
        rows["sections"][0]["period_ids"] = [*HOURS, "lunch"]
        rows["section-enrollments"] = [
            row for row in rows["section-enrollments"] if (row["student_id"], row["section_id"]) != ("kim", "music")
        ]
        return type("AHomeroom", (cls,), {"rows": rows})

    async def due(self, on: str = FRIDAY) -> list[str]:
        """The rolls that roll misses."""
        answer = await self.roll.get(
            "/v1/schools/oak/rolls-not-taken", params={"on": on}, headers=self.headers("auditor")
        )
        return [f"{roll['section_id']} {roll['period_id']}" for roll in answer.json()["rolls"]]

    async def asked(self, pupil: str, on: str = FRIDAY) -> list[str]:
        """The rolls that credit misses of the pupil."""
        rolls = (await self.why(pupil, on))["facts"]["official_roll"]
        return [f"{roll['section_id']} {roll['period_id']}" for roll in rolls if not roll["taken"]]

    async def minutes(self, pupil: str, on: str) -> list[int | None]:
        return list((await self.why(pupil, on))["facts"]["minutes_by_class"])


@pytest.fixture
def opened(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> Any:
    @asynccontextmanager
    async def a_school(*of: Any, **track: Any) -> AsyncIterator[Homeroom]:
        async with Homeroom.of(*of, **track).opened(followed_roll, issuer, credit_settings) as school:
            assert isinstance(school, Homeroom)
            yield school

    return a_school


async def test_illinois_a_roll_of_each_half_day_speaks_for_all_its_classes(opened: Any) -> None:
    """Fifty minutes a class; lunch, at which the homeroom is told to meet too, is none."""
    async with opened("illinois", "twice_daily") as oak:
        late, early = {"code": "T", "arrived_at": "10:20:00"}, {"code": "D", "left_at": "12:49:00"}
        await oak.take_roll("homeroom", MONDAY, jon="A", kim=late)
        await oak.take_roll("homeroom", MONDAY, period="04")
        await oak.take_roll("homeroom", TUESDAY, ida="A", jon="A", kim="A")
        await oak.take_roll("homeroom", TUESDAY, period="04", jon=early, kim="A")

        assert [await oak.minutes(pupil, MONDAY) for pupil in PUPILS] == [[300], [150], [30 + 150]]
        assert [await oak.days_of(pupil, MONDAY) for pupil in PUPILS] == [FULL, HALF, HALF]
        assert [await oak.minutes(pupil, TUESDAY) for pupil in PUPILS] == [[150], [49], [0]]
        assert [await oak.days_of(pupil, TUESDAY) for pupil in PUPILS] == [HALF, NONE, NONE]
        first, second = (await oak.why("kim", MONDAY))["facts"]["official_roll"]
        assert (first["period_id"], first["speaks_for_periods"]) == ("01", ["02", "03", "lunch"])
        assert (second["period_id"], second["speaks_for_periods"]) == ("04", ["05", "06"])


async def test_illinois_what_an_untaken_half_day_holds_is_unknown_and_a_roll_taken_in_it_proves_its_own(
    opened: Any,
) -> None:
    async with opened("illinois", "twice_daily") as oak:
        await oak.take_roll("homeroom", MONDAY)
        await oak.take_roll("homeroom", TUESDAY, period="04")
        await oak.take_roll("homeroom", TUESDAY, period="02", jon="A")
        await oak.take_roll("homeroom", WEDNESDAY, ida="T")  # nobody wrote down when
        await oak.take_roll("homeroom", WEDNESDAY, period="04")

        assert await oak.minutes("ida", MONDAY) == [150, None]
        assert await oak.days_of("ida", MONDAY) == ("1", "0", "0.5", "0", "0.5")
        assert [await oak.minutes(pupil, TUESDAY) for pupil in ("ida", "jon")] == [[200, None], [150, None]]
        assert await oak.minutes("ida", WEDNESDAY) == [150, None]
        assert await oak.minutes("ida", THURSDAY) == [0, None]
        assert await oak.days_of("ida", THURSDAY) == UNKNOWN


async def test_illinois_a_roll_that_was_taken_wins_over_what_another_would_say(opened: Any) -> None:
    async with opened("illinois", "twice_daily") as oak:
        for period in ("01", "04"):
            await oak.take_roll("homeroom", MONDAY, period=period)
        await oak.take_roll("music", MONDAY, ida="A", jon={"code": "T", "arrived_at": "10:10:00"})
        await oak.take_roll("homeroom", MONDAY, period="06", kim={"code": "D", "left_at": "14:01:00"})

        assert await oak.minutes("ida", MONDAY) == [250]
        assert await oak.minutes("jon", MONDAY) == [290]
        assert await oak.minutes("kim", MONDAY) == [251]


async def test_illinois_one_roll_a_day_speaks_for_the_whole_of_it(opened: Any) -> None:
    async with opened("illinois", "daily") as oak:
        late, early = {"code": "T", "arrived_at": "10:20:00"}, {"code": "D", "left_at": "13:20:00"}
        await oak.take_roll("homeroom", MONDAY, ida=late, jon=early, kim="A")

        assert [await oak.minutes(pupil, MONDAY) for pupil in PUPILS] == [[180], [150 + 50 + 20], [0]]
        assert [await oak.days_of(pupil, MONDAY) for pupil in PUPILS] == [HALF, HALF, NONE]


async def test_new_york_asks_for_the_rolls_that_are_due_and_hears_the_others(opened: Any) -> None:
    async with opened("new_york", "twice_daily") as oak:
        for on, morning, afternoon in ((MONDAY, "A", "A"), (TUESDAY, "A", "P"), (WEDNESDAY, "A", None)):
            await oak.take_roll("homeroom", on, ida=morning, jon=morning)
            if afternoon:
                await oak.take_roll("homeroom", on, period="04", ida=afternoon, jon=afternoon)
        await oak.take_roll("homeroom", THURSDAY, period="04", ida="A")
        await oak.take_roll("music", WEDNESDAY, jon="A")
        await oak.take_roll("music", THURSDAY, jon="A")

        assert [await oak.days_of("ida", on) for on in (MONDAY, TUESDAY, WEDNESDAY)] == [NONE, FULL, FULL]
        assert [await oak.days_of("jon", on) for on in (WEDNESDAY, THURSDAY)] == [UNKNOWN, FULL]
        assert await oak.days_of("kim", THURSDAY) == FULL
        assert await oak.days_of("kim", FRIDAY) == UNKNOWN
        assert "absent from all 2 rolls" in (await oak.why("ida", MONDAY))["explanation"][0]


@pytest.mark.parametrize(("whole_day", "days"), [(150, NONE), (151, FULL)])
async def test_new_york_counts_the_minutes_of_a_half_day_missed_where_a_district_counts_minutes(
    opened: Any, whole_day: int, days: tuple[str, ...]
) -> None:
    """The roll of the morning speaks for three classes of fifty minutes, and not for the lunch after them."""
    async with opened("new_york", "twice_daily", whole_day_absence_minutes=whole_day) as oak:
        await oak.take_roll("homeroom", MONDAY, ida="A")
        await oak.take_roll("homeroom", MONDAY, period="04")

        assert await oak.days_of("ida", MONDAY) == days


async def test_california_knows_an_absence_by_the_days_one_roll_and_a_presence_by_any(opened: Any) -> None:
    async with opened("california", "daily") as oak:
        await oak.take_roll("homeroom", MONDAY, ida="A", jon="A")
        await oak.take_roll("music", MONDAY, ida="A")
        await oak.take_roll("music", TUESDAY, ida="A")

        assert [await oak.days_of(pupil, MONDAY) for pupil in PUPILS] == [NONE, FULL, FULL]
        assert [await oak.days_of(pupil, TUESDAY) for pupil in PUPILS] == [UNKNOWN, FULL, UNKNOWN]


async def test_california_counts_a_tardy_by_all_the_minutes_that_were_missed(opened: Any) -> None:
    """Half an hour is a truancy's line, and a first class may be shorter than that."""
    async with opened("california", "twice_daily") as oak:
        times = {"begins_at": "08:00:00", "ends_at": "08:20:00"}
        await oak.tell("bell-periods", oak.rows["bell-periods"][0] | times)
        for on, arrived in ((MONDAY, "09:10:00"), (TUESDAY, "09:11:00"), (WEDNESDAY, "09:30:00")):
            await oak.take_roll("homeroom", on, ida={"code": "T", "arrived_at": arrived})
            await oak.take_roll("homeroom", on, period="04")
        await oak.take_roll("homeroom", WEDNESDAY, period="02")
        await oak.caught_up()

        (said,) = (await oak.ask("/v1/students/ida/truancy", school_year=2026, through=FRIDAY)).json()

        assert said["occasions"] == {MONDAY: 30, TUESDAY: 31, WEDNESDAY: 20}


@pytest.mark.parametrize("mode", ["daily", "twice_daily"])
async def test_texas_rests_on_the_official_period_and_roll_asks_for_it_there(opened: Any, mode: str) -> None:
    """A roll taken in the first period is not the official one of the second."""
    async with opened("texas", mode, "02") as oak:
        codes = oak.rows["attendance-codes"]
        await oak.tell("attendance-codes", *(
            row | {"present_at_official_roll": row["presence"] == "early_departure"}
            for row in codes if row["presence"] in ("tardy", "early_departure")
        ))  # fmt: skip
        minutes = [row | {"scheduled_minutes": 300} for row in oak.rows["school-enrollments"]]
        await oak.tell("school-enrollments", *minutes)
        await oak.take_roll("homeroom", MONDAY, period="02", ida="A")
        await oak.take_roll("homeroom", TUESDAY, period="01", ida="A")
        await oak.caught_up()

        assert [await oak.days_of(pupil, MONDAY) for pupil in ("ida", "jon")] == [NONE, FULL]
        assert await oak.days_of("ida", TUESDAY) == UNKNOWN
        assert "homeroom 02" in await oak.due()
        assert await oak.asked("ida") == ["homeroom 02"]
        course = (await oak.ask("/v1/texas/course-attendance", section_id="homeroom", through=MONDAY)).json()
        counts = {row["student_id"]: (row["days_attended"], row["days_absent"]) for row in course["rows"]}
        absent = 1 if mode == "daily" else 0  # of the afternoon nobody took the roll
        assert counts == {"ida": (0, absent), "jon": (1, 0), "kim": (1, 0)}


@pytest.mark.parametrize(
    ("jurisdiction", "mode", "official", "due"),
    [
        ("california", "daily", None, ["homeroom 01"]),
        ("new_york", "daily", "03", ["homeroom 03"]),
        ("illinois", "twice_daily", None, ["homeroom 01", "homeroom 04"]),
        ("new_york", "twice_daily", "02", ["homeroom 02", "homeroom 04"]),
        ("california", "twice_daily", "05", ["homeroom 01", "homeroom 05"]),
    ],
)
async def test_credit_misses_the_rolls_that_roll_misses(
    opened: Any, jurisdiction: str, mode: str, official: str | None, due: list[str]
) -> None:
    async with opened(jurisdiction, mode, official) as oak:
        assert await oak.due() == due
        assert {pupil: await oak.asked(pupil) for pupil in PUPILS} == dict.fromkeys(PUPILS, due)


def bell(period: str, begins: time, ends: time, instructional: bool = True) -> BellPeriod:
    return BellPeriod(school_id="oak", bell_schedule_id="regular", period_id=period, begins_at=begins, ends_at=ends,
                      instructional=instructional)  # fmt: skip


def test_lunch_is_the_first_period_without_instruction_from_half_past_ten_on() -> None:
    recess = bell("recess", time(10, 29), time(10, 45), False)
    lunch = bell("lunch", time(10, 30), time(11, 10), False)

    assert afternoon_begins([recess]) == time(12)
    assert afternoon_begins([recess, lunch]) == time(11, 10)
    assert afternoon_begins([bell("01", time(10, 30), time(11, 10))]) == time(12)


def test_a_day_has_two_halves_only_where_the_roll_is_taken_twice() -> None:
    twice, once = (RollHours(mode, time(12)) for mode in (RollMode.TWICE_DAILY, RollMode.DAILY))

    assert [twice.half(at) for at in (time(11, 59), time(12), None)] == [FIRST, AFTER_LUNCH, UNTIMED]
    assert {once.half(at) for at in (time(11, 59), time(12), None)} == {FIRST}


@pytest.mark.parametrize(
    ("official", "order"),
    [(None, "12345"), ("1", "12345"), ("3", "34521"), ("5", "54321"), ("9", "12345")],
)
def test_after_the_official_period_come_the_later_ones_and_then_the_nearest_earlier(
    official: str | None, order: str
) -> None:
    bells = [bell(str(number), time(7 + number), time(7 + number, 50)) for number in range(1, 6)]
    hours = RollHours.of(RollMode.DAILY, official, bells)

    assert "".join(row.period_id for row in sorted(bells, key=lambda row: hours.turn(row.period_id, row.begins_at))) \
        == order  # fmt: skip


def test_of_a_day_without_bells_periods_stand_in_the_order_of_their_ids_from_the_official_one_on() -> None:
    hours = RollHours.of(RollMode.TWICE_DAILY, "2", [])

    assert sorted("3124", key=lambda period: hours.turn(period, None)) == ["2", "3", "4", "1"]
