"""The tables of certified statements, one function a statement. Rows are added, never changed.

A statement's pieces are written before it, and it names their digest: the database takes it with these and no others.
"""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.credit.anew_tables import times_followed_anew
from services.credit.feed import Followed
from services.credit.statement_pieces import FrozenBytes, Piece, cut, joined
from shared.schema.entries import PeriodUnlocked
from shared.schema.statements import CertifiedStatement, Statement, StatementLock, StatementRequest

Span = tuple[str, date, date]
"""A school, the first day that is locked in it, and the first that is not."""


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement about to be kept."""

    request: StatementRequest
    request_digest: bytes
    through: date
    edition: int
    certified_at: datetime
    certified_by: str
    frozen: FrozenBytes
    places: Mapping[str, Followed]
    spans: tuple[Span, ...]


async def keep_statement(connection: Any, district_id: str, new: NewStatement) -> bool:
    """False when somebody has kept one meanwhile that cannot stand beside it. Nothing is written then."""
    request, frozen = new.request, new.frozen
    places = {name: {"epoch": str(at.epoch), "after": at.after} for name, at in new.places.items()}
    try:
        async with connection.transaction():
            await connection.executemany(
                "INSERT INTO statement_piece (district_id, statement_id, place, school_id, digest, packed) "
                "VALUES ($1, $2, $3, $4, $5, $6)",
                [
                    (district_id, request.statement_id, place, piece.school_id, piece.digest, piece.packed)
                    for place, piece in enumerate(frozen.pieces)
                ],
            )
            await connection.execute(
                "INSERT INTO statement (district_id, statement_id, school_id, school_year, period, through, edition, "
                "supersedes, reason, certified_at, certified_by, request_digest, digest, count_digest, places, "
                "pieces_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                district_id, request.statement_id, request.school_id or "", request.school_year, request.period or 0,
                new.through, new.edition, request.supersedes, request.reason, new.certified_at, new.certified_by,
                new.request_digest, frozen.digest, frozen.count_digest, json.dumps(places), frozen.pieces_digest,
            )  # fmt: skip
            await connection.executemany(
                "INSERT INTO statement_span (district_id, statement_id, school_id, begins_on, ends_before) "
                "VALUES ($1, $2, $3, $4, $5)",
                [(district_id, request.statement_id, *span) for span in new.spans],
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def find_statements(
    connection: Any, district_id: str, *, statement_id: str | None = None, school_year: int | None = None
) -> list[CertifiedStatement]:
    """Newest first; of the year, and the one of that id, where they are named."""
    rows = await connection.fetch(
        "SELECT s.statement_id, s.school_id, s.school_year, s.period, s.through, s.edition, s.supersedes, s.reason, "
        "s.certified_at, s.certified_by, s.digest, s.count_digest, n.statement_id AS superseded_by FROM statement s "
        "LEFT JOIN statement n ON n.district_id = s.district_id AND n.supersedes = s.statement_id "
        "WHERE s.district_id = $1 AND s.statement_id = coalesce($2, s.statement_id) "
        "AND s.school_year = coalesce($3, s.school_year) ORDER BY s.certified_at DESC, s.statement_id",
        district_id, statement_id, school_year,
    )  # fmt: skip
    locks: dict[str, list[StatementLock]] = {}
    for row in await connection.fetch(
        "SELECT p.statement_id, p.school_id, p.begins_on, p.ends_before, l.locked_at, l.sequence, r.released_at, "
        "r.released_by FROM statement_span p "
        "LEFT JOIN statement_lock l ON (l.district_id, l.statement_id, l.school_id, l.anew) "
        "= (p.district_id, p.statement_id, p.school_id, $3) "
        "LEFT JOIN lock_release r ON (r.district_id, r.statement_id, r.school_id) "
        "= (p.district_id, p.statement_id, p.school_id) "
        "WHERE p.district_id = $1 AND p.statement_id = ANY ($2) ORDER BY p.school_id",
        district_id, [row["statement_id"] for row in rows], await times_followed_anew(connection, district_id),
    ):  # fmt: skip
        statement_id, *lock = row
        locks.setdefault(statement_id, []).append(
            StatementLock(**dict(zip(StatementLock.model_fields, lock, strict=True)))
        )
    return [_certified(row, locks.get(row["statement_id"], [])) for row in rows]


def _certified(row: Any, locks: Iterable[StatementLock]) -> CertifiedStatement:
    said = dict(row) | {
        "school_id": row["school_id"] or None,
        "period": row["period"] or None,
        "digest": row["digest"].hex(),
        "count_digest": row["count_digest"].hex(),
    }
    return CertifiedStatement(**said, locks=tuple(locks))


async def find_request_digest(connection: Any, district_id: str, statement_id: str) -> bytes | None:
    found: bytes | None = await connection.fetchval(
        "SELECT request_digest FROM statement WHERE district_id = $1 AND statement_id = $2", district_id, statement_id
    )
    return found


async def find_standing(connection: Any, district_id: str, request: StatementRequest) -> tuple[str, int] | None:
    """The id and edition of the statement that stands for the same school, year and period."""
    row = await connection.fetchrow(
        "SELECT statement_id, edition FROM statement WHERE district_id = $1 AND school_id = $2 AND school_year = $3 "
        "AND period = $4 ORDER BY edition DESC LIMIT 1",
        district_id, request.school_id or "", request.school_year, request.period or 0,
    )  # fmt: skip
    return None if row is None else (row[0], row[1])


async def find_pieces(connection: Any, district_id: str, statement_id: str) -> list[Piece]:
    """The statement's bytes; one that was kept whole is cut into the same pieces."""
    document: bytes | None = await connection.fetchval(
        "SELECT document FROM statement WHERE district_id = $1 AND statement_id = $2", district_id, statement_id
    )
    if document is not None:
        return cut(document)
    rows = await connection.fetch(
        "SELECT school_id, digest, packed FROM statement_piece WHERE district_id = $1 AND statement_id = $2 "
        "ORDER BY place",
        district_id, statement_id,
    )  # fmt: skip
    return [Piece(*row) for row in rows]


async def find_statement(connection: Any, district_id: str, statement_id: str) -> Statement:
    """The statement as a document, with all its students. Raises Damaged."""
    pieces = await find_pieces(connection, district_id, statement_id)
    return await asyncio.to_thread(lambda: Statement.model_validate_json(joined(pieces)))


async def find_places(connection: Any, district_id: str, statement_id: str, said: Statement) -> dict[str, Followed]:
    """Where in each stream the statement stands, as the feed is asked from there on."""
    text = await connection.fetchval(
        "SELECT places FROM statement WHERE district_id = $1 AND statement_id = $2", district_id, statement_id
    )
    places = json.loads(text)
    return {
        at.stream: Followed(
            at.stream, UUID(places[at.stream]["epoch"]), at.sequence, bytes.fromhex(at.hash), places[at.stream]["after"]
        )
        for at in said.streams
    }


async def spans_to_lock(connection: Any, district_id: str) -> list[tuple[str, Span]]:
    """What statements lock and roll has neither confirmed since it was last followed anew, nor released again:
    statement ids and spans."""
    rows = await connection.fetch(
        "SELECT statement_id, school_id, begins_on, ends_before FROM statement_span p WHERE district_id = $1 "
        "AND NOT EXISTS (SELECT FROM statement_lock l WHERE l.district_id = $1 "
        "AND l.statement_id = p.statement_id AND l.school_id = p.school_id AND l.anew = $2) AND NOT EXISTS "
        "(SELECT FROM lock_release r WHERE (r.district_id, r.statement_id, r.school_id) "
        "= ($1, p.statement_id, p.school_id)) "
        "ORDER BY statement_id, school_id",
        district_id,
        await times_followed_anew(connection, district_id),
    )
    return [(row[0], (row[1], row[2], row[3])) for row in rows]


async def keep_release(connection: Any, district_id: str, school_id: str, entry: PeriodUnlocked) -> None:
    """As the school's stream tells it."""
    await connection.execute(
        "INSERT INTO lock_release (district_id, statement_id, school_id, released_at, released_by) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        district_id, entry.statement_id, school_id, entry.at, entry.by,
    )  # fmt: skip


async def keep_lock(
    connection: Any, district_id: str, statement_id: str, school_id: str, at: datetime, sequence: int, hash_: bytes
) -> None:
    await connection.execute(
        "INSERT INTO statement_lock (district_id, statement_id, school_id, locked_at, sequence, hash, anew) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        district_id, statement_id, school_id, at, sequence, hash_,
        await times_followed_anew(connection, district_id),
    )  # fmt: skip
