"""The rows of a table as what they were told as: the SIS's own rows, by their keys."""

from typing import Any

from services.roll.tables import DistrictRow, columns_of, key_of
from shared.schema.base import Schema


async def stored_rows(
    connection: Any, district_id: str, table: type[DistrictRow], row: type[Schema], school_id: str | None = None
) -> dict[tuple[Any, ...], Any]:
    """Those of one school, or (None) all. `connection` is in a transaction of the district."""
    columns = ", ".join(f't."{name}"' for name in columns_of(table))
    found = await connection.fetch(
        f"SELECT row_to_json(x)::text FROM (SELECT {columns} FROM roll.{table.__tablename__} t "  # noqa: S608 - ours
        "WHERE t.district_id = $1" + (" AND t.school_id = $2) x" if school_id is not None else ") x"),
        *([district_id] if school_id is None else [district_id, school_id]),
    )
    rows = [row.model_validate_json(each[0]) for each in found]
    return {tuple(getattr(each, name) for name in key_of(table)): each for each in rows}
