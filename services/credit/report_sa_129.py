"""New York's form SA-129: attendance by grade band, each band with its own session days (rule NY-13)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from fastapi import APIRouter

from services.credit.averaging import Rounding
from services.credit.built_sheets import TrackSheets, count_cases, total
from services.credit.cases import COLUMNS
from services.credit.count_period import unruled
from services.credit.day_count import DayCount, in_days
from services.credit.figures import Figure, figure
from services.credit.formulas.new_york_year import (
    NewYorkYearLaw,
    SessionDays,
    StateAidAda,
    average_daily_membership,
    district_ada,
    district_adm,
    rate_of_attendance,
    state_aid_ada,
    unadjusted_ada,
)
from services.credit.keep_state_aid_bands import find_bands, in_place_of
from services.credit.read_ada import SchoolYear, Through
from services.credit.school_facts import SchoolFacts
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.not_taken import NotTakenUsed
from shared.schema.roster import ReportingPeriod
from shared.schema.state_aid import StateAidBands

router = APIRouter(tags=["attendance"])
RELIGIOUS_HOLIDAY = "religious holiday"
"""The cause, in the calendar, of a day that is held and leaves the session."""


class Sa129Row(Schema):
    """One grade band on one track in one reporting period. Days not taken are possible, and in no aggregate."""

    school_id: Id
    track_id: Id
    period: int
    band: str
    session_days: int
    religious_holidays: int
    possible_days: str
    aggregate_days: str
    absent_days: str
    not_taken_days: str
    adm: Figure
    unadjusted_ada: Figure
    ada: Figure
    not_computable: str | None
    not_taken: NotTakenUsed
    reading: str | None


class Sa129Total(Schema):
    """All the rows of a reporting period, or those of one band: their averages added before any rounding."""

    period: int
    band: str | None
    adm: Figure
    ada: Figure
    rate: Figure


class Sa129(Schema):
    district_id: Id
    school_year: int
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[Sa129Row, ...]
    by_band: tuple[Sa129Total, ...]
    totals: tuple[Sa129Total, ...]


@router.get("/v1/new-york/sa-129", responses=refusals())
async def report_sa_129(reader: Reader, library: Library, school_year: SchoolYear, through: Through = None) -> Sa129:
    """Every school in New York that you may see, by track, reporting period and grade band.

    The bands are the district's own where it has put some on record, else from memory of the form: `reading` says so.
    """
    async with library.view(reader) as view:
        own = await find_bands(view.connection, reader.district_id)
        found = [
            row
            for school_id, school in view.schools.items()
            if school.facts.school.jurisdiction == "new_york"
            for row in _rows(
                view, school, own, school_year, min(through or view.today(school_id), view.today(school_id))
            )
        ]
        law: NewYorkYearLaw = view.lawbook["new_york_year"].law
        periods = sorted({row.period for row, _ in found})
        bands = dict.fromkeys((row.period, row.band) for row, _ in found)
        return Sa129(
            district_id=reader.district_id,
            school_year=school_year,
            followed_through=view.followed_through,
            law_digest=view.law_digest,
            rows=tuple(row for row, _ in found),
            by_band=tuple(_total(law, found, period, band) for period, band in bands),
            totals=tuple(_total(law, found, period) for period in periods),
        )


def _rows(
    view: View, school: SchoolSheets, own: Sequence[StateAidBands], school_year: int, last: date
) -> Iterator[tuple[Sa129Row, SessionDays]]:
    facts = school.facts
    for period in sorted(facts.reporting_periods, key=lambda period: (period.number, period.track_id)):
        sheets = school.built.get(period.track_id)
        if period.school_year == school_year and sheets is not None:
            before = min(period.ends_before or date.max, last + timedelta(days=1))
            law: NewYorkYearLaw = view.lawbook["new_york_year"].law
            rule = in_place_of(law.state_aid_ada.in_force(period.begins_on), own, period.begins_on)
            yield from _rows_of_period(view, facts, sheets, period, before, rule)


def _rows_of_period(
    view: View, facts: SchoolFacts, sheets: TrackSheets, period: ReportingPeriod, before: date, rule: StateAidAda
) -> Iterator[tuple[Sa129Row, SessionDays]]:
    rounding = view.lawbook["new_york_year"].law.published_ada.in_force(period.begins_on)
    taught = [on for on in facts.days_taught.get(period.track_id, ()) if period.begins_on <= on < before]
    holidays = {on for on in taught if is_religious_holiday(facts, period.track_id, on)}
    window = sheets.between(period.begins_on, before)
    days, cases = sheets.days[window], sheets.cases[window]
    problems = [f"{on}: {said}" for on, told in zip(days, sheets.problems[window], strict=True) for said in told]
    as_set, first, untaken = view.values.as_set("new_york", period.begins_on)
    not_taken = view.values.columns[: view.values.block, COLUMNS.index("not_taken")]
    band = _bands(facts, rule)[facts.members(days)[:, 1:]]
    on_holiday = np.array([on in holidays for on in days], dtype=np.bool_)
    for number, name in enumerate(rule.names):
        of_band = np.where(band == number, cases, 0)
        counted = count_cases(of_band, as_set)
        if counted.any() or (band == number).any():
            count = total(counted, as_set)
            held = total(count_cases(of_band[on_holiday], as_set), as_set)
            seen = replace(untaken, sixths=int(counted @ not_taken)).say()
            group = SessionDays(count.membership, count.eligible, len(taught), held.eligible, len(holidays))
            why_not = (
                "; ".join([*problems, *sorted(unruled(view.values.place(counted, first), view.cases))][:20]) or None
            )
            yield _row(facts, period, name, group, count, rule, rounding, why_not, seen), group


def _bands(facts: SchoolFacts, rule: StateAidAda) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """The number of each enrollment's band; the last, where an index of -1 leads, is of nobody."""
    numbers = [rule.names.index(rule.band_of(row.grade, row.category)) for row in facts.enrollments]
    return np.array([*numbers, -1])


def is_religious_holiday(facts: SchoolFacts, track_id: str, on: date) -> bool:
    day = facts.calendar.get((track_id, on))
    return day is not None and (day.cause or "").casefold() == RELIGIOUS_HOLIDAY


def _row(
    facts: SchoolFacts, period: ReportingPeriod, band: str, group: SessionDays, count: DayCount, rule: StateAidAda,
    rounding: Rounding, why_not: str | None, seen: NotTakenUsed,
) -> Sa129Row:  # fmt: skip
    return Sa129Row(
        school_id=facts.school.school_id,
        track_id=period.track_id,
        period=period.number,
        band=band,
        session_days=group.days,
        religious_holidays=group.holiday_days,
        possible_days=in_days(group.possible),
        aggregate_days=in_days(group.aggregate),
        absent_days=in_days(count.absent),
        not_taken_days=in_days(count.not_taken),
        adm=figure(average_daily_membership(group, rule), rounding),
        unadjusted_ada=figure(unadjusted_ada(group, rule), rounding),
        ada=figure(state_aid_ada(group, rule), rounding),
        not_computable=why_not,
        not_taken=seen,
        reading=rule.reading,
    )


def _total(
    law: NewYorkYearLaw, found: list[tuple[Sa129Row, SessionDays]], period: int, band: str | None = None
) -> Sa129Total:
    groups = [group for row, group in found if row.period == period and band in (None, row.band)]
    rule, rounding = law.state_aid_ada.root[-1], law.published_ada.root[-1]
    return Sa129Total(
        period=period,
        band=band,
        adm=figure(district_adm(groups, rule), rounding),
        ada=figure(district_ada(groups, rule), rounding),
        rate=figure(rate_of_attendance(groups, rule), rounding),
    )
