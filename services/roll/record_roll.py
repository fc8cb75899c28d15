"""Record one roll under the lock of its school's stream: amendments, and whatever else is not a plain first roll."""

import json
from typing import Any, TypeAlias
from uuid import UUID

from services.roll.ledger import WriteIdReused
from services.roll.rolls import RollPlace, receipt_for
from shared.schema.entries import RollTaken, RosterFixed
from shared.schema.roll import Receipt

RECORD = "SELECT * FROM roll.record_roll($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17)"
LOCK = "SELECT roll.lock_stream($1, $2)"
FixedRoster: TypeAlias = tuple[RosterFixed, bytes]
"""A roster's entry, and its bytes."""


async def record_roll(
    connection: Any,
    place: RollPlace,
    entry: RollTaken,
    roster: FixedRoster | None,
    body: bytes,
    write_id: UUID,
    write_digest: bytes,
) -> tuple[Receipt, bool]:
    """The receipt, and whether it is an earlier one. `place` was read under the stream's lock. Raises WriteIdReused."""
    row = await connection.fetchrow(
        RECORD,
        place.district_id,
        place.stream,
        place.school_id,
        place.section_id,
        place.on,
        place.period_id,
        entry.version - 1,
        entry.roster,
        roster[0].students if roster else None,
        roster[1] if roster else None,
        entry.codes,
        entry.marks,
        json.dumps(entry.teacher_said) if entry.teacher_said else None,
        times_of(entry),
        body,
        write_id,
        write_digest,
    )
    if row["outcome"] == "reused":
        raise WriteIdReused("Make a new id for a new write; send the same body to retry the old one.")
    assert row["outcome"] in ("recorded", "replayed"), "nobody else writes under the lock"
    return receipt_for(write_id, row), row["outcome"] == "replayed"


def times_of(entry: RollTaken) -> str | None:
    """Arrivals and departures as they stand beside the roll."""
    if entry.times is None:
        return None
    return json.dumps(entry.model_dump(mode="json", include={"times"}, exclude_none=True)["times"])
