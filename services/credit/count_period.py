"""What a school's reporting period comes to: totals, students, ADA. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from services.credit.averaging import Average, aggregate_ada
from services.credit.averaging import total as add_averages
from services.credit.built_sheets import Built, CaseValues, Sixths, count_cases, sum_by_student, total
from services.credit.cases import COLUMNS, LawCase
from services.credit.day_count import DayCount
from services.credit.lawbook import LawFile
from services.credit.minimum_time import readings
from services.credit.not_taken import Untaken, added
from services.credit.school_facts import SchoolFacts
from shared.schema.law import Dated, NoLawInForce, Version
from shared.schema.roster import ReportingPeriod

YEAR_LAW = {
    "texas": "texas_year",
    "california": "california_year",
    "illinois": "illinois_claim",
    "new_york": "new_york_year",
}
"""Where each jurisdiction's law of averages is. The others are not computed yet, and their rows say so."""
_ADA_RULE = {"illinois": "monthly_ada", "new_york": "state_aid_ada"}


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """One reporting period of a school, or of several together. Counts are of what was taught up to `through`."""

    school_id: str | None
    jurisdiction: str
    number: int
    begins_on: date
    ends_before: date
    days_taught: int
    students: int
    cases: Sixths
    ada: Average | None
    later_roll: int
    problems: tuple[str, ...]
    untaken: tuple[Untaken, ...] = ()
    readings: tuple[str, ...] = ()
    """How the district has set the law of these days to be read, where it has set it."""


def count_periods(
    facts: SchoolFacts,
    built: Built,
    values: CaseValues,
    cases: dict[int, LawCase],
    lawbook: dict[str, LawFile],
    school_year: int,
    through: date,
) -> Iterator[PeriodCount]:
    """The school's periods of the year, each over all its tracks. A track's ADA rests on its own days (TX-17)."""
    periods: dict[int, list[ReportingPeriod]] = defaultdict(list)
    for period in facts.reporting_periods:
        if period.school_year == school_year:
            periods[period.number].append(period)
    for number in sorted(periods):
        yield _count(facts, built, values, cases, lawbook, periods[number], through)


def _count(
    facts: SchoolFacts,
    built: Built,
    values: CaseValues,
    cases: dict[int, LawCase],
    lawbook: dict[str, LawFile],
    periods: list[ReportingPeriod],
    through: date,
) -> PeriodCount:
    jurisdiction = facts.school.jurisdiction
    counts = np.zeros(len(values.columns), dtype=np.int64)
    members = np.zeros(len(facts.students), dtype=np.bool_)
    adas: list[Average] = []
    unseen: list[Untaken] = []
    read_so: list[str] = []
    problems: set[str] = set()
    later = most_taught = 0
    for period in periods:
        last = min(period.ends_before or date.max, through + timedelta(days=1))
        taught = facts.days_that_count(period.track_id, period.begins_on, last)
        most_taught = max(most_taught, taught)
        sheets = built.get(period.track_id)
        as_set, first, untaken = values.as_set(jurisdiction.value, period.begins_on)
        of_track = np.zeros(values.block, dtype=np.int64)
        if sheets is not None:
            days = sheets.that_count(period.begins_on, last, facts.waived)
            of_track = count_cases(days.cases, as_set)
            members |= sum_by_student(days.cases, as_set)[:, 0] > 0
            later += int(days.later_roll.sum())
            problems |= {f"{on}: {said}" for on, told in zip(days.days, days.problems, strict=True) for said in told}
        counts += values.place(of_track, first)
        not_taken = int(of_track @ values.columns[: values.block, COLUMNS.index("not_taken")])
        unseen.append(replace(untaken, sixths=not_taken))
        read_so += readings(lawbook, jurisdiction.value, period.begins_on, last)
        if jurisdiction in YEAR_LAW:
            try:
                rule = _ada_rule(lawbook, jurisdiction, period.begins_on)
                adas.append(aggregate_ada(total(of_track, as_set).eligible, taught, rule))
            except NoLawInForce as why:
                problems.add(str(why))
    problems |= unruled(counts, cases)
    if jurisdiction not in YEAR_LAW:
        problems.add(f"Rollbook does not count attendance for {jurisdiction} yet")
    return PeriodCount(
        facts.school.school_id,
        jurisdiction,
        periods[0].number,
        min(period.begins_on for period in periods),
        max(period.ends_before or date.max for period in periods),
        most_taught,
        int(members.sum()),
        counts,
        add_averages("ADA", adas, adas[0].under) if adas else None,
        later,
        tuple(sorted(problems)),
        added(unseen),
        tuple(dict.fromkeys(read_so)),
    )


def _ada_rule(lawbook: dict[str, LawFile], jurisdiction: str, on: date) -> Version:
    law = lawbook[YEAR_LAW[jurisdiction]].law
    rule: Dated[Version] = getattr(law, _ADA_RULE.get(jurisdiction, "ada"))
    return rule.in_force(on)


def unruled(counts: Sixths, cases: dict[int, LawCase]) -> set[str]:
    """How many student-days of each kind that cannot be ruled there are among these, as sentences."""
    return {
        f"{counts[case_no]} student-days cannot be ruled: {case.cannot_rule}"
        for case_no, case in cases.items()
        if case.cannot_rule is not None and counts[case_no]
    }


def in_minutes(counts: Sixths, cases: Mapping[int, LawCase]) -> int:
    """How many of these student-days are of flexible attendance, and so counted in minutes elsewhere."""
    return sum(int(counts[number]) for number in np.flatnonzero(counts).tolist() if cases[number].counted_in_minutes)


def of_the_district(rows: Iterable[PeriodCount]) -> Iterator[PeriodCount]:
    """The schools' rows of each jurisdiction and period together: days and ADA add up, school by school."""
    grouped: dict[tuple[str, int], list[PeriodCount]] = defaultdict(list)
    for row in rows:
        grouped[row.jurisdiction, row.number].append(row)
    for _, together in sorted(grouped.items()):
        adas = [row.ada for row in together if row.ada is not None]
        yield replace(
            together[0],
            school_id=None,
            begins_on=min(row.begins_on for row in together),
            ends_before=max(row.ends_before for row in together),
            days_taught=max(row.days_taught for row in together),
            students=sum(row.students for row in together),
            cases=sum((row.cases for row in together[1:]), together[0].cases),
            ada=add_averages("ADA", adas, adas[0].under) if adas else None,
            later_roll=sum(row.later_roll for row in together),
            problems=tuple(f"{row.school_id}: {said}" for row in together for said in row.problems),
            untaken=added(untaken for row in together for untaken in row.untaken),
            readings=tuple(dict.fromkeys(said for row in together for said in row.readings)),
        )


def explain_counts(counts: Sixths, values: CaseValues, cases: dict[int, LawCase]) -> Iterator[tuple[Any, ...]]:
    """The parts of a sum, greatest first: student-days, because, citation and what they come to."""
    parts: dict[tuple[str, str], list[Any]] = {}
    for case_no in np.flatnonzero(counts).tolist():
        case = cases[case_no]
        one = np.zeros_like(counts)
        one[case_no] = counts[case_no]
        part = parts.setdefault((case.because, case.citation), [0, DayCount()])
        part[0] += int(counts[case_no])
        part[1] += total(one, values)
    for (because, citation), (days, count) in sorted(parts.items(), key=lambda item: -item[1][0]):
        yield days, because, citation, count
