"""The tables of following anew, one function a statement, in a transaction of the district."""

import json
from typing import Any

from shared.schema.chain import GENESIS

SET_ASIDE = (
    "DELETE FROM touched WHERE district_id = $1",
    "DELETE FROM sheet WHERE district_id = $1",
    "DELETE FROM roll_times WHERE district_id = $1",
    "DELETE FROM roll_month WHERE district_id = $1",
    "DELETE FROM roll WHERE district_id = $1",
    "DELETE FROM roster WHERE district_id = $1",
    "DELETE FROM lock_release WHERE district_id = $1",
    "DELETE FROM fact WHERE district_id = $1",
    "UPDATE school_version SET facts = facts + 1, build = build + 1 WHERE district_id = $1",
)
"""What is made of the streams alone. Numbers of students and of cases stay: they only name."""


async def keep_followed_anew(connection: Any, district_id: str, by: str, reason: str) -> int:
    """Put on record who, why, and where every stream stood. The number of streams; 0, and nothing kept, without any."""
    streams: int | None = await connection.fetchval(
        "INSERT INTO followed_anew (district_id, asked_by, reason, streams) "
        "SELECT $1, $2, $3, jsonb_agg(jsonb_build_object('stream', stream, 'epoch', epoch, 'sequence', sequence, "
        "'hash', encode(hash, 'hex'), 'alarm', alarm) ORDER BY stream) FROM stream_cursor WHERE district_id = $1 "
        "HAVING count(*) > 0 RETURNING jsonb_array_length(streams)",
        district_id, by, reason,
    )  # fmt: skip
    return streams or 0


async def set_aside(connection: Any, district_id: str) -> None:
    """Every stream stands at its beginning and nothing is folded. Its head stays: there is much to be followed."""
    for statement in SET_ASIDE:
        await connection.execute(statement, district_id)
    await connection.execute(
        'UPDATE stream_cursor SET epoch = NULL, sequence = 0, hash = $2, "after" = NULL, built = 0, alarm = NULL, '
        "followed_at = clock_timestamp() WHERE district_id = $1",
        district_id, GENESIS,
    )  # fmt: skip


async def times_followed_anew(connection: Any, district_id: str) -> int:
    times: int = await connection.fetchval(
        "SELECT count(*)::int FROM followed_anew WHERE district_id = $1", district_id
    )
    return times


async def find_followed_anew(connection: Any, district_id: str) -> list[dict[str, Any]]:
    """Newest first."""
    rows = await connection.fetch(
        "SELECT asked_at, asked_by, reason, streams FROM followed_anew WHERE district_id = $1 "
        "ORDER BY asked_at DESC LIMIT 100",
        district_id,
    )
    return [dict(row) | {"streams": tuple(json.loads(row["streams"]))} for row in rows]
