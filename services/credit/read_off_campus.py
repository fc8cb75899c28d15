"""Texas's days counted present off campus: on which ground, and which are beyond the most (rule TX-14)."""

from datetime import date

from fastapi import APIRouter

from services.credit.read_ada import SchoolYear
from services.credit.sheet_library import Library, NoSuchSchool, Reader
from services.credit.texas_view import BeforeTheLaw, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema

router = APIRouter(tags=["texas"])
OFFICE = ("district_office", "principal", "attendance_clerk", "auditor")
"""Who keeps the documents that a ground rests on."""


class OffCampusDayRow(Schema):
    """A student's day. `counted_present` is false, and `because` says why, where it is an absence."""

    school_id: Id
    student_id: Id
    on: date
    code: str
    ground: str
    counted_present: bool
    because: str


class OffCampusDays(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[OffCampusDayRow, ...]


@router.get("/v1/texas/off-campus-days", responses=refusals(NoSuchSchool, BeforeTheLaw))
async def read_off_campus(
    reader: Reader, library: Library, school_year: SchoolYear, school_id: Id | None = None
) -> OffCampusDays:
    """By school, student and day. Days under a code that the district has given no ground are not held against any."""
    reader.require_role(*OFFICE)
    async with texas_view(library, reader, school_id) as view:
        return OffCampusDays(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest,
            rows=tuple(
                OffCampusDayRow(
                    school_id=name, student_id=day.student_id, on=day.on, code=day.code, ground=day.ground,
                    counted_present=not day.because, because=day.because or "counted present",
                )
                for name, school in view.schools.items()
                for day in school.off_campus
                if day.school_year == school_year
            ),
        )  # fmt: skip
