"""Average daily attendance by reporting period, for each school and for the district."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.behind import behind
from services.credit.built_sheets import total
from services.credit.count_period import (
    YEAR_LAW,
    PeriodCount,
    explain_counts,
    in_minutes,
    of_the_district,
)
from services.credit.not_taken import say_all
from services.credit.sheet_library import NoSuchSchool, Reader, View, totals
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.credit import AdaAnswer, AdaRow, CaseCount

router = APIRouter(tags=["attendance"])

SchoolYear = Annotated[int, Query(ge=1990, le=2100, description="The year in which the school year ends.")]
Through = Annotated[
    date | None,
    Query(description="The last day that is counted. By default today, in each school's own time zone."),
]


@router.get("/v1/ada", responses=refusals(NoSuchSchool) | UNLESS_UNCHANGED)
async def read_ada(
    reader: Reader,
    library: UnlessUnchanged,
    school_year: SchoolYear,
    school_id: Id | None = None,
    through: Through = None,
    breakdown: bool = False,
) -> AdaAnswer:
    """Days and ADA of each reporting period. Days whose roll was not taken are shown, and are in no other column."""
    async with library.view(reader, only=school_id) as view:
        if school_id is not None:
            view.school(school_id)
        rows = [row for identity in view.schools for row in view.periods(identity, school_year, through)]
        everyone = school_id is None and reader.principal.schools is None
        rows += of_the_district(rows) if everyone else ()
        return AdaAnswer(
            district_id=reader.district_id,
            school_year=school_year,
            followed_through=view.followed_through,
            law_digest=view.law_digest,
            behind=await behind(view, school_id),
            rows=tuple(_row(view, row, breakdown) for row in rows),
        )


def _row(view: View, row: PeriodCount, breakdown: bool) -> AdaRow:
    exact = row.ada.value if row.ada is not None else None
    published, kind = None, "not computed"
    if row.ada is not None:
        rounding = view.lawbook[YEAR_LAW[row.jurisdiction]].law.published_ada.in_force(row.begins_on)
        published = str(rounding.publish(exact)) if exact is not None and not row.problems else None
        kind = f"aggregate, of reporting period {row.number}, to {rounding.places} decimals: {row.ada.under}"
    if minutes := in_minutes(row.cases, view.cases):
        kind += "; without flexible attendance, whose minutes are in /v1/texas/ada"
    why_not = "; ".join(row.problems[:20]) or (row.ada.because if row.ada is not None and exact is None else None)
    return AdaRow(
        school_id=row.school_id,
        jurisdiction=row.jurisdiction,
        period=row.number,
        begins_on=row.begins_on,
        ends_before=row.ends_before,
        days_taught=row.days_taught,
        students=row.students,
        students_at_a_later_roll=row.later_roll,
        counted_in_minutes=minutes,
        totals=totals(total(row.cases, view.values)),
        ada=published,
        ada_kind=kind,
        not_computable=why_not,
        not_taken=say_all(row.untaken),
        readings=row.readings,
        breakdown=tuple(
            CaseCount(student_days=days, because=because, citation=citation, totals=totals(count))
            for days, because, citation, count in explain_counts(row.cases, view.values, view.cases)
        )
        if breakdown
        else (),
    )
