"""What becomes of days whose roll nobody took: the district sets it, every answer names it, nothing is silent."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.another_reading import in_every_block
from services.credit.built_sheets import CaseValues
from services.credit.cases import COLUMNS, CaseBook
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay
from services.credit.lawbook import read_lawbook
from services.credit.not_taken import BLOCKS, NotTaken, Setting, in_force
from tests.credit.cedar_high import JSON, MONDAY, TUESDAY, WEEK, CedarHigh
from tests.credit.giving import NUMBERED, UNIQUE, numbered

LAWBOOK = read_lawbook()
SETTINGS = "/v1/not-taken-settings"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def setting(counts_as: NotTaken, begins_on: str, set_at: datetime = NOON, jurisdiction: str = "texas") -> Setting:
    return Setting(jurisdiction, counts_as, date.fromisoformat(begins_on), "because", set_at, "her")


def test_a_setting_is_in_force_from_its_day_and_not_the_day_before() -> None:
    one = setting(NotTaken.ABSENT, "2026-03-09")

    assert in_force([one], "texas", date(2026, 3, 9)) is one
    assert in_force([one], "texas", date(2026, 3, 8)) is None
    assert in_force([one], "illinois", date(2026, 3, 9)) is None


def test_of_two_settings_of_one_day_the_later_one_stands_and_a_later_day_wins() -> None:
    first, second = (
        setting(NotTaken.ABSENT, "2026-03-09"),
        setting(NotTaken.PRESENT, "2026-03-09", NOON.replace(hour=13)),
    )
    next_week = setting(NotTaken.AS_IT_IS, "2026-03-16", NOON.replace(hour=1))

    assert in_force([second, next_week, first], "texas", date(2026, 3, 15)) is second
    assert in_force([second, next_week, first], "texas", date(2026, 3, 16)) is next_week


@given(st.lists(st.tuples(st.sampled_from(MarkReason), st.sampled_from("0123456")), min_size=1, max_size=12))
def test_whatever_is_set_membership_is_its_parts_and_what_was_taken_does_not_move(
    days: list[tuple[MarkReason, str]],
) -> None:
    book = CaseBook()
    for reason, code in days:
        facts = TexasDay(date(2025, 10, 6), None, code, MARK_THAT_FOLLOWS[reason], reason)
        book.number("texas", LAWBOOK["texas"], facts)
    block = len(book.cases) + 1
    every = in_every_block(book.cases, LAWBOOK, block)

    assert len(every) == len(BLOCKS) * len(book.cases)
    for case_no, case in book.cases.items():
        absent, present = (every[case_no + number * block].count for number in (1, 2))
        assert absent.membership == present.membership == case.count.membership
        assert absent.absent == case.count.absent + case.count.not_taken
        present_now = present.eligible + present.ineligible
        assert present_now == case.count.eligible + case.count.ineligible + case.count.not_taken
        assert absent.not_taken == present.not_taken == 0


def test_without_settings_the_cases_stand_once() -> None:
    values = CaseValues.of(np.zeros((7, len(COLUMNS)), dtype=np.int64))

    as_set, first, untaken = values.as_set("texas", date(2026, 3, 9))

    assert (as_set.block, first, untaken.counts_as) == (7, 0, NotTaken.AS_IT_IS)


async def set_to(cedar: CedarHigh, counts_as: str, role: str = "district_office", **more: Any) -> httpx.Response:
    body = {"setting_id": str(uuid4()), "jurisdiction": "texas", "counts_as": counts_as, "begins_on": MONDAY,
            "reason": "Board policy FEB(LOCAL)"}  # fmt: skip
    return await cedar.credit.post(SETTINGS, content=json.dumps(body | more), headers=cedar.headers(role) | JSON)


async def test_by_default_days_not_taken_are_left_out_and_the_answer_says_so(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)

    week = await cedar.week()

    assert week["totals"]["not_taken_days"] == "5"
    assert week["not_taken"] == [
        {"jurisdiction": "texas", "counts_as": "not_taken", "days": "5", "said": "left out and counted: the default"}
    ]


@pytest.mark.parametrize(("counts_as", "absent", "ada"), [("absent", "5", "3.500"), ("present", "0", "4.500")])
async def test_a_district_sets_what_they_count_as_and_every_answer_names_it(
    cedar: CedarHigh, counts_as: str, absent: str, ada: str
) -> None:
    await cedar.take_every_roll(*WEEK)
    assert (await set_to(cedar, counts_as)).status_code == 201

    week = await cedar.week(breakdown=True)
    student = (await cedar.ask("/v1/students/eve/attendance", school_year=2026)).json()["rows"][0]
    broken_down = (await cedar.ask("/v1/breakdown", school_year=2026, school_id="cedar")).json()["rows"][0]

    assert (week["totals"]["absent_days"], week["totals"]["not_taken_days"], week["ada"]) == (absent, "0", ada)
    (used,) = week["not_taken"]
    assert (used["counts_as"], used["days"]) == (counts_as, "5")
    assert "a district_office set it" in used["said"]
    assert "Board policy FEB(LOCAL)" in used["said"]
    assert student["not_taken"] == broken_down["not_taken"] == [used]
    assert any(f"not taken, and is counted as {counts_as}" in part["because"] for part in week["breakdown"])
    why = await cedar.why("eve", MONDAY)
    assert (why["totals"]["not_taken_days"], why["not_taken"]["counts_as"]) == ("1", counts_as)
    assert (await cedar.why("ana", MONDAY))["not_taken"] is None


async def test_a_setting_of_a_later_day_leaves_a_period_that_began_before_as_it_is(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await set_to(cedar, "absent", begins_on=TUESDAY)

    assert (await cedar.week())["totals"]["not_taken_days"] == "5"


async def test_the_trail_of_settings_is_kept_and_the_last_one_is_in_force(cedar: CedarHigh) -> None:
    same = str(uuid4())
    for _ in range(2):
        assert (await set_to(cedar, "absent", setting_id=same)).status_code == 201
    reused = await set_to(cedar, "present", setting_id=same)
    assert (await set_to(cedar, "not_taken", reason="The board thought again")).status_code == 201

    said = (await cedar.ask(SETTINGS)).json()

    assert (reused.status_code, reused.json()["type"]) == (409, "/problems/setting-id-reused")
    assert [kept["setting"]["counts_as"] for kept in said["trail"]] == ["absent", "not_taken"]
    assert {kept["set_by"] for kept in said["trail"]} == {"a district_office"}
    assert (said["in_force"]["texas"], said["defaults"]["texas"]) == ("not_taken", "left out and counted")
    for role in ("teacher", "principal", "attendance_clerk", "auditor"):
        assert (await set_to(cedar, "absent", role)).status_code == 403
    assert (await set_to(cedar, "maybe")).status_code == 422


async def test_what_if_can_vary_what_the_district_has_set(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await set_to(cedar, "absent")
    await cedar.caught_up()

    answer = (await cedar.ask("/v1/what-if", school_year=2026, school_id="cedar", not_taken="not_taken")).json()

    (week,) = (row for row in answer["rows"] if row["period"] == 4)
    assert (week["as_is"]["totals"]["absent_days"], week["what_if"]["totals"]["absent_days"]) == ("5", "0")
    assert week["difference"]["totals"]["not_taken_days"] == "5"
    assert answer["not_taken"][0]["counts_as"] == "absent"
    otherwise = (await cedar.ask("/v1/what-if", school_year=2026, school_id="cedar", law_of="2024-09-02")).json()
    assert {row["difference"]["totals"]["absent_days"] for row in otherwise["rows"]} == {"0"}


async def test_a_statement_and_a_hand_off_name_the_setting_that_they_used(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await numbered(cedar)
    asked: dict[str, Any] = {"school_year": 2026, "period": 4, "event_indicator": "00"}
    assert (await cedar.ask("/v1/hand-offs/texas/42400", **asked)).status_code == 409
    await set_to(cedar, "absent")
    body = {"statement_id": "s", "school_id": "cedar", "school_year": 2026, "period": 4}
    headers = cedar.headers("district_office") | JSON

    certified = await cedar.credit.post("/v1/statements", content=json.dumps(body), headers=headers)
    document = (await cedar.ask("/v1/statements/s")).json()
    handed_over = await cedar.ask("/v1/hand-offs/texas/42400", **asked)

    assert certified.status_code == 201, certified.text
    (used,) = document["not_taken"]
    assert (used["counts_as"], used["days"]) == ("absent", "5")
    assert handed_over.text.splitlines()[-1] == f"{NUMBERED},{UNIQUE['eve']},00,main,4,5,10,5.0,0.0,0.0"
    assert handed_over.headers["Rollbook-Not-Taken"].startswith("counted as absent: as a district_office set it")
    unchanged = (await cedar.ask("/v1/statements/s/comparison")).json()
    assert (unchanged["unchanged"], unchanged["besides"]) == (True, [])
    await set_to(cedar, "present")
    changed = (await cedar.ask("/v1/statements/s/comparison")).json()
    assert (changed["unchanged"], changed["students"][0]["student_id"]) == (False, "eve")
    (said,) = changed["besides"]
    assert said.startswith("days not taken in texas count as present: by a district_office at ")


async def test_shares_tiers_trends_and_students_near_the_line_follow_the_setting_and_name_it(cedar: CedarHigh) -> None:
    """Eve's five days were never taken; the others missed nothing."""
    await cedar.take_every_roll(*WEEK)
    await cedar.caught_up()
    window = {"begins_on": MONDAY, "ends_before": "2026-03-14"}
    a_school: dict[str, Any] = {"school_id": "cedar", "role": "service"}
    near = window | a_school | {"year_ends_before": "2026-03-14"}
    spans = a_school | {"windows": f"{MONDAY}/2026-03-14"}

    async def told() -> tuple[Any, ...]:
        shares = (await cedar.ask("/v1/attendance-shares", **window)).json()
        tiers = (await cedar.ask("/v1/attendance-tiers", **window)).json()
        trends = (await cedar.ask("/v1/attendance-trends", **window)).json()
        line = (await cedar.ask("/v1/students-near-the-line", **near)).json()
        by_student = (await cedar.ask("/v1/attendance-by-student", **spans)).json()
        used = {
            (one["counts_as"], one["days"])
            for said in (
                shares["not_taken"], tiers["not_taken_used"], trends["not_taken"], line["not_taken"],
                by_student["not_taken"],
            )
            for one in said
        }  # fmt: skip
        (grade,) = shares["rows"]
        eve = next(row for row in by_student["rows"] if row["student_id"] == "eve")
        return (
            used, (grade["at_or_above"], grade["students_without_a_rate"]), tiers["rows"][-1]["standings"]["tier"],
            sum(trends["rows"][0]["weeks"]["absent"]), (line["without_a_rate"], line["lost"] + len(line["rows"])),
            (eve["attended"], eve["absent"], eve["not_taken"]),
        )  # fmt: skip

    as_it_is = await told()
    await set_to(cedar, "absent")
    absent = await told()
    await set_to(cedar, "present")
    present = await told()

    four = {"satisfactory": 4}
    assert as_it_is == ({("not_taken", "5")}, (4, 1), four | {"not computable": 1}, 0, (1, 4), ([0], [0], [30]))
    assert absent == ({("absent", "5")}, (4, 0), four | {"severe chronic": 1}, 30, (0, 5), ([0], [30], [0]))
    assert present == ({("present", "5")}, (5, 0), {"satisfactory": 5}, 0, (0, 5), ([30], [0], [0]))
