"""How far credit has followed roll, what waits to be built, and where it has stopped."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from services.credit import anew_tables, stream_tables, tables
from services.credit.not_taken import NOT_TAKEN
from services.credit.own_streams import may_see_stream
from services.credit.sheet_library import Library, Reader
from shared.plumbing.problems import refusals
from shared.schema.base import Schema

router = APIRouter(tags=["status"])


class StreamStatus(Schema):
    """`lag` is how many entries roll was ahead when credit last heard of its head; `alarm` why following stopped."""

    stream: str
    followed: int
    built: int
    head: int
    lag: int
    followed_at: datetime
    alarm: str | None


class AlarmAcknowledged(Schema):
    """An alarm that a person has looked at: who, when, and what was found. The stream was followed on from there."""

    stream: str
    sequence: int
    alarm: str
    acknowledged_by: str
    note: str
    acknowledged_at: datetime


class StreamStood(Schema):
    """Where a stream had been followed to: its epoch, and the entry with its hash (hex)."""

    stream: str
    epoch: str | None
    sequence: int
    hash: str
    alarm: str | None


class FollowedAnew(Schema):
    """The district was followed anew: when, who asked, why, and where each stream stood until then."""

    asked_at: datetime
    asked_by: str
    reason: str
    streams: tuple[StreamStood, ...]


class Status(Schema):
    district_id: str
    streams: tuple[StreamStatus, ...]
    school_days_waiting: int
    alarms: int
    acknowledged: tuple[AlarmAcknowledged, ...] = Field(description="The last hundred, newest first.")
    followed_anew: tuple[FollowedAnew, ...] = Field(description="The last hundred, newest first.")
    not_taken: dict[str, str] = Field(
        description="What reports make of a day whose roll nobody took, by default; see /v1/not-taken-settings."
    )


@router.get("/v1/status", responses=refusals())
async def read_status(reader: Reader, library: Library) -> Status:
    """Every stream that is followed and you may see. One with an alarm stands still until a person has looked."""
    who = reader.principal
    async with library.database.bare(reader.district_id, isolation="repeatable_read", readonly=True) as connection:
        rows = await connection.fetch(
            "SELECT stream, sequence, built, head, alarm, followed_at FROM stream_cursor "
            "WHERE district_id = $1 ORDER BY stream",
            reader.district_id,
        )
        acknowledged = await stream_tables.acknowledged_alarms(connection, reader.district_id)
        anew = await anew_tables.find_followed_anew(connection, reader.district_id)
        waiting = await tables.schools_waiting(connection, reader.district_id)
    streams = tuple(
        StreamStatus(
            stream=row["stream"], followed=row["sequence"], built=row["built"], head=row["head"],
            lag=max(0, row["head"] - row["sequence"]), followed_at=row["followed_at"], alarm=row["alarm"],
        )
        for row in rows
        if may_see_stream(who, row["stream"])
    )  # fmt: skip
    return Status(
        district_id=reader.district_id,
        streams=streams,
        school_days_waiting=sum(days for school_id, days in waiting.items() if who.may_see_school(school_id)),
        alarms=sum(stream.alarm is not None for stream in streams),
        acknowledged=tuple(AlarmAcknowledged(**row) for row in acknowledged if may_see_stream(who, row["stream"])),
        followed_anew=tuple(
            FollowedAnew(**row | {"streams": tuple(at for at in row["streams"] if may_see_stream(who, at["stream"]))})
            for row in anew
        ),
        not_taken=dict(NOT_TAKEN),
    )
