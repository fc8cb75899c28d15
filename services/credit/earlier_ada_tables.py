"""The averages of years counted elsewhere, one function a statement. Rows are added, never changed."""

from datetime import datetime
from typing import Any

from shared.schema.illinois import EarlierAda, KeptEarlierAda


async def keep_entry(connection: Any, district_id: str, entry: EarlierAda, at: datetime, by: str) -> EarlierAda:
    """The entry of that id: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO earlier_ada (district_id, entry_id, school_id, school_year, entry, recorded_at, recorded_by) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        district_id, entry.entry_id, entry.school_id or "", entry.school_year, entry.model_dump_json(), at, by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT entry FROM earlier_ada WHERE district_id = $1 AND entry_id = $2", district_id, entry.entry_id
    )
    return EarlierAda.model_validate_json(kept)


async def find_entries(connection: Any, district_id: str) -> list[KeptEarlierAda]:
    """In the order in which they were recorded."""
    rows = await connection.fetch(
        "SELECT entry, recorded_at, recorded_by, entry_id = first_value(entry_id) OVER ("
        "PARTITION BY school_id, school_year ORDER BY recorded_at DESC, entry_id DESC) AS stands "
        "FROM earlier_ada WHERE district_id = $1 ORDER BY recorded_at, entry_id",
        district_id,
    )
    return [
        KeptEarlierAda(
            entry=EarlierAda.model_validate_json(row["entry"]), recorded_at=row["recorded_at"],
            recorded_by=row["recorded_by"], stands=row["stands"],
        )
        for row in rows
    ]  # fmt: skip


async def standing_entries(connection: Any, district_id: str) -> dict[tuple[str | None, int], KeptEarlierAda]:
    """By school (None: the district) and school year."""
    kept = await find_entries(connection, district_id)
    return {(one.entry.school_id, one.entry.school_year): one for one in kept if one.stands}
