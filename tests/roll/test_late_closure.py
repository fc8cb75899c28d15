"""A school that closes after roll was taken: nothing is lost, nothing is counted, and nobody is chased."""

from typing import Any

from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh
from tests.roll.telling import tell, the

SHEET = f"/v1/sections/algebra-1/sheets/{TUESDAY}/02"
TRAIL = f"{ROLL}/students/ben/trail"
NOT_TAKEN = f"/v1/schools/lincoln/rolls-not-taken?on={TUESDAY}"
GAS_LEAK = {"instructional": False, "closed": "all", "cause": "Gas leak"}


async def read(lincoln: LincolnHigh, path: str) -> dict[str, Any]:
    answer = await lincoln.clerk("GET", path)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_the_marks_of_a_day_that_is_closed_later_are_set_aside_and_not_lost(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    before = await read(lincoln, SHEET)
    assert before["set_aside"] is False
    assert (await read(lincoln, TRAIL))["set_aside"] is False

    await tell(lincoln, "calendar-days", the("calendar-days") | GAS_LEAK)

    assert await read(lincoln, SHEET) == before | {"set_aside": True}
    trail = await read(lincoln, TRAIL)
    assert (trail["set_aside"], [step["code"] for step in trail["steps"]]) == (True, ["A"])


async def test_when_the_day_is_reopened_they_count_again(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    before = await read(lincoln, SHEET)
    await tell(lincoln, "calendar-days", the("calendar-days") | GAS_LEAK)

    await tell(lincoln, "calendar-days", the("calendar-days"))

    assert await read(lincoln, SHEET) == before


async def test_a_sheet_that_nobody_took_has_nothing_to_set_aside(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "calendar-days", the("calendar-days") | GAS_LEAK)

    assert (await read(lincoln, SHEET))["set_aside"] is False


async def test_a_day_that_is_closed_in_part_is_counted_and_keeps_its_cause(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ben")
    await tell(lincoln, "calendar-days", the("calendar-days") | {"closed": "part", "cause": "Ice until ten"})

    assert (await read(lincoln, SHEET))["set_aside"] is False
    days = (await lincoln.ask("sis_client", "GET", "/v1/calendar-days")).json()["rows"]
    assert [(day["closed"], day["cause"]) for day in days if day["on"] == TUESDAY] == [("part", "Ice until ten")]


async def test_a_closure_says_why_and_one_of_the_whole_day_is_no_instruction(lincoln: LincolnHigh) -> None:
    for wrong in ({"closed": "all", "instructional": False}, {"closed": "all", "cause": "Ice"}):
        answer = await lincoln.ask(
            "sis_client", "POST", "/v1/calendar-days", json={"rows": [the("calendar-days") | wrong]}
        )
        assert answer.status_code == 422


async def test_nobody_is_chased_for_a_day_that_was_closed_later_and_everybody_when_it_is_reopened(
    lincoln: LincolnHigh,
) -> None:
    assert len((await read(lincoln, NOT_TAKEN))["rolls"]) == 1

    await tell(lincoln, "calendar-days", the("calendar-days") | GAS_LEAK)
    assert (await read(lincoln, NOT_TAKEN))["rolls"] == []

    await tell(lincoln, "calendar-days", the("calendar-days"))
    assert len((await read(lincoln, NOT_TAKEN))["rolls"]) == 1
