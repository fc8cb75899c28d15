"""Texas's averages of a year, each by its name: of a six-weeks, aggregate, refined, under the migrant rule."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from fastapi import APIRouter

from services.credit.averaging import Average, as_percent
from services.credit.day_count import DayCount
from services.credit.figures import Figure, figure
from services.credit.formulas.texas_year import TexasYearLaw
from services.credit.not_taken import say_all
from services.credit.read_ada import SchoolYear, Through
from services.credit.sheet_library import Library, NoSuchSchool, Reader, View, totals
from services.credit.texas_ada import (
    TrackPeriod,
    ada_of_period,
    by_number,
    rate_of_attendance,
    track_periods,
    year_averages,
)
from services.credit.texas_tables import find_figures, find_rows
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.credit import DayTotals
from shared.schema.not_taken import NotTakenUsed
from shared.schema.texas import FlexibleMinutes, YearFigures

router = APIRouter(tags=["texas"])


class FlexibleTotals(Schema):
    """Flexible attendance (TX-23). `minutes_too_short` are of days too short to earn any, `minutes_astray` of days on
    which the student had another code; neither earns anything. `students_without_minutes` are unknown, not absent."""

    students: int
    students_without_minutes: tuple[Id, ...]
    eligible_minutes: int
    ineligible_minutes: int
    minutes_too_short: int
    minutes_astray: int


class TexasPeriod(Schema):
    """A six-weeks. `totals` are of the official roll; `ada` has flexible attendance in it. Waived days are in neither
    side. A rate of attendance is published in percent."""

    period: int
    begins_on: date
    ends_before: date
    days_taught: int
    days_waived: int
    totals: DayTotals
    flexible: FlexibleTotals
    ada: Figure
    rate_of_attendance: Figure
    not_taken: tuple[NotTakenUsed, ...]


class TexasYear(Schema):
    """A school's year, or (null) the district's. `missing` is what has to be known before the rest can be said."""

    school_id: Id | None
    periods: tuple[TexasPeriod, ...]
    aggregate_ada: Figure
    refined_ada: Figure
    rate_of_attendance: Figure
    migrant_ada: Figure
    target_rate_ada: Figure | None
    missing: tuple[str, ...]


class TexasAda(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[TexasYear, ...]


@router.get("/v1/texas/ada", responses=refusals(NoSuchSchool, NotOfTexas, BeforeTheLaw))
async def read_texas_ada(
    reader: Reader, library: Library, school_year: SchoolYear, school_id: Id | None = None, through: Through = None
) -> TexasAda:
    """Every school in Texas that you may see, and, when you may see all, the district."""
    async with texas_view(library, reader, school_id) as view:
        figures = await find_figures(view.connection, reader.district_id, school_year)
        schools = await periods_of_schools(view, school_year, through)
        if not schools:
            raise NotOfTexas("Check the school year, and the school's jurisdiction and reporting periods.")
        rows = [_year(view, name, periods, figures.get(name), school_year) for name, periods in schools.items()]
        if school_id is None and reader.principal.schools is None:
            everything = [one for periods in schools.values() for one in periods]
            rows.append(_year(view, None, everything, figures.get(None), school_year))
        return TexasAda(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


async def periods_of_schools(view: View, school_year: int, through: date | None) -> dict[str, list[TrackPeriod]]:
    """The six-weeks of every school of the view, by track. Raises NoLawInForce."""
    found: dict[str, list[TrackPeriod]] = {}
    for name, school in view.schools.items():
        district_id, today = view.asking.district_id, view.today(name)
        minutes = await find_rows(view.connection, district_id, "flexible_minutes", FlexibleMinutes, name)
        periods = track_periods(
            school.facts, school.built, view.values, view.cases, view.lawbook, minutes, school_year,
            min(through or today, today),
        )  # fmt: skip
        if periods:
            found[name] = periods
    return found


def _year(
    view: View, school_id: str | None, periods: Sequence[TrackPeriod], figures: YearFigures | None, school_year: int
) -> TexasYear:
    law: TexasYearLaw = view.lawbook["texas_year"].law
    year = year_averages(periods, figures, school_year, law)
    rounding = law.published_ada.in_force(min(one.row.begins_on for one in periods))
    return TexasYear(
        school_id=school_id,
        periods=tuple(_period(number, together, law) for number, together in by_number(periods).items()),
        aggregate_ada=figure(year.aggregate, rounding),
        refined_ada=figure(year.refined, rounding),
        rate_of_attendance=rate_figure(year.rate),
        migrant_ada=figure(year.migrant, rounding),
        target_rate_ada=None if year.target is None else figure(year.target, rounding),
        missing=year.missing,
    )


def rate_figure(rate: Average) -> Figure:
    """A rate, published in percent to two decimals; exactly, it is from 0 to 1."""
    exact: Fraction | None = rate.value
    return Figure(
        what=rate.what,
        published=None if exact is None else str(as_percent(exact)),
        exact=None if exact is None else str(exact),
        because=rate.because,
        citation=str(rate.under),
    )


def _period(number: int, together: Sequence[TrackPeriod], law: TexasYearLaw) -> TexasPeriod:
    rows, flexible = [one.row for one in together], [one.flexible for one in together]
    count = sum((one.count for one in together), DayCount())
    begins_on = min(row.begins_on for row in rows)
    return TexasPeriod(
        period=number,
        begins_on=begins_on,
        ends_before=max(row.ends_before for row in rows),
        days_taught=max(row.days_taught for row in rows),
        days_waived=max(one.days_waived for one in together),
        totals=totals(count),
        flexible=FlexibleTotals(
            students=len(frozenset[str]().union(*(one.students for one in flexible))),
            students_without_minutes=tuple(sorted(frozenset[str]().union(*(one.without_minutes for one in flexible)))),
            eligible_minutes=sum(minutes for one in flexible for minutes in one.eligible),
            ineligible_minutes=sum(minutes for one in flexible for minutes in one.ineligible),
            minutes_too_short=sum(one.too_short for one in flexible),
            minutes_astray=sum(one.astray for one in flexible),
        ),
        ada=figure(ada_of_period(together, law), law.published_ada.in_force(begins_on)),
        rate_of_attendance=rate_figure(rate_of_attendance(together, law, begins_on)),
        not_taken=say_all([untaken for row in rows for untaken in row.untaken]),
    )
