"""The rows of a table as what they were told as: the SIS's own rows, by their keys."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.roster_collections import Collection
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


async def standing_rows(
    session: AsyncSession, district_id: str, collection: Collection, alike: Iterable[Schema], on: tuple[str, ...]
) -> dict[tuple[Any, ...], Any]:
    """The rows that are here and have, in the columns `on`, what one of those `alike` has: by their keys."""
    wanted = {tuple(str(getattr(row, name)) for name in on) for row in alike}
    if not wanted:
        return {}
    table = f"roll.{collection.table.__tablename__}"
    columns = ", ".join(f't."{name}"' for name in columns_of(collection.table))
    same = " AND ".join(f't."{name}" = k."{name}"' for name in on)
    connection = await session.connection()
    found = await connection.execute(
        text(
            f"SELECT row_to_json(x)::text FROM (SELECT {columns} "  # noqa: S608 - the names are our tables' own
            f"FROM jsonb_populate_recordset(NULL::{table}, CAST(:wanted AS jsonb)) k "
            f"JOIN {table} t ON t.district_id = :district AND {same}) x"
        ),
        {"district": district_id, "wanted": json.dumps([dict(zip(on, each, strict=True)) for each in wanted])},
    )
    rows = [collection.row.model_validate_json(each) for (each,) in found]
    return {tuple(getattr(each, name) for name in collection.key): each for each in rows}
