"""Marks by term as a table: what every school's mean was a year ago and is now, in each of the objective's measures."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import APIRouter, Query
from pydantic import ValidationError

from services.program.csv_bodies import CSV_BODY, CsvBody, NotACsv
from services.program.keep_evidence import EvidenceSaid, MeasureSaid
from services.program.lawbook import LAW
from services.program.rights import WRITERS
from services.program.school_facts_csv import decoded
from services.program.selection_documents import canonical
from services.program.tables import EvidenceRow, add
from shared.plumbing.circumstances import Asking, Transaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema, ShortText
from shared.schema.law import NoLawInForce
from shared.schema.refusals import TooLarge, Unprocessable
from shared.schema.roster import SchoolYear

router = APIRouter(tags=["objectives"])
OBJECTIVE: Final = "marks"
COLUMNS: Final = ("school_id", "measure", "before", "now")
NAMESPACE: Final = UUID("0b0c2a4e-5f0a-5d43-9d38-5b1c1c6a7d52")


class _SchoolId(Schema):
    school_id: Id


class ImportedMarks(Schema):
    """`kept` are new; `known` were kept by an earlier import of the same term, with the same numbers."""

    kept: int
    known: int


class NotReadable(Unprocessable):
    """The table cannot be read."""


class RowsRefused(Unprocessable):
    """Some rows cannot be kept, and so none was."""

    def __init__(self, rows: dict[int, str]) -> None:
        super().__init__("Mend them and send the table again.")
        self.errors = [{"pointer": f"/lines/{line}", "detail": because} for line, because in sorted(rows.items())]


@router.post("/v1/marks.csv", responses=refusals(NotReadable, RowsRefused, NotACsv, TooLarge), openapi_extra=CSV_BODY)
async def import_marks(
    raw: CsvBody,
    asking: WhoAsks,
    session: Transaction,
    program_year: Annotated[SchoolYear, Query()],
    term: Annotated[ShortText, Query(description="The marks of one term; a later term takes an earlier one's place.")],
) -> ImportedMarks:
    """Columns school_id, measure, before, now: evidence of the objective. The same table twice changes nothing."""
    asking.require_role(*WRITERS)
    try:
        measures = set(LAW.objectives.of_year(program_year).named(OBJECTIVE).measures)
    except NoLawInForce as refused:
        raise NotReadable(str(refused), "query/program_year") from None
    refused_rows: dict[int, str] = {}
    rows = list(_rows(raw, asking, program_year, term, measures, refused_rows))
    if refused_rows:
        raise RowsRefused(refused_rows)
    kept = [await add(session, row) for row in rows]
    return ImportedMarks(kept=sum(kept), known=len(kept) - sum(kept))


def _rows(
    raw: bytes, asking: Asking, year: int, term: str, measures: set[str], refused: dict[int, str]
) -> Iterator[EvidenceRow]:
    """Raises NotReadable; what a row cannot say goes into `refused`, by line."""
    lines = csv.reader(io.StringIO(decoded(raw)[0], newline=""), strict=True)
    seen: set[tuple[str, str]] = set()
    try:
        if tuple(cell.strip() for cell in next(lines, [])) != COLUMNS:
            raise NotReadable(f"Send the columns {', '.join(COLUMNS)}.")
        for cells in lines:
            if len(cells) != len(COLUMNS):
                refused[lines.line_num] = f"{len(cells)} cells under {len(COLUMNS)} columns"
                continue
            school, measure, before, now = (cell.strip() for cell in cells)
            if measure not in measures or (school, measure) in seen:
                refused[lines.line_num] = f"name each of {', '.join(sorted(measures))} once for a school"
                continue
            seen.add((school, measure))
            try:
                yield _row(asking, year, term, school, measure, before, now)
            except ValidationError:
                refused[lines.line_num] = "before and now are decimal numbers, and the school's id is text"
    except csv.Error:
        raise NotReadable(f"Line {lines.line_num} is no row of a table.") from None


def _row(asking: Asking, year: int, term: str, school: str, measure: str, before: str, now: str) -> EvidenceRow:
    said = MeasureSaid(
        kind="measure", objective=OBJECTIVE, name=measure, before=before, now=now, source=f"marks of {term}"
    )
    identity = uuid5(NAMESPACE, f"{asking.district_id}/{school}/{year}/{term}/{measure}/{before}/{now}")
    return EvidenceRow(
        district_id=asking.district_id,
        evidence_id=identity,
        school_id=_SchoolId(school_id=school).school_id,
        program_year=year,
        kept_at=asking.at,
        kept_by=asking.principal.subject,
        said=canonical(EvidenceSaid(evidence_id=identity, program_year=year, said=said)),
    )
