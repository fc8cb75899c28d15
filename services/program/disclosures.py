"""Who has read what of whose attendance: on record before the answer leaves, and read by the office and its auditor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime

from services.program.tables import DisclosureRow, add, disclosures_of
from shared.plumbing.circumstances import Asking, Snapshot, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema

router = APIRouter(tags=["students"])
PAGE = 200


class Disclosure(Schema):
    school_id: Id
    read_at: datetime
    read_by: str
    role: str
    route: str


class Disclosures(Schema):
    """Newest first. `more`: ask again with `before` as the last one's `read_at`."""

    student_id: Id
    disclosures: tuple[Disclosure, ...]
    more: bool


async def note_disclosure(
    database: Database, asking: Asking, school_id: str, route: str, students: Sequence[str]
) -> None:
    """Committed when it returns."""
    if not students:
        return
    row = DisclosureRow(
        district_id=asking.district_id,
        disclosure_id=uuid4(),
        school_id=school_id,
        read_at=asking.at,
        read_by=asking.principal.subject,
        role=asking.principal.role,
        route=route,
        students=sorted(students),
    )
    async with database.transaction(asking.district_id) as session:
        await add(session, row)


@router.get("/v1/students/{student_id}/disclosures", responses=refusals())
async def read_disclosures(
    student_id: Annotated[Id, Path()],
    asking: WhoAsks,
    session: Snapshot,
    before: Annotated[AwareDatetime | None, Query()] = None,
) -> Disclosures:
    """Every time that this student's attendance was shown by the program."""
    asking.require_role("district_office", "auditor")
    rows = await disclosures_of(session, asking.district_id, student_id, before, PAGE + 1)
    return Disclosures(
        student_id=student_id,
        disclosures=tuple(
            Disclosure.model_validate(row.model_dump(exclude={"district_id", "disclosure_id", "students"}))
            for row in rows[:PAGE]
        ),
        more=len(rows) > PAGE,
    )
