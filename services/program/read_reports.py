"""A school's page and the district's summary: as CSV, or as pages to print."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response

from services.program import district_report, school_report
from services.program.ask_credit import CannotBeCounted, NoSuchSchool, read_trends_and_year
from services.program.district_report import DistrictReport
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood, read_shares
from services.program.kept_selection import NoSuchSelection
from services.program.lawbook import LAW, targets_of
from services.program.program_year import SPAN, year_begins, year_of
from services.program.read_interventions import interventions_of
from services.program.rights import NotOfYourSchool, is_of_the_school, require_reader_of, sight_of
from services.program.school_report import SchoolReport
from services.program.selection_documents import Selection
from services.program.shown_selection import conceal_selection
from services.program.shown_trends import conceal, hidden_grades, hide, uncovered
from services.program.tables import find_selection, newest_school_facts
from services.program.track_objectives import NotInTheProgramYear, track_objectives
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.law import NoLawInForce
from shared.schema.refusals import NotAcceptable
from shared.schema.roster import Day, SchoolYear

router = APIRouter(tags=["reports"])
PDF, CSV = "application/pdf", "text/csv"
KNOWN = {PDF: PDF, "application/*": PDF, "*/*": PDF, CSV: CSV, "text/*": CSV}
FORMS: dict[int | str, dict[str, Any]] = {200: {"content": {PDF: {}, CSV: {}}, "description": "The report."}}
Accept = Annotated[str, Header(max_length=1000, description=f"{PDF} or {CSV}")]
Through = Annotated[Day, Query(description="The last day that counts.")]


def form_of(accept: str) -> str:
    """The first form named that there is. Raises NotAcceptable."""
    for named in accept.split(","):
        form = KNOWN.get(named.split(";")[0].strip().lower())
        if form is not None:
            return form
    raise NotAcceptable(f"Accept {PDF} or {CSV}.")


@router.get(
    "/v1/selections/{selection_id}/report",
    response_class=Response,
    responses=refusals(NoSuchSelection, NotInTheProgramYear, CannotBeCounted, CreditAway, CreditNotUnderstood) | FORMS,
)
async def report_on_selection(
    selection_id: Annotated[UUID, Path()],
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    through: Through,
    accept: Accept = PDF,
) -> Response:
    """The selected schools, how far each has come, and the district's attendance. Small groups as in a selection."""
    form = form_of(accept)
    objectives = await track_objectives(selection_id, asking, database, credit, through)
    year = objectives.program_year
    async with database.snapshot(asking.district_id) as session:
        row = await find_selection(session, asking.district_id, selection_id)
    if row is None:
        raise NoSuchSelection("Check the id; GET /v1/selections lists them.")
    trends, whole_year = await read_trends_and_year(credit, asking.district_id, year_begins(year), through, asking.at)
    sight, targets = sight_of(asking), targets_of(year)
    report = DistrictReport(
        district_id=asking.district_id,
        through=through,
        line=LAW.line.of_year(year).as_rate,
        goal_points=LAW.increase.of_year(year).at_least_percent,
        api_below=LAW.selection.of_year(year).api_below,
        outcome=conceal_selection(Selection.model_validate_json(row.outcome), sight),
        whole=sight.whole,
        schools=objectives.schools,
        weeks=trends.weeks,
        district=conceal(trends.rows, {}, hide(trends.rows, targets) | hide(whole_year.rows, targets))[1],
    )
    name = f"program-{year}-{through}"
    return await _written(form, name, lambda: district_report.as_csv(report), lambda: district_report.as_pdf(report))


@router.get(
    "/v1/schools/{school_id}/report",
    response_class=Response,
    responses=refusals(
        NotOfYourSchool, NoSuchSchool, NotInTheProgramYear, CannotBeCounted, CreditAway, CreditNotUnderstood
    )
    | FORMS,
)
async def report_on_school(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    program_year: Annotated[SchoolYear, Query()],
    through: Through,
    accept: Accept = PDF,
) -> Response:
    """The school's attendance by week, weekday and grade, and its interventions. Small groups are its own."""
    require_reader_of(asking, school_id)
    form = form_of(accept)
    begins_on, reveal = year_begins(program_year), is_of_the_school(asking, school_id)
    if year_of(through) != program_year:
        raise NotInTheProgramYear(SPAN, "query/through")
    try:
        line = LAW.line.of_year(program_year)
    except NoLawInForce as refused:
        raise NotInTheProgramYear(str(refused), "query/program_year") from None
    async with database.snapshot(asking.district_id) as session:
        names = {row.school_id: row.name for row in await newest_school_facts(session, asking.district_id)}
    if school_id not in names:
        raise NoSuchSchool("The program knows no such school: check its id.")
    days = credit, asking.district_id
    trends, whole_year = await read_trends_and_year(*days, begins_on, through, asking.at)
    found = await read_shares(*days, line, begins_on, through + timedelta(days=1))
    kept = await interventions_of(database, credit, asking, school_id, program_year)
    shares = [row for row in found.rows if row.school_id == school_id]
    if reveal:
        schools = uncovered([row for row in trends.rows if row.school_id == school_id], names)
    else:
        targets = targets_of(program_year)
        hidden = hide(trends.rows, targets) | hide(whole_year.rows, targets)
        schools = conceal([row for row in trends.rows if row.school_id == school_id], names, hidden)[0]
        unseen = hidden_grades({row.grade: (row.students - row.students_without_a_rate,) for row in shares}, targets)
        shares = [row for row in shares if row.grade not in unseen and (school_id, row.grade) not in hidden.grades]
    trend = next(iter(schools), None)
    report = SchoolReport(
        school_id=school_id,
        name=names[school_id],
        program_year=program_year,
        through=through,
        line=line.as_rate,
        trend=trend,
        weeks=trends.weeks,
        shares=tuple(shares),
        interventions=kept.interventions,
        days=kept.days,
        whole=reveal,
    )
    name = f"{school_id}-{program_year}-{through}"
    return await _written(form, name, lambda: school_report.as_csv(report), lambda: school_report.as_pdf(report))


async def _written(form: str, name: str, as_csv: Callable[[], str], as_pdf: Callable[[], bytes]) -> Response:
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    headers["Content-Disposition"] = f'attachment; filename="{name}.{form[-3:]}"'
    if form == CSV:
        return Response(as_csv(), media_type=CSV, headers=headers)
    return Response(await asyncio.to_thread(as_pdf), media_type=PDF, headers=headers)
