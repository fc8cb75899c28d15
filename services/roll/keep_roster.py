"""Keep the roster, the calendar and the codes as the SIS says: bulk, idempotent, and every change an entry.

One statement a collection writes the rows that are new or different and names them; those rows, whole, become entries
of their schools' streams (the district's for codes). Rows that say nothing new leave no trace.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import APIRouter
from sqlalchemy import ARRAY, Text, cast, func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.local_time import is_time_zone
from services.roll.row_intake import Intake, RowsRefused, Upsert, UpsertAnswer, read_rows
from services.roll.short_days import warn_of_short_days
from services.roll.tables import (
    AttendanceCodeRow,
    BellPeriodRow,
    CalendarDayRow,
    DistrictRow,
    ReportingPeriodRow,
    SchoolEnrollmentRow,
    SchoolRow,
    SectionEnrollmentRow,
    SectionRow,
    SectionTeacherRow,
    StaffRow,
    StudentRow,
    TrackRow,
    key_of,
)
from services.roll.writing import append, lock_stream, upsert
from shared.plumbing.circumstances import Asking, Transaction, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.entries import COLLECTIONS, DISTRICT_STREAM, RosterChanged, StreamReceipt, school_stream

Row = TypeVar("Row", bound=DistrictRow)
router = APIRouter(tags=["roster"], route_class=BulkJSONRoute)
KEEPERS = ("sis_client", "district_office")
ROWS_AN_ENTRY = 1000


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of row: where it is kept, and which other rows it may not name without their being there."""

    name: str
    table: type[DistrictRow]
    refers_to: tuple[type[DistrictRow], ...] = (SchoolRow,)

    @property
    def row(self) -> type[Schema]:
        return COLLECTIONS[self.name]

    @property
    def key(self) -> tuple[str, ...]:
        return key_of(self.table)

    @property
    def path(self) -> str:
        return self.name.replace("_", "-")


KEPT = (
    Collection("attendance_codes", AttendanceCodeRow, ()),
    Collection("schools", SchoolRow, ()),
    Collection("tracks", TrackRow),
    Collection("reporting_periods", ReportingPeriodRow),
    Collection("bell_periods", BellPeriodRow),
    Collection("calendar_days", CalendarDayRow),
    Collection("school_enrollments", SchoolEnrollmentRow, (SchoolRow, StudentRow)),
    Collection("sections", SectionRow),
    Collection("section_teachers", SectionTeacherRow, (SectionRow, StaffRow)),
    Collection("section_enrollments", SectionEnrollmentRow, (SectionRow, StudentRow)),
)


def keep(collection: Collection) -> Any:
    async def keep_rows(body: Upsert, asking: WhoAsks, session: Transaction) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        intake = read_rows(collection.row, collection.key, body)
        await _refuse_dangling(session, collection, intake)
        if intake.refused and body.on_refusal == "keep_none":
            raise RowsRefused(intake.refused)
        changed = await write_rows(session, asking.district_id, collection, list(intake.rows.values()))
        receipts = await append_rows(session, asking, collection, changed)
        return intake.answer(len(changed), receipts, await warn_of_short_days(session, intake.rows))

    keep_rows.__name__ = f"keep_{collection.name}"
    keep_rows.__doc__ = (
        f"Add or change {collection.name.replace('_', ' ')}, named by {', '.join(collection.key)}. "
        "Rows that say nothing new change nothing."
    )
    return keep_rows


for each in KEPT:
    router.add_api_route(
        f"/v1/{each.path}", keep(each), methods=["POST"], responses=refusals(RowsRefused), name=f"keep_{each.name}"
    )


async def _refuse_dangling(session: AsyncSession, collection: Collection, intake: Intake) -> None:
    """Refuse rows that name a school, section, student, member of staff or time zone that is not there."""
    for table in collection.refers_to:
        (name,) = key_of(table)
        there = await _known(session, table, name, intake)
        for number, row in list(intake.rows.items()):
            found = there.get(getattr(row, name))
            if found is None:
                intake.refuse(number, name, f"send the {table.__tablename__} first")
            elif isinstance(found, SectionRow) and found.school_id != row.school_id:
                intake.refuse(number, "school_id", "it is not the section's school")
    if collection.table is SectionRow:
        for section_id, section in (await _known(session, SectionRow, "section_id", intake)).items():
            for number, row in list(intake.rows.items()):
                if row.section_id == section_id and row.school_id != section.school_id:
                    intake.refuse(number, "school_id", "a section stays in its school")
    if collection.table is SchoolRow:
        for number, row in list(intake.rows.items()):
            if not is_time_zone(row.time_zone):
                intake.refuse(number, "time_zone", "use a name of the IANA time zone database")


async def _known(session: AsyncSession, table: type[Row], name: str, intake: Intake) -> dict[str, Row]:
    named = sorted({getattr(row, name) for row in intake.rows.values()})
    column = getattr(table, name)
    rows = await session.exec(select(table).where(column == func.any(cast(named, ARRAY(Text)))))
    return {getattr(row, name): row for row in rows}


async def write_rows(
    session: AsyncSession, district_id: str, collection: Collection, rows: Sequence[Schema]
) -> list[Schema]:
    """Insert or change the rows, and return those that were new or different. Streams are locked in their order."""
    if not rows:
        return []
    for stream in sorted({stream_of(row) for row in rows}):
        await lock_stream(session, district_id, stream)
    changed = await upsert(session, district_id, collection.table, rows)
    return [row for row in rows if tuple(getattr(row, name) for name in collection.key) in changed]


def stream_of(row: Schema) -> str:
    school_id = getattr(row, "school_id", None)
    return DISTRICT_STREAM if school_id is None else school_stream(school_id)


async def append_rows(
    session: AsyncSession, asking: Asking, collection: Collection, changed: Sequence[Schema]
) -> list[StreamReceipt]:
    """Entries for the rows that changed, in each school's own stream."""
    by_stream: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in changed:
        by_stream[stream_of(row)].append(row.model_dump(mode="json", exclude_none=True))
    receipts = []
    for stream, rows in sorted(by_stream.items()):
        for first in range(0, len(rows), ROWS_AN_ENTRY):
            entry = RosterChanged(
                at=asking.at,
                by=asking.principal.subject,
                role=asking.principal.role,
                collection=collection.name,
                rows=tuple(rows[first : first + ROWS_AN_ENTRY]),
            )
            receipts.append(await append(session, asking.district_id, stream, entry))
    return receipts
