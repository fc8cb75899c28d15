"""Tiers, chronic absence, bands and truancy of a whole district in one call, through two running services."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest

from deploy.issuer import Issuer
from services.credit.attendance_tiers import DaysOfStudent, judge
from services.credit.day_count import DAY, DayCount
from services.credit.lawbook import read_lawbook
from tests.credit.conftest import SettingsOf
from tests.credit.oak_park import OakPark, rows_of

ON = date(2025, 10, 6)
LAWBOOK = read_lawbook()
DAYS = [str(on) for n in range(60) if (on := date(2026, 1, 5) + timedelta(n)).weekday() < 5][:31]
PUPILS: dict[str, dict[str, Any]] = {
    "tia": {"grade": "TK"}, "uri": {"grade": "09"}, "val": {"grade": "09"}, "wes": {"grade": "09"},
}  # fmt: skip


def standing(jurisdiction: str, **days: int) -> dict[str, object]:
    """So many days: `enrolled`, `absent`, `unexcused` of them, `not_taken`."""
    enrolled, absent, not_taken = days["enrolled"], days.get("absent", 0), days.get("not_taken", 0)
    count = DayCount(
        enrolled * DAY, absent * DAY, (enrolled - absent - not_taken) * DAY, 0, not_taken * DAY,
        days.get("unexcused", 0) * DAY,
    )  # fmt: skip
    judged = judge(DaysOfStudent(count, enrolled), jurisdiction, LAWBOOK, ON)
    return {way: ruling.value for way, ruling in judged.items()}


@pytest.mark.parametrize(
    ("absent", "tier"),
    [(8, "satisfactory"), (9, "at risk"), (17, "at risk"), (18, "moderate chronic"), (35, "moderate chronic"),
     (36, "severe chronic")],
)  # fmt: skip
def test_tiers_from_both_sides_in_every_state(absent: int, tier: str) -> None:
    for jurisdiction in ("texas", "california", "new_york", "illinois"):
        assert standing(jurisdiction, enrolled=180, absent=absent)["tier"] == tier


def test_california_s_chronic_absence_takes_31_days_and_the_country_s_ten() -> None:
    assert standing("california", enrolled=30, absent=10)["state chronic absence"] is False
    assert standing("california", enrolled=31, absent=10)["state chronic absence"] is True
    assert standing("california", enrolled=9, absent=9)["chronic absence"] is None
    assert standing("california", enrolled=10, absent=1)["chronic absence"] is True


def test_three_unexcused_days_make_a_truant_and_two_do_not() -> None:
    ladder = [
        standing("california", enrolled=180, absent=absent, unexcused=absent)["truancy by full days and reports"]
        for absent in (2, 3, 17, 18)
    ]
    assert ladder == ["none", "truant", "truant", "chronic truant"]


def test_illinois_and_new_york_judge_by_their_own_rules() -> None:
    assert [standing("illinois", enrolled=180, absent=n, unexcused=n)["truancy"] for n in (1, 2, 8, 9)] == [
        "none", "truant", "truant", "chronic truant",
    ]  # fmt: skip
    assert standing("new_york", enrolled=60, absent=2, not_taken=4)["state chronic absence"] == "chronic"
    assert "state chronic absence" not in standing("texas", enrolled=60)


@pytest.mark.parametrize("read_as", ["absent", "present"])
def test_what_the_district_makes_of_untaken_days_moves_no_truancy_and_not_new_york_s_report(read_as: str) -> None:
    """Of sixty days six were missed, half of them without an excuse, and four were not taken."""
    sixths = {"absent": 6 * DAY, "eligible": 50 * DAY, "ineligible": 0, "not_taken": 4 * DAY}
    moved = {"not_taken": 0, "absent": 10 * DAY} if read_as == "absent" else {"not_taken": 0, "eligible": 54 * DAY}
    seen, as_set = (DayCount(60 * DAY, **sixths | more, unexcused=3 * DAY) for more in ({}, moved))

    for jurisdiction in ("california", "illinois", "new_york", "texas"):
        before = judge(DaysOfStudent(seen, 60), jurisdiction, LAWBOOK, ON)
        after = judge(DaysOfStudent(as_set, 60, seen=seen), jurisdiction, LAWBOOK, ON)
        kept = {"truancy", "truancy by full days and reports"}
        kept |= {"state chronic absence"} if jurisdiction == "new_york" else set()
        assert {way: before[way] for way in kept & before.keys()} == {way: after[way] for way in kept & after.keys()}
        assert before["tier"].because != after["tier"].because


class Sylmar(OakPark):
    period_of: ClassVar = {"homeroom": "01"}
    rows: ClassVar = rows_of("daily", PUPILS, period_of)


Sylmar.rows["schools"][0]["jurisdiction"] = "california"
Sylmar.rows["calendar-days"] = [Sylmar.rows["calendar-days"][0] | {"on": on} for on in DAYS]


@pytest.fixture
async def sylmar(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[OakPark]:
    async with Sylmar.opened(followed_roll, issuer, credit_settings) as school:
        assert isinstance(school, OakPark)
        yield school


async def tiers(school: OakPark, ends_before: str) -> dict[tuple[str | None, str | None], dict[str, Any]]:
    answer = await school.ask("/v1/attendance-tiers", begins_on=DAYS[0], ends_before=ends_before)
    assert answer.status_code == 200, answer.text
    return {(row["school_id"], row["grade"]): row for row in answer.json()["rows"]}


async def test_one_call_says_where_the_students_of_a_district_stand(sylmar: OakPark) -> None:
    """On thirty-one days Uri misses four without an excuse, Val three with one; on the last nobody takes the roll."""
    for place, on in enumerate(DAYS[:-1]):
        marks = {"uri": "A" if place < 4 else "P", "val": "E" if place < 3 else "P"}
        await sylmar.take_roll("homeroom", on, 0, **marks)
    await sylmar.caught_up()

    whole, but_one = await tiers(sylmar, "2026-07-01"), await tiers(sylmar, DAYS[-1])

    assert list(whole) == [
        ("oak", "09"), ("oak", "TK"), ("oak", "TK/KG"), ("oak", None),
        (None, "09"), (None, "TK"), (None, "TK/KG"), (None, None),
    ]  # fmt: skip
    ninth = whole["oak", "09"]
    assert (ninth["students"], ninth["enrolled"], ninth["not_taken_days"]) == (3, 3, "3")
    assert (ninth["attended_days"], ninth["absent_days"], ninth["rate"]) == ("83", "7", "92.22")
    assert (ninth["at_or_above"], ninth["students_without_a_rate"], ninth["share"]) == (1, 0, "33.33")
    assert ninth["standings"] == {
        "tier": {"moderate chronic": 2, "satisfactory": 1},
        "chronic absence": {"no": 1, "yes": 2},
        "band": {"Advanced": 1, "Below Basic": 1, "Far Below Basic": 1},
        "state chronic absence": {"no": 1, "yes": 2},
        "truancy by full days and reports": {"chronic truant": 1, "none": 2},
    }
    assert but_one["oak", "09"]["standings"]["state chronic absence"] == {"no": 3}  # thirty days are too few
    assert whole[None, None]["students"] == 4
    assert whole[None, None]["standings"]["tier"] == {"moderate chronic": 2, "satisfactory": 2}


async def test_transitional_kindergarten_and_kindergarten_are_one_target_grade(sylmar: OakPark) -> None:
    """Uri, told of as a kindergartner, misses the first day of two; Wes withdraws after it."""
    pupils = {row["student_id"]: row for row in sylmar.rows["school-enrollments"]}
    await sylmar.tell(
        "school-enrollments", pupils["uri"] | {"grade": "KG"}, pupils["wes"] | {"withdrawal_date": DAYS[1]}
    )
    await sylmar.take_roll("homeroom", DAYS[0], uri="A")
    await sylmar.take_roll("homeroom", DAYS[1])
    await sylmar.caught_up()

    rows = await tiers(sylmar, DAYS[2])

    shares = {grade: (row["students"], row["at_or_above"], row["share"]) for (_, grade), row in rows.items()}
    assert shares["TK/KG"] == (2, 1, "50.00")
    assert (shares["TK"], shares["KG"], shares["09"]) == ((1, 1, "100.00"), (1, 0, "0.00"), (2, 2, "100.00"))
    assert (rows["oak", "09"]["students"], rows["oak", "09"]["enrolled"]) == (2, 1)
    assert (rows["oak", None]["rate"], rows["oak", None]["share"]) == ("85.71", "75.00")


async def test_a_window_from_before_the_law_is_refused_and_not_guessed(sylmar: OakPark) -> None:
    for path in ("/v1/attendance-tiers", "/v1/attendance-shares"):
        answer = await sylmar.ask(path, begins_on="2010-06-30", ends_before="2010-07-10")
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/before-the-law")
        assert (await sylmar.ask(path, begins_on="2010-07-01", ends_before="2010-07-10")).status_code == 200


async def test_a_window_that_cannot_be_summed_is_refused(sylmar: OakPark) -> None:
    answer = await sylmar.ask("/v1/attendance-tiers", begins_on="2026-01-05", ends_before="2026-01-05")
    assert answer.status_code == 422


async def test_what_becomes_of_a_roll_that_nobody_took_is_said_where_one_looks(sylmar: OakPark) -> None:
    status = (await sylmar.ask("/v1/status")).json()

    assert status["not_taken"]["california"] == "left out and counted"
    assert status["not_taken"]["new_york, chronic absence report (NY-12)"] == "counted as absent, and shown"
    assert set(status["not_taken"]) >= {"texas", "illinois", "new_york", "california"}


async def test_two_days_and_half_an_hour_are_no_truancy_and_a_minute_more_is(sylmar: OakPark) -> None:
    for on in DAYS[:2]:
        await sylmar.take_roll("homeroom", on, uri="A")
    await sylmar.take_roll("homeroom", DAYS[2], uri={"code": "T", "arrived_at": "08:30:00"})
    await sylmar.caught_up()
    path = "/v1/students/uri/truancy"
    (none,) = (await sylmar.ask(path, school_year=2026)).json()
    await sylmar.take_roll("homeroom", DAYS[2], 1, uri={"code": "T", "arrived_at": "08:31:00"})
    await sylmar.take_roll("homeroom", DAYS[3], uri="T")
    await sylmar.caught_up()
    (truant,) = (await sylmar.ask(path, school_year=2026)).json()

    assert (none["status"], none["full_days"], none["occasions"]) == ("none", 2, {DAYS[2]: 30})
    assert (truant["status"], truant["occasions"]) == ("truant", {DAYS[2]: 31})
    assert truant["tardies_without_times"] == 1
    assert (await sylmar.ask("/v1/students/nobody/truancy", school_year=2026)).status_code == 404
