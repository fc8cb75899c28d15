"""Acknowledge an alarm: a person has looked, so the stream is followed on. Who, when and what was found are kept."""

from services.credit import stream_tables, tables
from shared.plumbing.database import Database


async def acknowledge(database: Database, district_id: str, stream: str, by: str, note: str) -> str | None:
    """The alarm that stood; None when there was none. What is still wrong with the stream stops it again at once."""
    async with database.bare(district_id) as connection:
        await tables.lock_district(connection, district_id)
        return await stream_tables.acknowledge_alarm(connection, district_id, stream, by, note)
