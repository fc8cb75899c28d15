"""Illinois's claim: ADA month by month, the year's best three months, and the figure that the claim is paid on.

A year that Rollbook has counted in as many months as the best are taken of is its own count; of any other the
district's record speaks, if there is one. The answer says of each year which (docs/decisions/0092).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from fastapi import APIRouter

from services.credit.averaging import Average, Rounding
from services.credit.built_sheets import total
from services.credit.count_period import PeriodCount, count_periods, of_the_district
from services.credit.earlier_ada_tables import standing_entries
from services.credit.figures import Figure, figure
from services.credit.formulas.illinois_claim import BestMonths, IllinoisClaimLaw, best_months_ada, claim_ada
from services.credit.not_taken import say_all
from services.credit.read_ada import SchoolYear, Through
from services.credit.sheet_library import Library, Reader, View, totals
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.credit import DayTotals
from shared.schema.illinois import KeptEarlierAda
from shared.schema.not_taken import NotTakenUsed
from shared.schema.ruling import Ruling

router = APIRouter(tags=["attendance"])
Record = Mapping[tuple[str | None, int], KeptEarlierAda]


class ClaimMonth(Schema):
    """One reporting period of the school, which in Illinois is a month. Days not taken are in no other column."""

    month: int
    begins_on: date
    ends_before: date
    days_in_session: int
    totals: DayTotals
    ada: Figure
    not_computable: str | None
    not_taken: tuple[NotTakenUsed, ...]
    readings: tuple[str, ...]


class ClaimYear(Schema):
    """A year that the claim looks at: its average, and whose it is. `record` is what the district has on record of the
    year, used or not."""

    school_year: int
    best_months: Figure
    source: Literal["counted by Rollbook", "the district's record"]
    said: str
    record: KeptEarlierAda | None


class ClaimUnit(Schema):
    """A school; or all of them together, whose monthly ADA is the sum of theirs, when `school_id` is null."""

    school_id: Id | None
    months: tuple[ClaimMonth, ...]
    best_months: Figure
    years: tuple[ClaimYear, ...]
    claim: Figure


class IllinoisClaim(Schema):
    """`claim` is of the year after: this year's best months, or the mean with the two years before if that is more."""

    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    units: tuple[ClaimUnit, ...]


@router.get("/v1/illinois/claim", responses=refusals())
async def claim_illinois(
    reader: Reader, library: Library, school_year: SchoolYear, through: Through = None
) -> IllinoisClaim:
    """Every school in Illinois that you may see, and, when you may see all, the district (rule IL-9)."""
    async with library.view(reader) as view:
        years: dict[int, list[PeriodCount]] = {}
        for year in (school_year, school_year - 1, school_year - 2):
            rows = list(_months(view, year, through))
            years[year] = rows + (list(of_the_district(rows)) if reader.principal.schools is None else [])
        units = dict.fromkeys(row.school_id for row in years[school_year])
        record = await standing_entries(view.connection, reader.district_id)
        return IllinoisClaim(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest, units=tuple(_unit(view, unit, years, record) for unit in units),
        )  # fmt: skip


def _months(view: View, year: int, through: date | None) -> Iterable[PeriodCount]:
    for school_id, school in view.schools.items():
        if school.facts.school.jurisdiction == "illinois":
            last = min(through or view.today(school_id), view.today(school_id))
            yield from count_periods(
                school.facts, school.built, view.values, view.cases, view.lawbook, year, last
            )  # fmt: skip


def _unit(view: View, unit: str | None, years: Mapping[int, list[PeriodCount]], record: Record) -> ClaimUnit:
    law: IllinoisClaimLaw = view.lawbook["illinois_claim"].law
    of_unit = {year: [row for row in rows if row.school_id == unit] for year, rows in years.items()}
    months = next(iter(of_unit.values()))
    last = max(row.ends_before for row in months) - timedelta(days=1)
    rule, rounding = law.best_months.in_force(last), law.published_ada.in_force(last)
    told = {year: of_year(rows, record.get((unit, year)), rule) for year, rows in of_unit.items()}
    this_year, *earlier = (average for average, _ in told.values())
    known = [this_year, *(average for average in earlier if average.value is not None)]
    claim = claim_ada(known, law.claim_ada.in_force(last))
    elsewhere = [f"{year} {average.because}" for year, (average, recorded) in told.items() if recorded]
    return ClaimUnit(
        school_id=unit,
        months=tuple(_month(view, row, rounding) for row in months),
        best_months=figure(this_year, rounding),
        years=tuple(
            ClaimYear(
                school_year=year, best_months=figure(average, rounding),
                source="the district's record" if recorded else "counted by Rollbook",
                said=_said(average, recorded, record.get((unit, year))), record=record.get((unit, year)),
            )
            for year, (average, recorded) in told.items()
        ),
        claim=figure(replace(claim, because="; ".join([claim.because, *elsewhere])), rounding),
    )  # fmt: skip


def of_year(rows: list[PeriodCount], record: KeptEarlierAda | None, rule: BestMonths) -> tuple[Average, bool]:
    """The year's best months, and whether they are the district's record's."""
    months = [_average(row) for row in rows if row.days_taught]
    counted = best_months_ada(months, rule)
    if record is None or sum(month.value is not None for month in months) >= rule.months:
        return counted, False
    return Ruling(
        counted.what, Fraction(record.entry.ada), f"from the district's record: {_of(record)}", rule.citation
    ), True


def _said(average: Average, recorded: bool, record: KeptEarlierAda | None) -> str:
    if recorded or record is None:
        return average.because
    return f"{average.because}; the district's record, {record.entry.ada}, is not used: {_of(record)}"


def _of(record: KeptEarlierAda) -> str:
    at = record.recorded_at.isoformat(timespec="seconds")
    return f"{record.entry.document}, put on record by {record.recorded_by} at {at}"


def _average(row: PeriodCount) -> Average:
    """A month that could not be ruled whole has no ADA: it is never among the best."""
    assert row.ada is not None
    if not row.problems:
        return row.ada
    return type(row.ada)(row.ada.what, None, f"not computable: {row.problems[0]}", row.ada.under)


def _month(view: View, row: PeriodCount, rounding: Rounding) -> ClaimMonth:
    return ClaimMonth(
        month=row.number,
        begins_on=row.begins_on,
        ends_before=row.ends_before,
        days_in_session=row.days_taught,
        totals=totals(total(row.cases, view.values)),
        ada=figure(_average(row), rounding),
        not_computable="; ".join(row.problems[:20]) or None,
        not_taken=say_all(row.untaken),
        readings=row.readings,
    )
