"""Keep the roster, the calendar and the codes as the SIS says: bulk, idempotent, and every change an entry.

Every collection is sent as JSON or as CSV, by the same rules. What is here is read first, so that rows which say
nothing new hold nobody up; the others are looked at and written under the lock of their streams.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.dangling_rows import refuse_dangling
from services.roll.roster_collections import ROSTER, Collection
from services.roll.row_checks import check_rows
from services.roll.row_csv import NotATable, csv_rows
from services.roll.row_intake import (
    MOST_DIFFERENCES,
    MOST_ROWS,
    HowToKeep,
    Intake,
    OnRefusal,
    RowsRefused,
    Upsert,
    UpsertAnswer,
    difference,
    read_rows,
)
from services.roll.stored_rows import standing_rows
from services.roll.writing_roster import lock_streams_of, write_rows
from shared.plumbing.circumstances import Asking, Storage, Transaction, WhoAsks
from shared.plumbing.json_body import BULK_BODY_LIMIT, BulkJSONRoute, read_whole
from shared.plumbing.problems import refusals
from shared.schema.refusals import Malformed, TooLarge, UnsupportedMediaType

router = APIRouter(tags=["roster"], route_class=BulkJSONRoute)
KEEPERS = ("sis_client", "district_office")
CHARSETS = {"": "utf-8-sig", "utf-8": "utf-8-sig", "iso-8859-1": "latin-1", "latin-1": "latin-1",
            "windows-1252": "windows-1252"}  # fmt: skip


def keep(collection: Collection) -> Callable[..., Any]:
    async def keep_rows(body: Upsert, asking: WhoAsks, session: Transaction) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        return await take_in(session, asking, collection, read_rows(
            collection.row, collection.key, dict(enumerate(body.rows))
        ), body)  # fmt: skip

    keep_rows.__name__ = f"keep_{collection.name}"
    keep_rows.__doc__ = (
        f"Add or change {collection.words}, named by {', '.join(collection.key)}. "
        "Rows that say nothing new change nothing."
    )
    return keep_rows


def keep_as_csv(collection: Collection) -> Callable[..., Any]:
    async def keep_csv(
        request: Request,
        asking: WhoAsks,
        database: Storage,
        on_refusal: Annotated[OnRefusal, Query()] = "keep_none",
        dry_run: Annotated[bool, Query(description="Say what would change, and change nothing.")] = False,
    ) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        how = HowToKeep(on_refusal=on_refusal, dry_run=dry_run)
        table = csv_rows(await read_text(request), collection.row, MOST_ROWS)
        intake = read_rows(collection.row, collection.key, table.rows)
        for name in table.unknown:
            intake.warn(1, name, "there is no such field; the column was passed over")
        async with database.transaction(asking.district_id) as session:
            return await take_in(session, asking, collection, intake, how)

    keep_csv.__name__ = f"keep_{collection.name}_as_csv"
    keep_csv.__doc__ = (
        f"The same as POST {collection.path}, from CSV: the first row names the fields, in any order; an empty cell "
        "says nothing. UTF-8, or the charset that Content-Type declares."
    )
    return keep_csv


for each in ROSTER.values():
    router.add_api_route(
        each.path, keep(each), methods=["POST"], responses=refusals(RowsRefused), name=f"keep_{each.name}"
    )
    router.add_api_route(
        f"{each.path}/csv",
        keep_as_csv(each),
        methods=["POST"],
        responses=refusals(RowsRefused, NotATable, TooLarge, UnsupportedMediaType),
        name=f"keep_{each.name}_as_csv",
        openapi_extra={"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}},
    )


async def take_in(
    session: AsyncSession, asking: Asking, collection: Collection, intake: Intake, how: HowToKeep
) -> UpsertAnswer:
    """Keep the rows of an intake, or say what would become of them. Raises RowsRefused."""
    await refuse_dangling(session, asking.district_id, collection, intake)
    before = await standing_rows(session, asking.district_id, collection, intake.rows.values(), collection.key)
    new = new_rows(collection, intake, before)
    if new and not how.dry_run:
        await lock_streams_of(session, asking.district_id, new.values())
        before = await standing_rows(session, asking.district_id, collection, new.values(), collection.key)
    approvals = await check_rows(session, asking, collection, intake, new, before)
    if not how.dry_run:
        intake.raise_if_none_is_kept(how)
    kept = {number: row for number, row in new.items() if number in intake.rows}
    if how.dry_run:
        differ = [
            difference(number, row, before.get(collection.key_of(row)))
            for number, row in list(kept.items())[:MOST_DIFFERENCES]
        ]
        return intake.answer(len(kept), differences=differ)
    written = await write_rows(session, asking, collection, list(kept.values()), approvals)
    return intake.answer(*written)


def new_rows(collection: Collection, intake: Intake, before: dict[Any, Any]) -> dict[int, Any]:
    """The rows that say something new."""
    return {number: row for number, row in intake.rows.items() if before.get(collection.key_of(row)) != row}


async def read_text(request: Request) -> str:
    """The body of a CSV call. Raises UnsupportedMediaType, TooLarge, Malformed."""
    media, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media.strip().lower() != "text/csv" or charset not in CHARSETS or "content-encoding" in request.headers:
        named = ", ".join(name for name in CHARSETS if name)
        raise UnsupportedMediaType(f"Send Content-Type: text/csv, not compressed; charset one of {named}.")
    raw = await read_whole(request, BULK_BODY_LIMIT)
    try:
        text = raw.decode(CHARSETS[charset])
    except UnicodeDecodeError as failed:
        row = raw[: failed.start].count(b"\n") + 1
        raise Malformed(
            "It is not in the charset that it declares (UTF-8 unless it says so).", f"/rows/{row}"
        ) from None
    if "\0" in text:
        raise Malformed("It has a NUL character.", f"/rows/{text[: text.index(chr(0))].count(chr(10)) + 1}")
    return text
