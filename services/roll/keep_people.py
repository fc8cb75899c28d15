"""Keep the register's facts about students and staff. Streams name who changed and never what: it stays erasable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.keep_roster import KEEPERS
from services.roll.row_intake import RowsRefused, Upsert, UpsertAnswer, read_rows
from services.roll.tables import DistrictRow, StaffRow, StudentRow, key_of
from services.roll.writing import append, lock_stream, upsert
from shared.plumbing.circumstances import Asking, Transaction, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.entries import DISTRICT_STREAM, PeopleChanged, StreamReceipt
from shared.schema.roster import Staff, Student

router = APIRouter(tags=["roster"], route_class=BulkJSONRoute)


@dataclass(frozen=True, slots=True)
class People:
    name: Literal["students", "staff"]
    table: type[DistrictRow]
    row: type[Schema]


STUDENTS, STAFF = People("students", StudentRow, Student), People("staff", StaffRow, Staff)


def keep(people: People) -> Any:
    (key,) = key_of(people.table)

    async def keep_people(body: Upsert, asking: WhoAsks, session: Transaction) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        intake = read_rows(people.row, (key,), body)
        if intake.refused and body.on_refusal == "keep_none":
            raise RowsRefused(intake.refused)
        return intake.answer(*await write_people(session, asking, people, list(intake.rows.values())))

    keep_people.__name__ = f"keep_{people.name}"
    keep_people.__doc__ = f"Add or change {people.name}, named by {key}. Rows that say nothing new change nothing."
    return keep_people


async def write_people(
    session: AsyncSession, asking: Asking, people: People, rows: Sequence[Schema]
) -> tuple[int, Sequence[StreamReceipt]]:
    """Insert or change the rows: how many said anything new, and the receipt of the entry that says whose they were."""
    await lock_stream(session, asking.district_id, DISTRICT_STREAM)
    written = await upsert(session, asking.district_id, people.table, rows)
    if not written:
        return 0, ()
    entry = PeopleChanged(
        at=asking.at,
        by=asking.principal.subject,
        role=asking.principal.role,
        people=people.name,
        ids=tuple(sorted(name for (name,) in written)),
    )
    return len(written), [await append(session, asking.district_id, DISTRICT_STREAM, entry)]


for each in (STUDENTS, STAFF):
    router.add_api_route(
        f"/v1/{each.name}", keep(each), methods=["POST"], responses=refusals(RowsRefused), name=f"keep_{each.name}"
    )
