"""Texas's days of low attendance: which the state may be asked to leave out, and which it has (rule TX-25)."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
from fastapi import APIRouter

from services.credit.averaging import percent_in_attendance
from services.credit.built_sheets import CaseValues, count_cases, total
from services.credit.day_count import DayCount, in_days
from services.credit.figures import Figure, exact_text
from services.credit.formulas.texas_year import TexasYearLaw, low_attendance_day
from services.credit.read_ada import SchoolYear, Through
from services.credit.read_texas_ada import rate_figure
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SchoolSheets, View
from services.credit.texas_ada import track_periods
from services.credit.texas_tables import find_figures
from services.credit.texas_view import BeforeTheLaw, NotOfTexas, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.roster import ReportingPeriod
from shared.schema.texas import YearFigures

router = APIRouter(tags=["texas"])


class LowAttendanceDay(Schema):
    """A day. `may_be_asked_for` is null where a rate is not known; `waived` says that the grant is on record."""

    on: date
    rate_of_attendance: Figure
    not_taken_days: str
    may_be_asked_for: bool | None
    waived: bool
    because: str
    citation: str


class LowAttendance(Schema):
    """A school's days that fell far enough below the year before, or are waived. `days_tested` were held against it."""

    school_id: Id
    prior_year_percent: str | None
    prior_year_from: str
    days_tested: int
    days_waived: int
    days: tuple[LowAttendanceDay, ...]


class LowAttendanceAnswer(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[LowAttendance, ...]


@router.get("/v1/texas/low-attendance-days", responses=refusals(NoSuchSchool, NotOfTexas, BeforeTheLaw))
async def read_low_attendance(
    reader: Reader, library: Library, school_year: SchoolYear, school_id: Id | None = None, through: Through = None
) -> LowAttendanceAnswer:
    """Every school in Texas that you may see. A day's rate is that of all the school's tracks."""
    async with texas_view(library, reader, school_id) as view:
        figures = await find_figures(view.connection, reader.district_id, school_year)
        rows = [
            _row(view, name, school, school_year, min(through or view.today(name), view.today(name)),
                 figures.get(name) or figures.get(None))
            for name, school in view.schools.items()
            if _periods(school, school_year)
        ]  # fmt: skip
        if not rows:
            raise NotOfTexas("Check the school year, and the school's jurisdiction and reporting periods.")
        return LowAttendanceAnswer(
            district_id=reader.district_id, school_year=school_year, followed_through=view.followed_through,
            law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


def _periods(school: SchoolSheets, school_year: int) -> list[ReportingPeriod]:
    return [period for period in school.facts.reporting_periods if period.school_year == school_year]


def _row(
    view: View, name: str, school: SchoolSheets, school_year: int, last: date, figures: YearFigures | None
) -> LowAttendance:
    law: TexasYearLaw = view.lawbook["texas_year"].law
    prior, source = _prior(view, name, school, school_year, figures, law)
    counts = dict(_counts(view, school, school_year, last))
    waived = {on for on in counts if on in school.facts.waived}
    days = [_day(on, count, prior, waived, source, law) for on, count in sorted(counts.items())]
    return LowAttendance(
        school_id=name,
        prior_year_percent=None if prior is None else exact_text(prior * 100),
        prior_year_from=source,
        days_tested=sum(day.may_be_asked_for is not None for day in days),
        days_waived=len(waived),
        days=tuple(day for day in days if day.waived or day.may_be_asked_for is not False),
    )


def _prior(
    view: View, name: str, school: SchoolSheets, school_year: int, figures: YearFigures | None, law: TexasYearLaw
) -> tuple[Fraction | None, str]:
    """The rate of the year before: as it was given, else as it was counted here."""
    if figures is not None and figures.prior_year_percent is not None:
        return Fraction(figures.prior_year_percent) / 100, "given with the year's figures"
    before = track_periods(
        school.facts, school.built, view.values, view.cases, view.lawbook, (), school_year - 1, view.today(name)
    )
    if not before:
        return None, "not on record: give prior_year_percent with the year's figures"
    if problems := [said for one in before for said in one.row.problems]:
        return None, f"not computable: {problems[0]}"
    rule = law.rate_of_attendance.in_force(min(one.row.begins_on for one in before))
    rate = percent_in_attendance(sum((one.count for one in before), DayCount()), rule)
    return rate.value, f"counted here, of {school_year - 1}: {rate.because}"


def _counts(view: View, school: SchoolSheets, school_year: int, last: date) -> Iterator[tuple[date, DayCount]]:
    """Every day of the year through the last, of all tracks together."""
    found: dict[date, DayCount] = {}
    as_it_is = CaseValues.of(view.values.columns[: view.values.block])
    for period in _periods(school, school_year):
        sheets = school.built.get(period.track_id)
        if sheets is not None:
            window = sheets.between(period.begins_on, min(period.ends_before or date.max, last + timedelta(days=1)))
            for on, cases in zip(sheets.days[window], sheets.cases[window], strict=True):
                counted = total(count_cases(np.asarray(cases), as_it_is), as_it_is)
                found[on] = found.get(on, DayCount()) + counted
    yield from found.items()


def _day(
    on: date, count: DayCount, prior: Fraction | None, waived: set[date], source: str, law: TexasYearLaw
) -> LowAttendanceDay:
    rate = percent_in_attendance(count, law.rate_of_attendance.in_force(on))
    rule = law.low_attendance_day.in_force(on)
    asked: bool | None = None
    because = rate.because if prior is not None else f"the rate of the year before is {source}"
    if prior is not None and rate.value is not None:
        ruling = low_attendance_day(rate.value, prior, len(waived - {on}), rule)
        asked, because = ruling.value, ruling.because
    return LowAttendanceDay(
        on=on, rate_of_attendance=rate_figure(rate), not_taken_days=in_days(count.not_taken),
        may_be_asked_for=asked, waived=on in waived, because=because, citation=str(rule.citation),
    )  # fmt: skip
