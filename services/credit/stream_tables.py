"""How far each stream of roll was followed and built, one function a statement, in a transaction of the district."""

from typing import Any

from services.credit.feed import Followed


async def followed_streams(connection: Any, district_id: str) -> dict[str, Followed]:
    rows = await connection.fetch(
        'SELECT stream, epoch, sequence, hash, "after", head, alarm FROM stream_cursor WHERE district_id = $1',
        district_id,
    )
    return {row["stream"]: Followed(**row) for row in rows}


async def keep_followed(connection: Any, district_id: str, at: Followed) -> None:
    await connection.execute(
        'INSERT INTO stream_cursor (district_id, stream, epoch, sequence, hash, "after", head, alarm) '
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district_id, stream) DO UPDATE SET "
        'epoch = excluded.epoch, sequence = excluded.sequence, hash = excluded.hash, "after" = excluded."after", '
        "head = excluded.head, alarm = excluded.alarm, followed_at = clock_timestamp()",
        district_id, at.stream, at.epoch, at.sequence, at.hash, at.after, at.head, at.alarm,
    )  # fmt: skip


async def keep_built(connection: Any, district_id: str) -> None:
    """Note of every stream whose touched days are all built that the sheets say what it says."""
    await connection.execute(
        "UPDATE stream_cursor c SET built = sequence WHERE c.district_id = $1 AND c.built < c.sequence AND NOT EXISTS "
        "(SELECT FROM touched t WHERE t.district_id = $1 AND c.stream IN ('district', 'school.' || t.school_id))",
        district_id,
    )


async def built_through(connection: Any, district_id: str) -> dict[str, int]:
    rows = await connection.fetch(
        "SELECT stream, built FROM stream_cursor WHERE district_id = $1 ORDER BY stream", district_id
    )
    return {row["stream"]: row["built"] for row in rows}


async def raise_alarm(connection: Any, district_id: str, at: Followed, epoch: Any, alarm: str) -> None:
    await connection.execute(
        "INSERT INTO stream_cursor (district_id, stream, epoch, sequence, hash, head, alarm) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, stream) DO UPDATE SET alarm = excluded.alarm",
        district_id, at.stream, at.epoch or epoch, at.sequence, at.hash, at.head, alarm,
    )  # fmt: skip
