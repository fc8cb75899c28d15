"""Two readings of the same sheets side by side: by reporting period, by year, at a line, and case by case."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import chain, repeat
from typing import NamedTuple

import numpy as np

from services.credit.averaging import Average, quotient
from services.credit.averaging import total as add_averages
from services.credit.built_sheets import CaseValues, as_count, beyond_by_student, sum_by_student, total
from services.credit.cases import LawCase
from services.credit.count_period import YEAR_LAW, PeriodCount, count_periods
from services.credit.day_count import DAY, DayCount, in_days
from services.credit.formulas.lausd import ShareAtLine, TargetLine, share_at_line
from services.credit.formulas.texas_year import refined_ada
from services.credit.lawbook import LawFile
from services.credit.sheet_library import SchoolSheets, totals
from shared.schema.credit import DayTotals
from shared.schema.what_if import CaseReadOtherwise, Difference, Figures, ReadOtherwise


class TrackCount(NamedTuple):
    """One reporting period of one track of a school."""

    track_id: str
    row: PeriodCount


@dataclass(frozen=True, slots=True)
class Column:
    """One reading: what each case adds, and why. `refined`: the year's ADA is the mean of its periods' (AMB-3)."""

    values: CaseValues
    cases: Mapping[int, LawCase]
    lawbook: Mapping[str, LawFile]
    refined: bool = False

    def count(self, school: SchoolSheets, school_year: int, through: date) -> list[TrackCount]:
        """Every period of every track of the school."""
        facts, lawbook = school.facts, dict(self.lawbook)
        return [
            TrackCount(track_id, row)
            for track_id in sorted({period.track_id for period in facts.reporting_periods})
            for row in count_periods(
                replace(facts, reporting_periods=tuple(p for p in facts.reporting_periods if p.track_id == track_id)),
                school.built, self.values, dict(self.cases), lawbook, school_year, through,
            )
        ]  # fmt: skip

    def figures(self, counts: Sequence[TrackCount]) -> Figures:
        """One period, its tracks (of one school or of many) together."""
        rows = [count.row for count in counts]
        return self._figures(rows, [row.ada for row in rows if row.ada is not None], "aggregate, of the period")

    def figures_of_year(self, counts: Sequence[TrackCount]) -> Figures:
        """All periods, of any number of schools: a track's own average, then their sum."""
        by_track: dict[tuple[str | None, str], list[PeriodCount]] = defaultdict(list)
        for track_id, row in counts:
            by_track[row.school_id, track_id].append(row)
        adas = [ada for rows in by_track.values() for ada in [self._year(rows)] if ada is not None]
        kind = "refined, of the year" if self.refined else "aggregate, of the year"
        return self._figures([count.row for count in counts], adas, kind)

    def _year(self, rows: Sequence[PeriodCount]) -> Average | None:
        jurisdiction, parts = rows[0].jurisdiction, [row.ada for row in rows if row.ada is not None]
        if jurisdiction not in YEAR_LAW or len(parts) != len(rows):
            return None
        law = self.lawbook[YEAR_LAW[jurisdiction]].law
        if self.refined and hasattr(law, "refined_ada"):
            return refined_ada(parts, law.refined_ada.in_force(rows[0].begins_on))
        eligible = sum(total(row.cases, self.values).eligible for row in rows)
        taught = sum(row.days_taught for row in rows)
        said = f"{in_days(eligible)} days over {taught} days taught"
        return quotient(
            "ADA, aggregate", Fraction(eligible, DAY), taught, parts[0].under, said=said, none="no days were taught"
        )

    def _figures(self, rows: Sequence[PeriodCount], adas: Sequence[Average], kind: str) -> Figures:
        ada = add_averages("ADA", adas, adas[0].under) if adas else None
        problems = tuple(dict.fromkeys(said for row in rows for said in row.problems))
        exact = ada.value if ada is not None and not problems else None
        published = None
        if exact is not None:
            rounding = self.lawbook[YEAR_LAW[rows[0].jurisdiction]].law.published_ada.in_force(rows[0].begins_on)
            published = str(rounding.publish(exact))
        unknown = dict.fromkeys(part.because for part in adas if part.value is None)
        return Figures(
            totals=totals(total(sum((row.cases for row in rows[1:]), rows[0].cases), self.values)),
            ada=published,
            ada_exact=None if exact is None else str(exact),
            ada_kind=kind if ada is not None else "not computed",
            not_computable="; ".join((*problems[:20], *unknown)) or None,
        )


def side_by_side(
    now: Column, as_is: Sequence[TrackCount], then: Column, what_if: Sequence[TrackCount]
) -> Iterator[ReadOtherwise]:
    """Each school's periods and year, and those of all schools of a jurisdiction. Both counts are in one order."""
    groups: dict[tuple[str, str, int], list[int]] = defaultdict(list)
    for index, (_, row) in enumerate(as_is):
        for school_id in (row.school_id or "", ""):
            for period in (row.number, 0):
                groups[school_id, str(row.jurisdiction), period].append(index)
    for (school_id, jurisdiction, period), rows in sorted(groups.items()):
        before, after = [as_is[index] for index in rows], [what_if[index] for index in rows]
        if period:
            figures = now.figures(before), then.figures(after)
        else:
            figures = now.figures_of_year(before), then.figures_of_year(after)
        yield ReadOtherwise(
            school_id=school_id or None, jurisdiction=jurisdiction, period=period or None,
            begins_on=min(row.begins_on for _, row in before), ends_before=max(row.ends_before for _, row in before),
            as_is=figures[0], what_if=figures[1], difference=_difference(*figures),
        )  # fmt: skip


def _difference(as_is: Figures, what_if: Figures) -> Difference:
    days = {
        name: in_days((Fraction(value) - Fraction(getattr(as_is.totals, name))) * DAY)
        for name, value in what_if.totals.model_dump().items()
    }
    ada = None if None in (as_is.ada, what_if.ada) else str(Decimal(what_if.ada or 0) - Decimal(as_is.ada or 0))
    exact = None
    if as_is.ada_exact is not None and what_if.ada_exact is not None:
        exact = str(Fraction(what_if.ada_exact) - Fraction(as_is.ada_exact))
    return Difference(totals=DayTotals(**days), ada=ada, ada_exact=exact)


def at_the_line(school: SchoolSheets, values: CaseValues, first: date, through: date, rule: TargetLine) -> ShareAtLine:
    """The school's students in membership in those days, held against a line."""
    sums = np.zeros((len(school.facts.students), values.columns.shape[1]), dtype=np.int64)
    for sheets in school.built.values():
        sums += sum_by_student(sheets.cases[sheets.between(first, through + timedelta(days=1))], values)
    beyond = beyond_by_student(school.built, values, first, through + timedelta(days=1))
    exactly = [as_count(sums[place]) + count for place, count in beyond.items()]
    sums[[*beyond]] = 0
    distinct, times = np.unique(sums[sums[:, 0] > 0], axis=0, return_counts=True)
    whole = chain.from_iterable(map(repeat, map(as_count, distinct), times.tolist()))
    return share_at_line(chain(whole, exactly), rule)


def cases_read_otherwise(
    counted: Iterable[TrackCount], now: Mapping[int, LawCase], then: Mapping[int, LawCase]
) -> Iterator[CaseReadOtherwise]:
    """The kinds of student-days that count otherwise, most frequent first."""
    days: Counter[int] = Counter()
    for _, row in counted:
        for case_no in np.flatnonzero(row.cases).tolist():
            days[case_no] += int(row.cases[case_no])
    merged: Counter[tuple[str, DayCount, str, DayCount, str, str]] = Counter()
    for case_no, times in days.items():
        was, is_now = now[case_no], then[case_no]
        if (was.count, was.cannot_rule) != (is_now.count, is_now.cannot_rule):
            kind = was.jurisdiction, was.count, was.because, is_now.count, is_now.because, is_now.citation
            merged[kind] += times
    for (jurisdiction, was_count, because, count, otherwise, citation), times in merged.most_common():
        yield CaseReadOtherwise(
            student_days=times, jurisdiction=jurisdiction, as_is=totals(was_count), because=because,
            what_if=totals(count), what_if_because=otherwise, what_if_citation=citation,
        )  # fmt: skip
