"""A student's register for a school year: as JSON, as CSV, or as pages to print."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response

from services.roll import access_log
from services.roll.register import ENROLLMENTS, assemble_register
from services.roll.register_csv import register_csv
from services.roll.register_pdf import register_pdf
from services.roll.students import NoSuchStudent, find_student
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.reading import Register
from shared.schema.refusals import Refusal
from shared.schema.roster import SchoolYear

router = APIRouter(tags=["reading"])
REGISTER = "/v1/students/{student_id}/register"
READERS = ("attendance_clerk", "principal", "district_office", "auditor")
JSON, CSV, PDF = "application/json", "text/csv", "application/pdf"
KNOWN = {JSON: JSON, "application/*": JSON, "*/*": JSON, CSV: CSV, "text/*": CSV, PDF: PDF}


class NotAcceptable(Refusal):
    """The register is not written in any form that you accept."""

    status = 406


@router.get(
    REGISTER,
    response_model=Register,
    responses=refusals(NoSuchStudent, NotAcceptable) | {200: {"content": {CSV: {}, PDF: {}}}},
)
async def read_register(
    student_id: Annotated[Id, Path()],
    school_year: Annotated[SchoolYear, Query()],
    asking: WhoAsks,
    database: Storage,
    accept: Annotated[str, Header(max_length=1000, description=f"{JSON}, {CSV} or {PDF}")] = JSON,
) -> Response:
    """The nine items of 8 NYCRR 104.1(d), day by day, and which of them are missing (rule NY-1)."""
    asking.require_role(*READERS)
    form = form_of(accept)
    async with database.bare(asking.district_id) as connection:
        register = await register_for(connection, asking, student_id, school_year)
        await access_log.note_access(connection, asking, access_log.student(student_id), REGISTER, [student_id])
    # The access is on record by here; what follows is slow and needs no connection.
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if form == JSON:
        return Response(register.model_dump_json(), media_type=JSON, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="register-{student_id}-{school_year}.{form[-3:]}"'
    if form == CSV:
        return Response(register_csv(register), media_type=CSV, headers=headers)
    return Response(await asyncio.to_thread(register_pdf, register), media_type=PDF, headers=headers)


def form_of(accept: str) -> str:
    """The first form named that there is. Raises NotAcceptable."""
    for named in accept.split(","):
        form = KNOWN.get(named.split(";")[0].strip().lower())
        if form is not None:
            return form
    raise NotAcceptable(f"Accept {JSON}, {CSV} or {PDF}.")


async def register_for(connection: Any, asking: Asking, student_id: str, school_year: int) -> Register:
    """The register, as far as the reader's schools go. Raises NoSuchStudent for a student of other schools."""
    student = await find_student(connection, asking.district_id, student_id)
    rows = await connection.fetch(ENROLLMENTS, asking.district_id, [student_id], school_year, asking.at)
    ours = [row for row in rows if asking.principal.may_see_school(row["school_id"])]
    if asking.principal.schools is not None and not ours:
        raise NoSuchStudent("She is not enrolled in your schools in this school year.")
    return await assemble_register(connection, asking.district_id, student, school_year, ours, asking.at)
