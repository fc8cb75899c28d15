"""After a statement was certified something was adjusted: the comparison says what, of whom, and by which entry."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from services.credit.app import create
from tests.credit.cedar_high import MONDAY, ROWS, TUESDAY, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.running import bearer, client_of, running


async def a_certified_week(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")
    await cedar.caught_up()
    body = {"statement_id": "s", "school_id": "cedar", "school_year": 2026, "period": 4}
    answer = await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))
    assert answer.status_code == 201, answer.text


async def compared(cedar: CedarHigh) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/statements/s/comparison")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def adjusted(cedar: CedarHigh) -> httpx.Response:
    body = {
        "adjustment_id": str(uuid4()), "student_id": "ana", "code": "S", "reason": "In the nurse's office",
        "authority": "school nurse", "document": "pass 114",
    }  # fmt: skip
    approval = {
        "approval_id": str(uuid4()), "school_id": "cedar", "statements": ["s"], "act_id": body["adjustment_id"],
        "reason": "The nurse's log", "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    token = cedar.issuer.mint(
        role="attendance_clerk", subject="c-omar", districts=[cedar.district_id], schools=["cedar"]
    )
    approved = await cedar.roll.post("/v1/approvals", json=approval, headers=bearer(token))
    assert approved.status_code == 201, approved.text
    path = f"/v1/sections/algebra/rolls/{MONDAY}/02/adjustments"
    answer = await cedar.roll.post(path, json=body, headers=cedar.headers("district_office"))
    assert answer.status_code == 201, answer.text
    return answer


async def test_nothing_has_changed_although_the_lock_itself_is_an_entry(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)

    comparison = await compared(cedar)

    assert comparison["unchanged"] is True
    assert comparison["students"] == comparison["schools"] == comparison["entries"] == []
    document = (await cedar.ask("/v1/statements/s")).json()
    counted = {at["stream"]: at["sequence"] for at in document["streams"]}
    assert comparison["followed_through"]["school.cedar"] == counted["school.cedar"] + 1


async def test_an_adjustment_shows_whose_days_it_changed_and_who_made_it_and_why(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)
    receipt = (await adjusted(cedar)).json()

    comparison = await compared(cedar)

    (ana,) = comparison["students"]
    assert (ana["student_id"], ana["then"]["absent"], ana["now"]["absent"]) == ("ana", 6, 0)
    assert (ana["then"]["eligible"], ana["now"]["eligible"]) == (24, 30)
    assert (ana["entries"], ana["district_entries"]) == ([receipt["sequence"]], [])
    (entry,) = comparison["entries"]
    assert (entry["sequence"], entry["hash"], entry["kind"]) == (receipt["sequence"], receipt["hash"], "mark_adjusted")
    assert entry["by"] == "a district_office"
    assert "A adjusted to S; In the nurse's office; on the word of school nurse; document pass 114" in entry["said"]
    assert (entry["reason"], entry["marks"], entry["students"]) == ("In the nurse's office", {"ana": "S"}, 1)
    (approved,) = entry["approved"]
    assert approved == f"by c-omar (attendance_clerk), entry {receipt['sequence'] - 1}: The nurse's log"
    (account,) = comparison["accounts"]
    assert (account["entries"], account["students"]) == ([receipt["sequence"]], 1)
    assert account["difference"] == {"membership": 0, "absent": -6, "eligible": 6, "ineligible": 0, "not_taken": 0}
    (school,) = comparison["schools"]
    assert (school["then"]["ada"], school["now"]["ada"]) == ("3.300", "3.500")
    assert comparison["entries_unknown"] is None


async def test_the_statement_itself_stays_as_it_was(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)
    before = (await cedar.ask("/v1/statements/s")).content
    await adjusted(cedar)
    await cedar.caught_up()

    assert (await cedar.ask("/v1/statements/s")).content == before


async def test_a_withdrawal_in_the_past_names_the_row_that_the_sis_sent(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)
    ben = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "ben")
    await cedar.tell("school-enrollments", ben | {"withdrawal_date": TUESDAY})

    comparison = await compared(cedar)

    (change,) = comparison["students"]
    assert (change["student_id"], change["then"]["membership"], change["now"]["membership"]) == ("ben", 15, 3)
    (entry,) = comparison["entries"]
    assert (entry["kind"], entry["said"]) == ("roster_changed", "1 row of school_enrollments")
    (row,) = entry["rows"]
    assert (row["student_id"], row["withdrawal_date"], entry["rows_left_out"]) == ("ben", TUESDAY, 0)


async def test_a_closure_touches_everybody_and_a_change_of_codes_comes_from_the_district(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)
    friday = ROWS["calendar-days"][4]
    await cedar.approve("calendar-days", friday | {"instructional": False, "closed": "all", "cause": "ice"})
    vague = next(row for row in ROWS["attendance-codes"] if row["code"] == "X")
    await cedar.tell("attendance-codes", vague | {"present_at_official_roll": True})

    comparison = await compared(cedar)

    assert {change["student_id"] for change in comparison["students"]} == {"ana", "ben", "cho", "dee", "eve"}
    assert all(len(change["entries"]) == len(change["district_entries"]) == 1 for change in comparison["students"])
    assert [entry["said"] for entry in comparison["entries"]] == [
        "1 row of attendance_codes", "1 row of calendar_days",
    ]  # fmt: skip
    assert [entry["students"] for entry in comparison["entries"]] == [5, 5]
    closure = comparison["entries"][1]
    assert [(row["on"], row["cause"]) for row in closure["rows"]] == [("2026-03-13", "ice")]
    assert closure["approved"][0].startswith("by a principal (principal), entry ")
    assert closure["approved"][0].endswith(": The calendar was wrong")


async def test_who_is_new_was_nothing_then(cedar: CedarHigh) -> None:
    await a_certified_week(cedar)
    row = ROWS["school-enrollments"][0] | {"student_id": "fay", "entry_date": "2026-03-13"}
    await cedar.tell("students", {"student_id": "fay"})
    await cedar.tell("school-enrollments", row)

    (fay,) = (await compared(cedar))["students"]

    assert (fay["student_id"], fay["then"], fay["now"]["membership"]) == ("fay", None, 6)


async def test_while_roll_is_away_the_days_are_told_without_the_entries(
    cedar: CedarHigh, credit_settings: SettingsOf
) -> None:
    await a_certified_week(cedar)
    await adjusted(cedar)
    await cedar.caught_up()
    lonely = credit_settings().model_copy(update={"roll_url": "http://127.0.0.1:9"})

    async with running(create(lonely)) as url, client_of(url, "") as credit:
        answer = await credit.get("/v1/statements/s/comparison", headers=cedar.headers("auditor"))

    comparison = answer.json()
    assert [change["student_id"] for change in comparison["students"]] == ["ana"]
    assert (comparison["entries"], comparison["entries_unknown"]) == ([], "roll does not answer now")
