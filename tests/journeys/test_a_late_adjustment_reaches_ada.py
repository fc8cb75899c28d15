"""From a teacher's phone to the number that the state pays by, through the three running services."""

import asyncio
from uuid import uuid4

from shared.schema.chain import GENESIS, link
from tests.journeys.district import WEEK, District

FRIDAY = WEEK[-1]


async def test_a_late_adjustment_reaches_ada_with_its_reason(district: District) -> None:
    await district.open_school("cedar", "texas", "10", ["ana", "ben"])
    for on in WEEK[:-1]:
        await district.take_roll("cedar", on)
    receipt = await district.take_roll("cedar", FRIDAY, "ben")

    before = await district.totals("cedar")
    adjusted = await district.ask(
        "roll", "district_office", "POST", f"/v1/sections/cedar-class/rolls/{FRIDAY}/02/adjustments",
        json={"adjustment_id": str(uuid4()), "student_id": "ben", "code": "S", "reason": "At the nurse's",
              "authority": "school nurse", "document": "pass 114"},
    )  # fmt: skip
    after = await district.totals("cedar")

    assert adjusted.status_code == 201
    assert before == {
        "ada": "1.800", "days_taught": 5, "membership_days": "10", "absent_days": "1", "eligible_days": "9",
        "ineligible_days": "0", "not_taken_days": "0",
    }  # fmt: skip
    assert (after["ada"], after["absent_days"], after["eligible_days"]) == ("2.000", "0", "10")

    (why,) = await district.answer("credit", "auditor", f"/v1/students/ben/days/{FRIDAY}/why")
    assert "adjusted to present by the attendance office" in why["explanation"][0]
    trail = await district.answer("roll", "auditor", f"/v1/sections/cedar-class/rolls/{FRIDAY}/02/students/ben/trail")
    assert [step["code"] for step in trail["steps"]] == ["A", "S"]
    assert trail["steps"][0]["hash"] == receipt["hash"]


async def test_a_roll_that_nobody_took_is_counted_apart_until_it_is(district: District) -> None:
    await district.open_school("cedar", "texas", "10", ["ana", "ben"])
    for on in WEEK[:-1]:
        await district.take_roll("cedar", on)

    without = await district.totals("cedar")
    await district.take_roll("cedar", FRIDAY)
    whole = await district.totals("cedar")

    assert (without["not_taken_days"], without["absent_days"], without["eligible_days"]) == ("2", "0", "8")
    assert (whole["not_taken_days"], whole["absent_days"], whole["eligible_days"]) == ("0", "0", "10")


async def test_a_retroactive_withdrawal_reprices_the_days_that_it_touches(district: District) -> None:
    await district.open_school("cedar", "texas", "10", ["ana", "ben"])
    for on in WEEK:
        await district.take_roll("cedar", on)
    await district.totals("cedar")

    await district.tell(
        "school-enrollments",
        {"school_id": "cedar", "student_id": "ben", "entry_date": "2025-08-18", "withdrawal_date": WEEK[2],
         "grade": "10", "track_id": "main", "scheduled_minutes": 420},
    )  # fmt: skip

    assert (await district.totals("cedar"))["membership_days"] == "7"


async def test_the_chain_that_credit_followed_is_the_chain_that_anybody_computes(district: District) -> None:
    await district.open_school("cedar", "texas", "10", ["ana", "ben"])
    await asyncio.gather(*(district.take_roll("cedar", on) for on in WEEK))
    await district.caught_up()

    page = await district.answer("roll", "auditor", "/v1/streams/school.cedar/entries?limit=1000")
    previous = GENESIS
    for number, entry in enumerate(page["entries"], start=1):
        assert entry["sequence"] == number
        previous = link(district.district_id, "school.cedar", number, previous, entry["body"].encode())
        assert previous.hex() == entry["hash"]


async def test_program_selects_by_what_the_teachers_marked(district: District) -> None:
    """Two kindergartens: in one a child of three stays away a day of five, in the other nobody does."""
    await district.open_school("vernon", "california", "KG", ["v1", "v2", "v3"])
    await district.open_school("valerio", "california", "KG", ["w1", "w2", "w3"])
    for on in WEEK:
        await district.take_roll("vernon", on, *(["v1"] if on == FRIDAY else []))
        await district.take_roll("valerio", on)
    await district.caught_up()
    facts = [
        {"school_id": school, "name": school, "level": "elementary", "api": api}
        for school, api in (("vernon", 799), ("valerio", 800))
    ]
    told = await district.ask("program", "coordinator", "POST", "/v1/school-facts", json={"rows": facts})
    assert told.status_code == 200, told.text

    made = await district.ask(
        "program", "coordinator", "POST", "/v1/selections",
        json={"selection_id": str(uuid4()), "program_year": 2027, "through": FRIDAY,
              "how_many": {"by": "count", "schools": 1}},
    )  # fmt: skip

    assert made.status_code == 201, made.text
    lines = {line["school_id"]: line for line in made.json()["outcome"]["lines"]}
    assert lines["vernon"]["outcome"] == "selected"
    assert lines["valerio"]["because"] == "API 800 is not below 800"
