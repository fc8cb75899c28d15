"""Follow a district anew, from the first entry of every stream: what to do when roll's database was restored.

What was made of the streams is set aside; statements, settings and everything else that people have said here stay.
"""

from services.credit import anew_tables, tables
from shared.plumbing.database import Database


async def follow_anew(database: Database, district_id: str, by: str, reason: str) -> int:
    """The number of streams that stand at their beginning now; 0 when nothing was followed, and then nothing is done.

    The running service follows them by itself, within seconds.
    """
    async with database.bare(district_id) as connection:
        await tables.lock_district(connection, district_id)
        streams = await anew_tables.keep_followed_anew(connection, district_id, by, reason)
        if streams:
            await anew_tables.set_aside(connection, district_id)
        return streams
