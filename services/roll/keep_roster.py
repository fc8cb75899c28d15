"""Keep the roster, the calendar and the codes as the SIS says: bulk, idempotent, and every change an entry.

One statement a collection writes the rows that are new or different and names them; those rows, whole, become entries
of their schools' streams (the district's for codes). Rows that say nothing new leave no trace.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from services.roll.ledger import canonical
from services.roll.row_intake import Intake, RowsRefused, Upsert, UpsertAnswer, read_rows
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.entries import COLLECTIONS, DISTRICT_STREAM, RosterChanged, StreamReceipt, school_stream

router = APIRouter(tags=["roster"], route_class=BulkJSONRoute)
KEEPERS = ("sis_client", "district_office")
ROWS_AN_ENTRY = 1000


@dataclass(frozen=True, slots=True)
class Collection:
    """A kind of row: where it is kept, what names it, and what it must not name without its being there."""

    name: str
    table: str
    key: tuple[str, ...]
    refers_to: tuple[str, ...] = ("school",)

    @property
    def row(self) -> type[Schema]:
        return COLLECTIONS[self.name]

    @property
    def path(self) -> str:
        return self.name.replace("_", "-")


KEPT = (
    Collection("attendance_codes", "attendance_code", ("code", "begins_on"), ()),
    Collection("schools", "school", ("school_id",), ()),
    Collection("tracks", "track", ("school_id", "track_id", "school_year")),
    Collection("reporting_periods", "reporting_period", ("school_id", "track_id", "school_year", "number")),
    Collection("bell_periods", "bell_period", ("school_id", "bell_schedule_id", "period_id")),
    Collection("calendar_days", "calendar_day", ("school_id", "track_id", "on")),
    Collection(
        "school_enrollments", "school_enrollment", ("school_id", "student_id", "entry_date"), ("school", "student")
    ),
    Collection("sections", "section", ("section_id",)),
    Collection("section_teachers", "section_teacher", ("section_id", "staff_id", "begins_on"), ("section", "staff")),
    Collection(
        "section_enrollments", "section_enrollment", ("section_id", "student_id", "begins_on"), ("section", "student")
    ),
)


def keep(collection: Collection) -> Any:
    async def keep_rows(upsert: Upsert, asking: WhoAsks, connection: BareTransaction) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        intake = read_rows(collection.row, collection.key, upsert)
        await _refuse_dangling(connection, asking.district_id, collection, intake)
        if intake.refused and upsert.on_refusal == "keep_none":
            raise RowsRefused(intake.refused)
        changed = await write_rows(connection, asking, collection, list(intake.rows.values()))
        receipts = await _append(connection, asking, collection, changed)
        return intake.answer(len(changed), receipts)

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


async def _refuse_dangling(connection: Any, district_id: str, collection: Collection, intake: Intake) -> None:
    """Refuse rows that name a school, section, student or member of staff that is not there."""
    for table in collection.refers_to:
        column = f"{table}_id"
        named = {getattr(row, column) for row in intake.rows.values()}
        known = await connection.fetch(
            f"SELECT * FROM roll.{table} WHERE district_id = $1 AND {column} = ANY ($2)",  # noqa: S608 - names are ours
            district_id,
            list(named),
        )
        there = {row[column]: row for row in known}
        for number, row in list(intake.rows.items()):
            found = there.get(getattr(row, column))
            if found is None:
                intake.refuse(number, column, f"send the {table} first")
            elif table == "section" and found["school_id"] != getattr(row, "school_id", None):
                intake.refuse(number, "school_id", "it is not the section's school")
    if collection.name == "sections":
        await _refuse_moved_sections(connection, district_id, intake)


async def _refuse_moved_sections(connection: Any, district_id: str, intake: Intake) -> None:
    rows = await connection.fetch(
        "SELECT section_id, school_id FROM roll.section WHERE district_id = $1 AND section_id = ANY ($2)",
        district_id,
        [row.section_id for row in intake.rows.values()],
    )
    school_of = {row["section_id"]: row["school_id"] for row in rows}
    for number, row in list(intake.rows.items()):
        section_id, school_id = row.section_id, row.school_id
        if school_of.get(section_id, school_id) != school_id:
            intake.refuse(number, "school_id", "a section stays in its school")


async def write_rows(connection: Any, asking: Asking, collection: Collection, rows: Sequence[Schema]) -> list[Schema]:
    """Insert or change the rows, and return those that were new or different. Streams are locked in their order."""
    if not rows:
        return []
    for stream in sorted({stream_of(row) for row in rows}):
        await connection.execute("SELECT roll.lock_stream($1, $2)", asking.district_id, stream)
    returned = await connection.fetch(
        upsert_statement(collection.table, collection.key, list(collection.row.model_fields)),
        asking.district_id,
        "[" + ",".join(row.model_dump_json() for row in rows) + "]",
    )
    changed = {tuple(record) for record in returned}
    return [row for row in rows if tuple(getattr(row, name) for name in collection.key) in changed]


def upsert_statement(table: str, key: Sequence[str], columns: Sequence[str]) -> str:
    """Insert rows given as a JSON array, change those that differ, and return the key of each that was written."""
    quoted = {column: f'"{column}"' for column in columns}
    names, keys = ", ".join(quoted.values()), ", ".join(quoted[column] for column in key)
    values = ", ".join(f"r.{quoted[column]}" for column in columns)
    rest = [quoted[column] for column in columns if column not in key]
    ours, theirs = ", ".join(f"t.{name}" for name in rest), ", ".join(f"excluded.{name}" for name in rest)
    settings = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO roll.{table} AS t (district_id, {names}) "  # noqa: S608 - names are ours, values are parameters
        f"SELECT $1, {values} FROM jsonb_populate_recordset(NULL::roll.{table}, $2::jsonb) r "
        f"ON CONFLICT (district_id, {keys}) DO UPDATE SET {settings} "
        f"WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs}) "
        f"RETURNING {', '.join('t.' + quoted[column] for column in key)}"
    )


def stream_of(row: Schema) -> str:
    school_id = getattr(row, "school_id", None)
    return DISTRICT_STREAM if school_id is None else school_stream(school_id)


async def _append(
    connection: Any, asking: Asking, collection: Collection, changed: Sequence[Schema]
) -> list[StreamReceipt]:
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
            receipts.append(await append(connection, asking.district_id, stream, canonical(entry)))
    return receipts


async def append(connection: Any, district_id: str, stream: str, body: bytes) -> StreamReceipt:
    link = await connection.fetchrow(
        "SELECT sequence, hash FROM roll.append_entry($1, $2, $3)", district_id, stream, body
    )
    return StreamReceipt(stream=stream, sequence=link["sequence"], hash=bytes(link["hash"]).hex())
