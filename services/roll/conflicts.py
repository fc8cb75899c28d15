"""Students whom several have marked differently: which conflicts are open.

A merge puts on record of whom claims differ after it. Of these, a conflict is open until an entry speaks of the student
again: a later roll, which puts on record anew what is left, or the office's adjustment of her mark.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from services.roll.rolls import RollPlace
from shared.schema.entries import Claim, RollTaken
from shared.schema.roll import MarkConflict

read_claims = TypeAdapter(tuple[Claim, ...]).validate_json

STILL_OPEN = """
    NOT EXISTS (
        SELECT FROM roll.roll_change x
        WHERE x.district_id = c.district_id AND x.section_id = c.section_id AND x."on" = c."on"
          AND x.period_id = c.period_id AND x.sequence > c.sequence
          AND (x.student_id IS NULL OR x.student_id = c.student_id))
"""
"""Whether the row of roll_conflict that a statement calls `c` is of an open conflict."""

OF_A_ROLL = f"""
    SELECT c.student_id, c.claims FROM roll.roll_conflict c
    WHERE c.district_id = $1 AND c.section_id = $2 AND c."on" = $3 AND c.period_id = $4 AND {STILL_OPEN}
    ORDER BY c.student_id
"""  # noqa: S608 - both halves are ours

PUT_ON_RECORD = """
    INSERT INTO roll.roll_conflict (district_id, school_id, section_id, "on", period_id, sequence, student_id, claims)
    SELECT $1, $2, $3, $4, $5, $6, c.key, c.value FROM jsonb_each($7::jsonb) c
"""


async def find_conflicts(
    connection: Any, district_id: str, section_id: str, on: date, period_id: str
) -> tuple[MarkConflict, ...]:
    """The open conflicts of a roll. `connection` is in a transaction of the district."""
    rows = await connection.fetch(OF_A_ROLL, district_id, section_id, on, period_id)
    return tuple(MarkConflict(**conflict_in(row)) for row in rows)


def conflict_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of roll_conflict as the fields of a MarkConflict: the first of its claims is the one that stands."""
    claims = read_claims(row["claims"])
    return {"student_id": row["student_id"], "stands": claims[0].code, "claims": claims}


async def record_conflicts(connection: Any, place: RollPlace, entry: RollTaken, sequence: int) -> None:
    """Those that are left after the entry."""
    said = entry.model_dump(mode="json", include={"conflicts"}, exclude_none=True)
    if said:
        await connection.execute(
            PUT_ON_RECORD,
            place.district_id, place.school_id, place.section_id, place.on, place.period_id, sequence,
            json.dumps(said["conflicts"]),
        )  # fmt: skip
