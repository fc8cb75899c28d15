"""Giving credit what Texas asks for and rolls do not say, as the district's office does."""

import json
from typing import Any

import httpx

from tests.credit.cedar_high import IN_SECTION, JSON, CedarHigh

NUMBERED = "057905001"
UNIQUE = {student: f"100000000{number}" for number, student in enumerate(IN_SECTION)}


async def give(cedar: CedarHigh, path: str, *rows: dict[str, Any], role: str = "district_office") -> httpx.Response:
    body = json.dumps({"rows": rows})
    return await cedar.credit.post(f"/v1/texas/{path}", content=body, headers=cedar.headers(role) | JSON)


async def given(cedar: CedarHigh, path: str, *rows: dict[str, Any]) -> None:
    answer = await give(cedar, path, *rows)
    assert answer.status_code == 200, answer.text


async def numbered(cedar: CedarHigh) -> None:
    """How the state calls the campus and its students."""
    await cedar.caught_up()
    await given(cedar, "campus-numbers", {"school_id": "cedar", "campus_number": NUMBERED})
    ids = [{"school_id": "cedar", "student_id": name, "unique_id": unique} for name, unique in UNIQUE.items()]
    await given(cedar, "unique-student-ids", *ids)
