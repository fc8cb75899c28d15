"""What Texas's year asks for and rolls do not say, one function a statement. The last edition of a row stands."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from shared.schema.base import Schema
from shared.schema.texas import HandOffCode, WaivedDay, YearFigures

RowT = TypeVar("RowT", bound=Schema)
STANDING = (
    "SELECT DISTINCT ON (school_id, key) school_id, key, edition, row, recorded_at, recorded_by FROM texas_input "
    "WHERE district_id = $1 AND collection = $2 "
)


class Given(NamedTuple):
    """A row as it is to be kept; school '' is the district."""

    school_id: str
    key: str
    row: str


async def keep_rows(
    connection: Any, district_id: str, collection: str, rows: Sequence[Given], at: datetime, by: str
) -> list[tuple[str, str]]:
    """The schools and keys of the rows that say something else than what stood. Call under the district's lock."""
    found = await connection.fetch(
        "INSERT INTO texas_input (district_id, collection, school_id, key, edition, row, recorded_at, recorded_by) "
        "SELECT $1, $2, g.school_id, g.key, coalesce(s.edition, 0) + 1, g.row, $6, $7 "
        "FROM unnest($3::text[], $4::text[], $5::jsonb[]) AS g (school_id, key, row) LEFT JOIN LATERAL "
        "(SELECT edition, row FROM texas_input t WHERE t.district_id = $1 AND t.collection = $2 "
        "AND t.school_id = g.school_id AND t.key = g.key ORDER BY edition DESC LIMIT 1) s ON true "
        "WHERE s.row IS DISTINCT FROM g.row RETURNING school_id, key",
        district_id, collection, *(list(column) for column in zip(*rows, strict=True)), at, by,
    )  # fmt: skip
    return [(row[0], row[1]) for row in found]


async def find_rows(
    connection: Any, district_id: str, collection: str, model: type[RowT], school_id: str | None = None
) -> list[RowT]:
    """The rows that stand: all, or one school's."""
    rows = await connection.fetch(
        STANDING + "AND school_id = coalesce($3, school_id) ORDER BY school_id, key, edition DESC",
        district_id, collection, school_id,
    )  # fmt: skip
    return [model.model_validate_json(row["row"]) for row in rows]


async def find_trail(connection: Any, district_id: str, collection: str, school_id: str) -> list[dict[str, Any]]:
    """Every edition of a school's rows, in the order of their keys and then as they came."""
    rows = await connection.fetch(
        "SELECT edition, row, recorded_at, recorded_by FROM texas_input "
        "WHERE district_id = $1 AND collection = $2 AND school_id = $3 ORDER BY key, edition",
        district_id, collection, school_id,
    )  # fmt: skip
    return [dict(row) | {"row": json.loads(row["row"])} for row in rows]


async def find_waived(connection: Any, district_id: str, school_id: str) -> frozenset[date]:
    """The days that are granted now."""
    rows = await find_rows(connection, district_id, "waived_days", WaivedDay, school_id)
    return frozenset(row.on for row in rows if row.granted)


async def find_figures(connection: Any, district_id: str, school_year: int) -> dict[str | None, YearFigures]:
    """The year's figures, of each school and (None) of the district."""
    rows = await find_rows(connection, district_id, "year_figures", YearFigures)
    return {row.school_id: row for row in rows if row.school_year == school_year}


async def find_event_indicator(connection: Any, district_id: str, school_year: int) -> str | None:
    """The code of the last school year, not after this one, for which the district gave one."""
    rows = await find_rows(connection, district_id, "hand_off_codes", HandOffCode, "")
    begun = [row for row in rows if row.school_year <= school_year]
    last = max(begun, key=lambda row: row.school_year, default=None)
    return None if last is None else last.attendance_event_indicator
