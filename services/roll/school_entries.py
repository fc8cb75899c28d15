"""Entries of a school's stream that no roll carries: locks, and approvals."""

from typing import Any
from uuid import UUID

from services.roll import ledger
from shared.plumbing.circumstances import Asking
from shared.schema.entries import Entry, school_stream


def said_by(asking: Asking) -> dict[str, Any]:
    """Who says it, as every entry begins."""
    return {"at": asking.at, "by": asking.principal.subject, "role": asking.principal.role}


async def lock_school(connection: Any, asking: Asking, school_id: str) -> None:
    """From here to commit nobody else writes in the school's stream."""
    await connection.execute("SELECT roll.lock_stream($1, $2)", asking.district_id, school_stream(school_id))


async def append_to_school(
    connection: Any,
    asking: Asking,
    school_id: str,
    entry: Entry,
    write_id: UUID | None = None,
    write_digest: bytes | None = None,
) -> Any:
    """The sequence and hash of the entry."""
    return await connection.fetchrow(
        "SELECT sequence, hash FROM roll.append_entry($1, $2, $3, $4, $5)",
        asking.district_id, school_stream(school_id), ledger.canonical(entry), write_id, write_digest,
    )  # fmt: skip
