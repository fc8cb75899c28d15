"""Read back what was sent: every collection in pages, as it would be sent again."""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Query
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import inspect
from starlette.responses import Response

from services.roll import access_log
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.roster_collections import PEOPLE, ROSTER, Collection
from services.roll.tables import columns_of
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema

router = APIRouter(tags=["roster"])
Row = TypeVar("Row", bound=Schema)
OF_THE_DISTRICT = ("sis_client", "district_office", "auditor")
OF_A_SCHOOL = ("attendance_clerk", "principal")
MOST_ROWS = 10_000
STUDENT = "student_id"


class RowPage(Schema, Generic[Row]):
    """Rows in the order of their keys, each as it was sent. `next_cursor` is null when there are no more."""

    rows: tuple[Row, ...]
    next_cursor: str | None


def read(collection: Collection) -> Callable[..., Any]:
    of_schools = _of_schools(collection)
    readers = OF_THE_DISTRICT if collection in PEOPLE else (*OF_THE_DISTRICT, *OF_A_SCHOOL)
    dump = TypeAdapter(RowPage[collection.row])  # type: ignore[name-defined] # known when this runs

    async def read_rows(
        asking: WhoAsks,
        connection: BareTransaction,
        school_id: Annotated[Id | None, Query(description="Only this school's, where a school has them.")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 1000,
        cursor: Annotated[str | None, Query(max_length=1000)] = None,
    ) -> Response:
        asking.require_role(*readers)
        schools = None if asking.principal.schools is None else list(asking.principal.schools)
        if school_id is not None and of_schools:
            schools = [school_id] if asking.principal.may_see_school(school_id) else []
        after = key_after(collection, cursor)
        statement = page_statement(collection, goes_on=cursor is not None)
        mine = schools if of_schools else None
        found = await connection.fetch(statement, asking.district_id, mine, limit + 1, *after)
        rows = [collection.row.model_validate_json(each[0]) for each in found[:limit]]
        shown = sorted({str(getattr(row, STUDENT)) for row in rows}) if STUDENT in collection.key else []
        await access_log.note_access(connection, asking, access_log.DISTRICT, collection.path, shown)
        more = cursor_after(*(str(part) for part in collection.key_of(rows[-1]))) if len(found) > limit else None
        body = dump.dump_json(RowPage(rows=tuple(rows), next_cursor=more), exclude_none=False)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    read_rows.__name__ = f"read_{collection.name}"
    read_rows.__doc__ = f"The district's {collection.words}, or those of the schools that the token names."
    return read_rows


def page_statement(collection: Collection, *, goes_on: bool) -> str:
    """$1 district, $2 schools (NULL: all), $3 how many, and the key to go on after."""
    keys = ", ".join(f't."{name}"' for name in collection.key)
    after = ", ".join(f"${place}" for place, _ in enumerate(collection.key, 4))
    columns = ", ".join(f't."{name}"' for name in columns_of(collection.table))
    mine = "($2::text[] IS NULL OR t.school_id = ANY ($2))" if _of_schools(collection) else "$2::text[] IS NULL"
    return (
        f"SELECT row_to_json(x)::text FROM (SELECT {columns} "  # noqa: S608 - the names are our tables' own
        f"FROM roll.{collection.table.__tablename__} t WHERE t.district_id = $1 AND {mine} "
        + (f"AND ({keys}) > ({after}) " if goes_on else "")
        + f"ORDER BY {keys} LIMIT $3) x"
    )


def key_after(collection: Collection, cursor: str | None) -> tuple[Any, ...]:
    """The key that a cursor means, as the database has it; empty at the beginning. Raises NotACursor."""
    key = key_in(cursor, len(collection.key))
    if key is None:
        return ()
    kinds = [column.type.python_type for column in inspect(collection.table).primary_key[1:]]
    try:
        return tuple(TypeAdapter(kind).validate_python(part) for kind, part in zip(kinds, key, strict=True))
    except ValidationError:
        raise NotACursor("Send the next_cursor of the last page, unchanged.") from None


def _of_schools(collection: Collection) -> bool:
    return "school_id" in columns_of(collection.table)


for each in ROSTER.values():
    router.add_api_route(
        each.path,
        read(each),
        methods=["GET"],
        response_model=RowPage[each.row],  # type: ignore[name-defined] # known when this runs
        responses=refusals(NotACursor),
        name=f"read_{each.name}",
    )
