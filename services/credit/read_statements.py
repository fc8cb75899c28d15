"""Read statements: the list of those that were certified, and one of them, byte for byte."""

import base64
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse

from services.credit import statement_tables
from services.credit.sheet_library import Library
from services.credit.statement_pieces import written
from services.credit.unchanged import names
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


@router.get(
    "/v1/statements/{statement_id}",
    response_model=Statement,
    responses=refusals(NoSuchStatement) | {304: {"description": "It is what you have: a statement never changes."}},
)
async def read_statement(
    statement_id: StatementId,
    asking: WhoAsks,
    library: Library,
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
    if_none_match: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """The statement's own bytes, a school at a time; packed, where gzip is accepted. `Repr-Digest` (RFC 9530) and
    `ETag` are of the bytes themselves, whoever asks and whenever; a packed answer's tag is weak."""
    asking.require_role(*READERS)
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        statement = await find_readable(connection, asking, statement_id)
        headers = {"Vary": "Accept-Encoding", "Cache-Control": "private", "ETag": f'"{statement.digest}"'}
        if names(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        pieces = await statement_tables.find_pieces(connection, asking.district_id, statement_id)
    digest = bytes.fromhex(statement.digest)
    gzip = any(choice.replace(" ", "") in ("gzip", "gzip;q=1", "gzip;q=1.0") for choice in accept_encoding.split(","))
    if gzip:
        headers |= {"Content-Encoding": "gzip", "ETag": f'W/"{statement.digest}"'}
    else:
        headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(digest).decode()}:"
    return StreamingResponse(written(pieces, digest, gzip=gzip), media_type="application/json", headers=headers)


async def find_readable(connection: object, asking: Asking, statement_id: str) -> CertifiedStatement:
    """Raises NoSuchStatement, also for one that the asker may not see."""
    found = await statement_tables.find_statements(connection, asking.district_id, statement_id=statement_id)
    if not found or not may_read(asking, found[0]):
        raise NoSuchStatement("See GET /v1/statements for those that you may read.")
    return found[0]
