"""Keep the register's facts about students and staff. Streams name who changed and never what: it stays erasable."""

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter

from services.roll.keep_roster import KEEPERS, append, upsert_statement
from services.roll.ledger import canonical
from services.roll.row_intake import RowsRefused, Upsert, UpsertAnswer, read_rows
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.entries import DISTRICT_STREAM, PeopleChanged
from shared.schema.roster import Staff, Student

router = APIRouter(tags=["roster"], route_class=BulkJSONRoute)


@dataclass(frozen=True, slots=True)
class People:
    name: Literal["students", "staff"]
    table: str
    key: str
    row: type[Schema]


def keep(people: People) -> Any:
    async def keep_people(upsert: Upsert, asking: WhoAsks, connection: BareTransaction) -> UpsertAnswer:
        asking.require_role(*KEEPERS)
        intake = read_rows(people.row, (people.key,), upsert)
        if intake.refused and upsert.on_refusal == "keep_none":
            raise RowsRefused(intake.refused)
        await connection.execute("SELECT roll.lock_stream($1, $2)", asking.district_id, DISTRICT_STREAM)
        returned = await connection.fetch(
            upsert_statement(people.table, (people.key,), list(people.row.model_fields)),
            asking.district_id,
            "[" + ",".join(row.model_dump_json() for row in intake.rows.values()) + "]",
        )
        if not returned:
            return intake.answer(0, ())
        entry = PeopleChanged(
            at=asking.at,
            by=asking.principal.subject,
            role=asking.principal.role,
            people=people.name,
            ids=tuple(sorted(record[people.key] for record in returned)),
        )
        receipt = await append(connection, asking.district_id, DISTRICT_STREAM, canonical(entry))
        return intake.answer(len(returned), [receipt])

    keep_people.__name__ = f"keep_{people.name}"
    keep_people.__doc__ = (
        f"Add or change {people.name}, named by {people.key}. Rows that say nothing new change nothing."
    )
    return keep_people


for each in (People("students", "student", "student_id", Student), People("staff", "staff", "staff_id", Staff)):
    router.add_api_route(
        f"/v1/{each.name}", keep(each), methods=["POST"], responses=refusals(RowsRefused), name=f"keep_{each.name}"
    )
