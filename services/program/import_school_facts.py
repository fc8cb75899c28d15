"""School facts and API scores as the state publishes them: a table, of which nothing is guessed or hidden."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ValidationError

from services.program.csv_bodies import CSV_BODY, CsvBody, NotACsv
from services.program.keep_school_facts import KEEPERS, TARGETS, Kept, NoSuchTarget, SchoolRow, keep_rows
from services.program.lawbook import LAW
from services.program.school_facts_csv import LeftOut, NotATable, OddScore, RefusedRow, Table, read_table
from services.program.tables import SchoolFactsRow, lock_school_facts, newest_school_facts
from shared.plumbing.circumstances import Transaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.refusals import TooLarge, Unprocessable

router = APIRouter(tags=["school facts"])
Column = Annotated[str | None, Query(max_length=100)]


class Imported(Schema):
    """`left_out` rows are no schools; `odd_scores` are kept as they stand; `refused` rows are not kept."""

    kept: Kept
    encoding: str
    left_out: tuple[LeftOut, ...]
    odd_scores: tuple[OddScore, ...]
    refused: tuple[RefusedRow, ...]


class NotReadable(Unprocessable):
    """The table cannot be read."""


class RowsRefused(Unprocessable):
    """Some rows cannot be kept, and so none was."""

    def __init__(self, rows: list[RefusedRow]) -> None:
        super().__init__("Mend them, or send keep_good=true to keep the others.")
        self.errors = [{"pointer": f"/lines/{row.line}", "detail": row.because} for row in rows]


@router.post(
    "/v1/school-facts.csv",
    responses=refusals(NotReadable, RowsRefused, NoSuchTarget, NotACsv, TooLarge),
    openapi_extra=CSV_BODY,
)
async def import_school_facts(
    raw: CsvBody,
    asking: WhoAsks,
    session: Transaction,
    enrollment: Annotated[list[str], Query(max_length=10, description="target=column", default_factory=list)],
    school_id: Column = None,
    name: Column = None,
    level: Column = None,
    api: Column = None,
    record: Column = None,
    keep_good: Annotated[bool, Query(description="Keep the good rows although others are refused.")] = False,
) -> Imported:
    """Schools by text id, in UTF-8 or Latin-1; the parameters name columns that are called otherwise.

    A fact that the table has no column for stays as it was; a school that is not in it, too.
    """
    asking.require_role(*KEEPERS)
    targets = dict(_target(pair) for pair in enrollment)
    named = {"school_id": school_id, "name": name, "level": level, "api": api, "record": record}
    scale = LAW.selection.root[-1].api_scale
    try:
        table = read_table(raw, {mean: column for mean, column in named.items() if column}, targets, scale)
    except NotATable as refused:
        raise NotReadable(f"{refused}.") from None
    await lock_school_facts(session, asking.district_id)
    known = {row.school_id: row for row in await newest_school_facts(session, asking.district_id)}
    rows = list(_rows(table, known).values())
    if table.refused and not keep_good:
        raise RowsRefused(table.refused)
    return Imported(
        kept=await keep_rows(session, asking, rows, known),
        encoding=table.encoding,
        left_out=tuple(table.left_out),
        odd_scores=tuple(table.odd),
        refused=tuple(table.refused),
    )


def _target(pair: str) -> tuple[str, str]:
    target, _, column = pair.partition("=")
    if target not in TARGETS or not column:
        raise NoSuchTarget("Write target=column, with a target grade of the law.", "query/enrollment")
    return target, column


def _rows(table: Table, known: Mapping[str, SchoolFactsRow]) -> dict[int, SchoolRow]:
    """What each line makes of its school; lines that make none are refused."""
    rows = {}
    for line, said in table.rows.items():
        try:
            rows[line] = SchoolRow.model_validate(_before(known.get(said["school_id"])) | said)
        except ValidationError as invalid:
            first = invalid.errors(include_input=False, include_url=False)[0]
            because = f"{'/'.join(map(str, first['loc'])) or 'row'}: {first['msg']}"
            table.refused.append(RefusedRow(line=line, because=because))
    return rows


def _before(earlier: SchoolFactsRow | None) -> dict[str, Any]:
    if earlier is None:
        return {}
    return {"name": earlier.name, "level": earlier.level, "api": earlier.api, "enrollments": earlier.enrollments,
            "place": earlier.place}  # fmt: skip
