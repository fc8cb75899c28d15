"""Rolls as they stand in the database, and what must be known of a place to take its roll."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.roll.ledger import WriteIdReused
from services.roll.marking import Marks
from shared.schema.entries import school_stream
from shared.schema.refusals import NotFound
from shared.schema.roll import Receipt
from shared.schema.roster import AttendanceCode, Jurisdiction

read_codes = TypeAdapter(tuple[AttendanceCode, ...]).validate_json


class Connection(Protocol):
    """What a pool and a connection of asyncpg both offer."""

    async def fetchrow(self, query: str, *arguments: Any) -> asyncpg.Record | None: ...


class NoSuchSection(NotFound):
    """There is no such section in this district."""


@dataclass(frozen=True, slots=True)
class RollAsItStands:
    """A roll that was taken: the student ids of its roster in order, and how each is marked."""

    version: int
    roster: int
    first_sequence: int
    students: tuple[str, ...]
    marks: Marks
    teacher_said: Mapping[str, str]
    times: Mapping[str, Any]

    def marked(self) -> dict[str, str]:
        return dict(zip(self.students, self.marks.unpacked(), strict=True))


@dataclass(frozen=True, slots=True)
class RollPlace:
    """One section on one date in one period: what must be known to take its roll, or to read it."""

    district_id: str
    section_id: str
    on: date
    period_id: str
    school_id: str
    title: str
    time_zone: str
    jurisdiction: Jurisdiction
    meets: bool
    instructional: bool | None
    teaches: bool
    students: tuple[str, ...]
    latest_roster: int
    latest_students: tuple[str, ...] | None
    codes: Mapping[str, AttendanceCode]
    roll: RollAsItStands | None

    @property
    def version(self) -> int:
        return self.roll.version if self.roll else 0

    @property
    def current_roster(self) -> int:
        """The number under which its students are on record, or will be."""
        return self.latest_roster if self.latest_students == self.students else self.latest_roster + 1

    @property
    def stream(self) -> str:
        return school_stream(self.school_id)

    @property
    def names(self) -> dict[str, str]:
        return {"section_id": self.section_id, "on": self.on.isoformat(), "period_id": self.period_id}


async def find_place(
    database: Connection, district_id: str, section_id: str, on: date, period_id: str, staff_id: str
) -> RollPlace:
    """Where a roll belongs, as it is now; `staff_id` is whoever may be its teacher. Raises NoSuchSection."""
    row = await database.fetchrow(
        "SELECT * FROM roll.roll_circumstances($1, $2, $3, $4, $5)", district_id, section_id, on, period_id, staff_id
    )
    return place_from(row, district_id, section_id, on, period_id)


def place_from(row: asyncpg.Record | None, district_id: str, section_id: str, on: date, period_id: str) -> RollPlace:
    """What roll_circumstances answered, if it did. Raises NoSuchSection."""
    if row is None:
        raise NoSuchSection("Check the section's id against GET /v1/me/sections.")
    fixed = None if row["roster_students"] is None else tuple(row["roster_students"])
    return RollPlace(
        district_id=district_id,
        section_id=section_id,
        on=on,
        period_id=period_id,
        school_id=row["school_id"],
        title=row["title"],
        time_zone=row["time_zone"],
        jurisdiction=Jurisdiction(row["jurisdiction"]),
        meets=bool(row["meets"]),
        instructional=row["instructional"],
        teaches=row["teaches"],
        students=tuple(row["students"]) if row["students"] is not None else fixed or (),
        latest_roster=row["roster"] or 0,
        latest_students=fixed,
        codes=codes_by_name(row["known_codes"]),
        roll=None if row["version"] is None else as_it_stands(row),
    )


@lru_cache(maxsize=256)
def codes_by_name(known: str) -> Mapping[str, AttendanceCode]:
    """The codes of a district on a day, which a thousand rolls share."""
    return MappingProxyType({code.code: code for code in read_codes(known)})


def as_it_stands(row: asyncpg.Record) -> RollAsItStands:
    return RollAsItStands(
        version=row["version"],
        roster=row["roll_roster"],
        first_sequence=row["sequence"],
        students=tuple(row["roll_students"]),
        marks=Marks(tuple(row["codes"]), row["marks"]),
        teacher_said=json.loads(row["teacher_said"] or "{}"),
        times=json.loads(row["times"] or "{}"),
    )


def receipt_for(write_id: UUID, row: Mapping[str, Any]) -> Receipt:
    """A receipt from an entry's stream, sequence, hash and stored body."""
    body = json.loads(row["body"])
    return Receipt(
        write_id=write_id,
        stream=row["stream"],
        sequence=row["sequence"],
        hash=bytes(row["hash"]).hex(),
        version=body["version"],
        recorded_at=datetime.fromisoformat(body["at"]),
    )


async def find_write(
    database: Connection, district_id: str, write_id: UUID, write_digest: bytes, *, by: str | None = None
) -> Receipt | None:
    """The receipt of a write that is already kept, or None. Raises WriteIdReused when it said something else.

    `database` must be in a transaction of the district. With `by`, only that subject's own write is found.
    """
    row = await database.fetchrow(
        "SELECT stream, sequence, hash, body, write_digest FROM roll.entry WHERE district_id = $1 AND write_id = $2",
        district_id,
        write_id,
    )
    if row is None or by not in (None, json.loads(row["body"])["by"]):
        return None
    if bytes(row["write_digest"]) != write_digest:
        raise WriteIdReused("Make a new id for a new write; send the same body to retry the old one.")
    return receipt_for(write_id, row)
