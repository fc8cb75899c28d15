"""Texas's full-time equivalents of a year, refined and under the migrant rule (rules TX-21 and TX-22)."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from services.credit.averaging import Average, total
from services.credit.figures import Figure, figure
from services.credit.formulas.texas_year import TexasYearLaw, refined, under_the_migrant_rule
from services.credit.read_ada import SchoolYear, Through
from services.credit.school_hours import PeriodHours, hours_of_school
from services.credit.sheet_library import Library, NoSuchSchool, Reader
from services.credit.texas_tables import find_figures
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.ruling import Ruling
from shared.schema.texas import YearFigures

router = APIRouter(tags=["texas"])


class EquivalentsOfYear(Schema):
    """One kind of full-time equivalents: each six-weeks', their mean, and the mean of the best where many of the
    enrolled hold certificates of migrant students."""

    periods: tuple[Figure, ...]
    refined: Figure
    migrant: Figure


class EquivalentsRow(Schema):
    """A school, or (null) the district. Bilingual equivalents are not counted: nobody says who is served."""

    school_id: Id | None
    career: EquivalentsOfYear
    special: EquivalentsOfYear


class Equivalents(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[EquivalentsRow, ...]


@router.get("/v1/texas/full-time-equivalents", responses=refusals(NoSuchSchool, NotOfTexas, BeforeTheLaw))
async def read_full_time_equivalents(
    reader: Reader, library: Library, school_year: SchoolYear, school_id: Id | None = None, through: Through = None
) -> Equivalents:
    """Every school in Texas that you may see, and, when you may see all, the district."""
    async with texas_view(library, reader, school_id) as view:
        law: TexasYearLaw = view.lawbook["texas_year"].law
        figures = await find_figures(view.connection, reader.district_id, school_year)
        hours = {
            name: found
            for name, school in view.schools.items()
            if (found := await hours_of_school(view, school, school_year, through))
        }
        if not hours:
            raise NotOfTexas("Check the school year, and the school's jurisdiction and reporting periods.")
        rows = [_row(name, {name: found}, figures.get(name), law) for name, found in hours.items()]
        if school_id is None and reader.principal.schools is None:
            rows.append(_row(None, hours, figures.get(None), law))
        return Equivalents(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


def _row(
    school_id: str | None, hours: Mapping[str, Sequence[PeriodHours]], figures: YearFigures | None, law: TexasYearLaw
) -> EquivalentsRow:
    numbered: dict[int, list[PeriodHours]] = {}
    for periods in hours.values():
        for one in periods:
            numbered.setdefault(one.number, []).append(one)
    career = [_together([one.career() for one in numbered[number]]) for number in sorted(numbered)]
    special = [_together([one.special() for one in numbered[number]]) for number in sorted(numbered)]
    first = min((one for periods in hours.values() for one in periods), key=lambda one: one.begins_on)
    return EquivalentsRow(
        school_id=school_id,
        career=_year("FTE, career and technical", career, first, figures, law),
        special=_year("FTE, special education", special, first, figures, law),
    )


def _together(parts: Sequence[Average]) -> Average:
    """The schools of one six-weeks added."""
    return parts[0] if len(parts) == 1 else total(parts[0].what, parts, parts[0].under)


def _year(
    what: str, periods: Sequence[Average], first: PeriodHours, figures: YearFigures | None, law: TexasYearLaw
) -> EquivalentsOfYear:
    on = first.begins_on
    rounding, rule = law.published_ada.in_force(on), law.migrant_rule.in_force(on)
    if figures is None or figures.migrant_certificates is None or figures.enrolled is None:
        unknown = "not computable: certificates of migrant students and the enrollment are not on record"
        migrant: Average = Ruling(f"{what}, migrant rule", None, unknown, rule.citation)
    else:
        migrant = under_the_migrant_rule(what, periods, figures.migrant_certificates, figures.enrolled, law, on)
    return EquivalentsOfYear(
        periods=tuple(figure(one, rounding) for one in periods),
        refined=figure(refined(what, periods, law.refined_ada.in_force(on)), rounding),
        migrant=figure(migrant, rounding),
    )
