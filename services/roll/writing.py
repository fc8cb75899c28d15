"""The few statements by which rows are kept and entries appended in an ordinary transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.ledger import canonical
from services.roll.tables import DistrictRow, columns_of, key_of
from shared.schema.base import Schema
from shared.schema.entries import Entry, StreamReceipt


async def lock_stream(session: AsyncSession, district_id: str, stream: str) -> None:
    """From here to commit nobody else appends to the stream. Take several in the order of their names."""
    connection = await session.connection()
    await connection.execute(
        text("SELECT roll.lock_stream(:district, :stream)"), {"district": district_id, "stream": stream}
    )


async def append(session: AsyncSession, district_id: str, stream: str, entry: Entry) -> StreamReceipt:
    connection = await session.connection()
    link = await connection.execute(
        text("SELECT sequence, hash FROM roll.append_entry(:district, :stream, :body)"),
        {"district": district_id, "stream": stream, "body": canonical(entry)},
    )
    sequence, hash_ = link.one()
    return StreamReceipt(stream=stream, sequence=sequence, hash=bytes(hash_).hex())


async def upsert(
    session: AsyncSession, district_id: str, table: type[DistrictRow], rows: Sequence[Schema]
) -> set[tuple[Any, ...]]:
    """Insert the rows, change those that differ, and return the key of each that was written."""
    connection = await session.connection()
    written = await connection.execute(
        text(upsert_statement(table)),
        {"district": district_id, "rows": "[" + ",".join(row.model_dump_json() for row in rows) + "]"},
    )
    return {tuple(record) for record in written}


def upsert_statement(table: type[DistrictRow]) -> str:
    """The rows come as one JSON array, so that ten thousand are one parameter and one plan."""
    key, columns = key_of(table), columns_of(table)
    quoted = {column: f'"{column}"' for column in columns}
    names, keys = ", ".join(quoted.values()), ", ".join(quoted[column] for column in key)
    values = ", ".join(f"r.{name}" for name in quoted.values())
    rest = [quoted[column] for column in columns if column not in key]
    ours, theirs = ", ".join(f"t.{name}" for name in rest), ", ".join(f"excluded.{name}" for name in rest)
    settings = ", ".join(f"{name} = excluded.{name}" for name in rest)
    place = f"roll.{table.__tablename__}"
    return (
        f"INSERT INTO {place} AS t (district_id, {names}) "  # noqa: S608 - the names are our tables' own
        f"SELECT :district, {values} FROM jsonb_populate_recordset(NULL::{place}, CAST(:rows AS jsonb)) r "
        f"ON CONFLICT (district_id, {keys}) DO UPDATE SET {settings} "
        f"WHERE ROW({ours}) IS DISTINCT FROM ROW({theirs}) "
        f"RETURNING {', '.join('t.' + quoted[column] for column in key)}"
    )
