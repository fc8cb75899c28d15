"""Students whom several have marked differently: which conflicts are open.

A merge puts on record of whom claims differ after it. Of these, a conflict is open until an entry speaks of the student
again: a later roll, which puts on record anew what is left, or the office's adjustment of her mark.
"""

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from services.roll.rolls import RollPlace
from shared.plumbing.circumstances import Asking
from shared.schema.entries import Claim, RollTaken
from shared.schema.roll import MarkConflict

RollName = tuple[str, date, str]
"""The section, the day and the period of a roll."""

read_claims = TypeAdapter(tuple[Claim, ...]).validate_json

STILL_OPEN = """
    NOT EXISTS (
        SELECT FROM roll.roll_change x
        WHERE x.district_id = c.district_id AND x.section_id = c.section_id AND x."on" = c."on"
          AND x.period_id = c.period_id AND x.sequence > c.sequence
          AND (x.student_id IS NULL OR x.student_id = c.student_id))
"""
"""Whether the row of roll_conflict that a statement calls `c` is of an open conflict."""


def taught_by(staff: str) -> str:
    """Whether `c` is on a roll of somebody's section, hers on that date; `staff` is the parameter that names her."""
    return f"""
        EXISTS (SELECT FROM roll.section_teacher t
                WHERE t.district_id = c.district_id AND t.section_id = c.section_id AND t.staff_id = {staff}
                  AND t.begins_on <= c."on" AND coalesce(c."on" < t.ends_before, true))
    """


OF_ROLLS = f"""
    SELECT c.section_id, c."on", c.period_id, c.student_id, c.claims
    FROM unnest($2::text[], $3::date[], $4::text[]) AS r (section_id, "on", period_id)
    JOIN roll.roll_conflict c ON c.district_id = $1 AND c.section_id = r.section_id AND c."on" = r."on"
        AND c.period_id = r.period_id
    WHERE {STILL_OPEN} AND ($5::text[] IS NULL OR c.school_id = ANY ($5))
      AND ($6::text IS NULL OR {taught_by("$6")})
    ORDER BY c.student_id
"""  # noqa: S608 - both halves are ours

PUT_ON_RECORD = """
    INSERT INTO roll.roll_conflict (district_id, school_id, section_id, "on", period_id, sequence, student_id, claims)
    SELECT $1, $2, $3, $4, $5, $6, c.key, c.value FROM jsonb_each($7::jsonb) c
"""


async def find_conflicts(
    connection: Any, asking: Asking, rolls: Collection[RollName]
) -> dict[RollName, tuple[MarkConflict, ...]]:
    """The open conflicts of those rolls that have some, and that the one who asks may see."""
    principal = asking.principal
    columns = [list(column) for column in zip(*rolls, strict=True)] or [[], [], []]
    schools = None if principal.schools is None else list(principal.schools)
    staff_id = principal.subject if principal.role == "teacher" else None
    found: dict[RollName, tuple[MarkConflict, ...]] = {}
    for row in await connection.fetch(OF_ROLLS, asking.district_id, *columns, schools, staff_id):
        name = row["section_id"], row["on"], row["period_id"]
        found[name] = (*found.get(name, ()), MarkConflict(**conflict_in(row)))
    return found


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
