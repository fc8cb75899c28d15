"""How rows that say something new are kept: written, and told to the streams of those whom they concern."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.roster_collections import PEOPLE, Collection
from services.roll.writing import append, lock_stream, upsert
from shared.plumbing.circumstances import Asking
from shared.schema.base import Schema
from shared.schema.entries import DISTRICT_STREAM, PeopleChanged, RosterChanged, StreamReceipt, school_stream

ROWS_AN_ENTRY = 1000


def stream_of(row: Schema) -> str:
    school_id = getattr(row, "school_id", None)
    return DISTRICT_STREAM if school_id is None else school_stream(school_id)


async def lock_streams_of(session: AsyncSession, district_id: str, rows: Iterable[Schema]) -> None:
    """In the order of their names, as everybody takes them."""
    for stream in sorted({stream_of(row) for row in rows}):
        await lock_stream(session, district_id, stream)


async def write_rows(
    session: AsyncSession,
    asking: Asking,
    collection: Collection,
    rows: Sequence[Schema],
    approvals: tuple[UUID, ...] = (),
) -> tuple[int, list[StreamReceipt]]:
    """Insert or change the rows: how many said anything new, and the receipts of the entries that say so."""
    if not rows:
        return 0, []
    await lock_streams_of(session, asking.district_id, rows)
    written = await upsert(session, asking.district_id, collection.table, rows)
    if not written:
        return 0, []
    if collection in PEOPLE:
        return len(written), [await _append_people(session, asking, collection, written)]
    changed = [row for row in rows if tuple(getattr(row, name) for name in collection.key) in written]
    return len(changed), await _append_rows(session, asking, collection, changed, approvals)


async def _append_people(
    session: AsyncSession, asking: Asking, people: Collection, written: Iterable[tuple[Any, ...]]
) -> StreamReceipt:
    """Streams name who changed and never what: it stays erasable."""
    entry = PeopleChanged(
        at=asking.at,
        by=asking.principal.subject,
        role=asking.principal.role,
        people="students" if people.name == "students" else "staff",
        ids=tuple(sorted(name for (name,) in written)),
    )
    return await append(session, asking.district_id, DISTRICT_STREAM, entry)


async def _append_rows(
    session: AsyncSession,
    asking: Asking,
    collection: Collection,
    changed: Sequence[Schema],
    approvals: tuple[UUID, ...],
) -> list[StreamReceipt]:
    """Entries for the rows that changed, in each school's own stream (the district's for codes)."""
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
                approval_ids=approvals or None,
            )
            receipts.append(await append(session, asking.district_id, stream, entry))
    return receipts
