"""A school's students near the line: who can still make it, with how many absences left, and who just fell under."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.program.ask_credit import CannotBeCounted, NoSuchSchool, read_near_line
from services.program.disclosures import note_disclosure
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood
from services.program.lawbook import LAW
from services.program.program_year import SPAN, year_begins, year_ends_before
from services.program.rights import NotOfYourSchool, require_own_school
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.law import NoLawInForce
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Day, Grade, SchoolYear
from shared.schema.trends import StudentsNearTheLine

router = APIRouter(tags=["students"])
NEAR_LINE = "/v1/schools/{school_id}/near-the-line"


class NoLineThatYear(Unprocessable):
    """The law as we know it draws no line in that program year."""


class NotInThatYear(Unprocessable):
    """The day is not in that program year."""


@router.get(
    NEAR_LINE,
    responses=refusals(
        NotOfYourSchool, NoSuchSchool, NoLineThatYear, NotInThatYear, CannotBeCounted, CreditAway, CreditNotUnderstood
    ),
)
async def students_near_the_line(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    program_year: Annotated[SchoolYear, Query()],
    through: Annotated[Day, Query(description="The last day that counts; days to come never do.")],
    grade: Annotated[Grade | None, Query(description="Every grade if none.")] = None,
    absences_left_at_most: Annotated[int, Query(ge=0, le=400)] = 5,
    fell_since: Annotated[Day | None, Query(description="Two weeks before the last day counted, if none.")] = None,
) -> StudentsNearTheLine:
    """For the school's own counselors and principal. Who read it, and of whom, is put on record first."""
    require_own_school(asking, school_id)
    try:
        line = LAW.line.of_year(program_year)
    except NoLawInForce as refused:
        raise NoLineThatYear(str(refused), "query/program_year") from None
    begins_on, ends_before = year_begins(program_year), year_ends_before(program_year)
    if not begins_on <= through < ends_before:
        raise NotInThatYear(SPAN, "query/through")
    asked = {
        "begins_on": begins_on,
        "ends_before": through + timedelta(days=1),
        "year_ends_before": ends_before,
        "grade": grade,
        "line": line.as_rate,
        "absences_left_at_most": absences_left_at_most,
        "fell_since": fell_since,
    }
    found = await read_near_line(credit, asking.district_id, school_id, asked)
    await note_disclosure(database, asking, school_id, NEAR_LINE, [row.student_id for row in found.rows])
    return found
