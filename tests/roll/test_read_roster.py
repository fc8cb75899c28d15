"""What was sent can be read back, a page at a time, and sent again: it says nothing new."""

from typing import Any

import pytest

from tests.roll.lincoln_high import ROWS, LincolnHigh
from tests.roll.telling import tell
from tests.roll.writes import REPORTING_PERIOD


async def read_all(
    lincoln: LincolnHigh, path: str, role: str = "sis_client", **parameters: Any
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = parameters | ({"cursor": cursor} if cursor else {})
        answer = await lincoln.ask(role, "GET", f"/v1/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        rows += answer.json()["rows"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return rows


@pytest.mark.parametrize("collection", [*ROWS, "reporting-periods"])
async def test_what_was_sent_is_read_back_in_pages_and_says_nothing_new_when_sent_again(
    lincoln: LincolnHigh, collection: str
) -> None:
    await tell(lincoln, "reporting-periods", REPORTING_PERIOD, REPORTING_PERIOD | {
        "number": 2, "begins_on": "2025-09-27", "ends_before": "2026-06-01"
    })  # fmt: skip
    sent = ROWS.get(collection, [REPORTING_PERIOD] * 2)

    rows = await read_all(lincoln, collection, limit=1)

    assert len(rows) == len(sent)
    assert rows == await read_all(lincoln, collection)
    said = await tell(lincoln, collection, *rows)
    assert (said["changed"], said["unchanged"]) == (0, len(rows))


async def test_a_clerk_reads_the_rows_of_her_own_schools(lincoln: LincolnHigh) -> None:
    washington = ROWS["schools"][0] | {"school_id": "washington"}
    await tell(lincoln, "schools", washington)

    async def schools(role: str, **more: Any) -> list[str]:
        answer = await lincoln.ask(role, "GET", "/v1/schools", **more)
        return [row["school_id"] for row in answer.json()["rows"]]

    assert await schools("attendance_clerk", schools=["lincoln"]) == ["lincoln"]
    assert await schools("attendance_clerk", schools=["lincoln"], params={"school_id": "washington"}) == []
    assert await schools("auditor") == ["lincoln", "washington"]
    assert await schools("auditor", params={"school_id": "washington"}) == ["washington"]


async def test_who_reads_students_back_is_on_record(lincoln: LincolnHigh) -> None:
    await lincoln.ask("sis_client", "GET", "/v1/students")

    accesses = (await lincoln.ask("auditor", "GET", "/v1/students/ana/accesses")).json()["accesses"]

    assert (accesses[0]["subject"], accesses[0]["route"]) == ("sis_client", "/v1/students")


@pytest.mark.parametrize("cursor", ["x", "WyJhIl0", "WzEsMl0", "WyJhIiwiYiIsImMiXQ"])
async def test_a_cursor_of_another_list_is_refused(lincoln: LincolnHigh, cursor: str) -> None:
    answer = await lincoln.ask("sis_client", "GET", "/v1/school-enrollments", params={"cursor": cursor})

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/not-a-cursor")
