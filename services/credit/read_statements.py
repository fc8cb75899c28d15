"""Read statements: the list of those that were certified, and one of them, byte for byte."""

import base64
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.credit import statement_tables
from services.credit.sheet_library import Library
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.refusals import NotFound
from shared.schema.statements import CertifiedStatement, Statement, Statements

router = APIRouter(tags=["statements"])
READERS = ("district_office", "auditor", "principal")
StatementId = Annotated[Id, Path()]


class NoSuchStatement(NotFound):
    """There is no such statement here."""


def may_read(asking: Asking, statement: CertifiedStatement) -> bool:
    """A statement of the whole district is for those who may see every school."""
    schools = asking.principal.schools
    return schools is None or statement.school_id in schools


@router.get("/v1/statements", responses=refusals())
async def list_statements(
    asking: WhoAsks, library: Library, school_year: Annotated[int | None, Query(ge=1990, le=2100)] = None
) -> Statements:
    """Newest first, each with the digest of its bytes, who certified it, and whether roll has locked its days."""
    asking.require_role(*READERS)
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        found = await statement_tables.find_statements(connection, asking.district_id, school_year=school_year)
    return Statements(statements=tuple(statement for statement in found if may_read(asking, statement)))


@router.get("/v1/statements/{statement_id}", response_model=Statement, responses=refusals(NoSuchStatement))
async def read_statement(statement_id: StatementId, asking: WhoAsks, library: Library) -> Response:
    """The statement's own bytes. `Repr-Digest` (RFC 9530) and `ETag` are of them, whoever asks and whenever."""
    asking.require_role(*READERS)
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        statement = await find_readable(connection, asking, statement_id)
        document = await statement_tables.find_document(connection, asking.district_id, statement_id)
    said = base64.b64encode(bytes.fromhex(statement.digest)).decode()
    headers = {"ETag": f'"{statement.digest}"', "Repr-Digest": f"sha-256=:{said}:", "Cache-Control": "private"}
    return Response(document, media_type="application/json", headers=headers)


async def find_readable(connection: object, asking: Asking, statement_id: str) -> CertifiedStatement:
    """Raises NoSuchStatement, also for one that the asker may not see."""
    found = await statement_tables.find_statements(connection, asking.district_id, statement_id=statement_id)
    if not found or not may_read(asking, found[0]):
        raise NoSuchStatement("See GET /v1/statements for those that you may read.")
    return found[0]
