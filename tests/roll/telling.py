"""Telling roll that something is otherwise than Lincoln High began, as its student information system would."""

from typing import Any

from tests.roll.lincoln_high import ROWS, LincolnHigh


def the(collection: str, number: int = 0, **changes: Any) -> dict[str, Any]:
    """A row of Lincoln High as it was first sent, changed."""
    return ROWS[collection][number] | changes


async def tell(lincoln: LincolnHigh, collection: str, *rows: dict[str, Any]) -> dict[str, Any]:
    answer = await lincoln.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said
