"""How far each stream of roll was followed and built, one function a statement, in a transaction of the district."""

from typing import Any

from services.credit.feed import Followed
from shared.schema.chain import GENESIS


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


async def raise_alarm(connection: Any, district_id: str, at: Followed, epoch: Any) -> None:
    """The stream stands where it is, because of `at.alarm`."""
    await connection.execute(
        "INSERT INTO stream_cursor (district_id, stream, epoch, sequence, hash, head, alarm) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, stream) DO UPDATE SET alarm = excluded.alarm, "
        "head = excluded.head",
        district_id, at.stream, at.epoch or epoch, at.sequence, at.hash, at.head, at.alarm,
    )  # fmt: skip


async def forget_streams(connection: Any, district_id: str, gone: list[str]) -> None:
    """Streams that are to be followed from the beginning, and that roll does not have."""
    await connection.execute(
        "DELETE FROM stream_cursor WHERE district_id = $1 AND stream = ANY ($2) AND epoch IS NULL", district_id, gone
    )


async def note_unheard(connection: Any, district_id: str, heads: dict[str, int]) -> None:
    """Streams of which nothing was followed yet stand at their beginning, so that nobody takes them for not there."""
    await connection.execute(
        "INSERT INTO stream_cursor (district_id, stream, sequence, hash, head) "
        "SELECT $1, stream, 0, $4, head FROM unnest($2::text[], $3::bigint[]) AS n (stream, head) "
        "ON CONFLICT DO NOTHING",
        district_id, list(heads), list(heads.values()), GENESIS,
    )  # fmt: skip


async def note_heads(connection: Any, district_id: str, heads: dict[str, int]) -> None:
    """Streams that are followed no further still say how far roll has gone on."""
    await connection.execute(
        "UPDATE stream_cursor c SET head = n.head FROM unnest($2::text[], $3::bigint[]) AS n (stream, head) "
        "WHERE c.district_id = $1 AND c.stream = n.stream AND c.head < n.head",
        district_id, list(heads), list(heads.values()),
    )  # fmt: skip


async def acknowledge_alarm(connection: Any, district_id: str, stream: str, by: str, note: str) -> str | None:
    """The alarm that stood, now acknowledged: the stream is followed on from where it stopped. None without one."""
    alarm: str | None = await connection.fetchval(
        "WITH stood AS (SELECT alarm, sequence FROM stream_cursor "
        "WHERE district_id = $1 AND stream = $2 AND alarm IS NOT NULL FOR UPDATE), "
        "kept AS (INSERT INTO alarm_acknowledged (district_id, stream, sequence, alarm, acknowledged_by, note) "
        "SELECT $1, $2, sequence, alarm, $3, $4 FROM stood), "
        "resumed AS (UPDATE stream_cursor SET alarm = NULL "
        "WHERE district_id = $1 AND stream = $2 AND alarm IS NOT NULL) SELECT alarm FROM stood",
        district_id, stream, by, note,
    )  # fmt: skip
    return alarm


async def acknowledged_alarms(connection: Any, district_id: str) -> list[Any]:
    """Newest first: the alarms that people have looked at."""
    rows: list[Any] = await connection.fetch(
        "SELECT stream, sequence, alarm, acknowledged_by, note, acknowledged_at FROM alarm_acknowledged "
        "WHERE district_id = $1 ORDER BY acknowledged_at DESC LIMIT 100",
        district_id,
    )
    return rows
