"""Texas: a school's year, or a district's, from its tracks' six-weeks to the averages that fund it. Pure.

Every average is named: aggregate or refined, with flexible attendance in both. What is not known is said, not guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from services.credit.averaging import Average, percent_in_attendance, quotient, total
from services.credit.built_sheets import Built, CaseValues
from services.credit.built_sheets import total as sum_cases
from services.credit.cases import LawCase
from services.credit.count_period import PeriodCount, count_periods
from services.credit.day_count import DAY, DayCount, in_days
from services.credit.formulas.texas import TexasLaw
from services.credit.formulas.texas_year import TexasYearLaw, migrant_ada, refined_ada, target_rate_ada
from services.credit.lawbook import LawFile
from services.credit.school_facts import SchoolFacts
from services.credit.texas_flexible import FlexiblePeriod, count_flexible
from shared.schema.law import NoLawInForce
from shared.schema.ruling import Ruling
from shared.schema.texas import FlexibleMinutes, YearFigures

FIRST_FOUR = 4
"""The rate of 2021-22 is that of its first four six-weeks (rule TX-27)."""


@dataclass(frozen=True, slots=True)
class TrackPeriod:
    """One six-weeks of one track. `count` is of its days as the district reads those not taken."""

    track_id: str
    row: PeriodCount
    count: DayCount
    flexible: FlexiblePeriod
    days_waived: int

    def ada(self, law: TexasYearLaw) -> Average:
        """Regular and flexible attendance of the period, over its days taught."""
        regular = self.row.ada
        assert regular is not None
        if self.row.problems:
            regular = Ruling(regular.what, None, f"not computable: {self.row.problems[0]}", regular.under)
        return self._with_flexible("ADA, of the period", regular, law)

    def _with_flexible(self, what: str, regular: Average, law: TexasYearLaw) -> Average:
        if not self.flexible.students and not self.flexible.eligible:
            return regular
        rule = law.flexible_attendance.in_force(self.row.begins_on)
        return _added(what, [regular, self.flexible.ada(self.row.days_taught, rule)])

    def eligible_days(self, law: TexasYearLaw) -> Fraction | None:
        """None where some are not known."""
        if self.row.problems:
            return None
        days = Fraction(self.count.eligible, DAY)
        if not self.flexible.students and not self.flexible.eligible:
            return days
        earned = self.flexible.days(law.flexible_attendance.in_force(self.row.begins_on)).value
        return None if earned is None else days + earned


def track_periods(
    facts: SchoolFacts,
    built: Built,
    values: CaseValues,
    cases: Mapping[int, LawCase],
    lawbook: Mapping[str, LawFile],
    minutes: Sequence[FlexibleMinutes],
    school_year: int,
    through: date,
) -> list[TrackPeriod]:
    days_law: TexasLaw = lawbook["texas"].law
    year_law: TexasYearLaw = lawbook["texas_year"].law
    found: list[TrackPeriod] = []
    for track_id in sorted({period.track_id for period in facts.reporting_periods}):
        only = tuple(period for period in facts.reporting_periods if period.track_id == track_id)
        alone = replace(facts, reporting_periods=only)
        for row in count_periods(alone, built, values, dict(cases), dict(lawbook), school_year, through):
            last = min(row.ends_before, date.fromordinal(through.toordinal() + 1))
            try:
                rule = year_law.flexible_attendance.in_force(row.begins_on)
                flexible = count_flexible(facts, minutes, track_id, row.begins_on, last, days_law, rule)
            except NoLawInForce:  # nobody had such a code before 2007
                flexible = FlexiblePeriod(frozenset(), frozenset(), (), (), 0, 0)
            taught = facts.days_taught.get(track_id, ())
            waived = sum(row.begins_on <= on < last and on in facts.waived for on in taught)
            found.append(TrackPeriod(track_id, row, sum_cases(row.cases, values), flexible, waived))
    return found


def by_number(periods: Iterable[TrackPeriod]) -> dict[int, list[TrackPeriod]]:
    """The tracks of each six-weeks."""
    numbered: dict[int, list[TrackPeriod]] = {}
    for period in sorted(periods, key=lambda one: one.row.number):
        numbered.setdefault(period.row.number, []).append(period)
    return numbered


def ada_of_period(together: Sequence[TrackPeriod], law: TexasYearLaw) -> Average:
    parts = [one.ada(law) for one in together]
    return _added("ADA, of the period", parts)


def _added(what: str, parts: Sequence[Average]) -> Average:
    """The sum; where a part is not computable, why it is not."""
    unknown = dict.fromkeys(part.because for part in parts if part.value is None)
    if unknown:
        return Ruling(what, None, "; ".join(unknown), parts[0].under, tuple(parts))
    return total(what, parts, parts[0].under)


@dataclass(frozen=True, slots=True)
class YearAverages:
    """Named averages of a year. `target` is None in a school year that the rule does not adjust."""

    aggregate: Average
    refined: Average
    rate: Average
    migrant: Average
    target: Average | None
    missing: tuple[str, ...]


def year_averages(
    periods: Sequence[TrackPeriod], figures: YearFigures | None, school_year: int, law: TexasYearLaw
) -> YearAverages:
    """Raises NoLawInForce for a year before the law's first."""
    on = min(one.row.begins_on for one in periods)
    law.ada.in_force(on)
    numbered = by_number(periods)
    six = [ada_of_period(together, law) for together in numbered.values()]
    refined = refined_ada(six, law.refined_ada.in_force(on))
    rate = rate_of_attendance(periods, law, on)
    missing = [
        f"period {number}: {one.because}" for number, one in zip(numbered, six, strict=True) if one.value is None
    ]
    migrant, unknown = _migrant(six, figures, law, on)
    return YearAverages(
        _aggregate(periods, law, on), refined, rate, migrant,
        _target(refined, numbered, figures, school_year, law, on), (*missing, *unknown),
    )  # fmt: skip


def _aggregate(periods: Sequence[TrackPeriod], law: TexasYearLaw, on: date) -> Average:
    """All eligible days of a track over all its days taught; the tracks' averages, added (AMB-3)."""
    rule = law.ada.in_force(on)
    parts: list[Average] = []
    by_track: dict[tuple[str | None, str], list[TrackPeriod]] = {}
    for one in periods:
        by_track.setdefault((one.row.school_id, one.track_id), []).append(one)
    for together in by_track.values():
        days = [one.eligible_days(law) for one in together]
        known, taught = [day for day in days if day is not None], sum(one.row.days_taught for one in together)
        if len(known) < len(days):
            said = f"{len(days) - len(known)} periods are not computable"
            parts.append(Ruling("ADA, aggregate", None, f"not computable: {said}", rule.citation))
        else:
            said = f"{_days(sum(known, Fraction(0)))} eligible days over {taught} days taught"
            none = "no days were taught"
            parts.append(
                quotient("ADA, aggregate", sum(known, Fraction(0)), taught, rule.citation, said=said, none=none)
            )
    return parts[0] if len(parts) == 1 else _added("ADA, aggregate", parts)


def _days(days: Fraction) -> str:
    sixths = days * DAY
    return in_days(sixths.numerator) if sixths.denominator == 1 else str(days)


def rate_of_attendance(periods: Sequence[TrackPeriod], law: TexasYearLaw, on: date) -> Average:
    """Percent in attendance of the periods together (rule TX-20); None while one of them cannot be computed."""
    rule = law.rate_of_attendance.in_force(on)
    if problems := [said for one in periods for said in one.row.problems]:
        return Ruling("rate of attendance", None, f"not computable: {problems[0]}", rule.citation)
    return percent_in_attendance(sum((one.count for one in periods), DayCount()), rule)


def _migrant(
    six: Sequence[Average], figures: YearFigures | None, law: TexasYearLaw, on: date
) -> tuple[Average, tuple[str, ...]]:
    if figures is None or figures.migrant_certificates is None or figures.enrolled is None:
        said = "certificates of migrant students and the enrollment are not on record"
        rule = law.migrant_rule.in_force(on)
        return Ruling("ADA, migrant rule", None, f"not computable: {said}", rule.citation), (said,)
    return migrant_ada(six, figures.migrant_certificates, figures.enrolled, law, on), ()


def _target(
    refined: Average,
    numbered: Mapping[int, Sequence[TrackPeriod]],
    figures: YearFigures | None,
    school_year: int,
    law: TexasYearLaw,
    on: date,
) -> Average | None:
    try:
        rule = law.target_rate.in_force(on)
    except NoLawInForce:
        return None
    if school_year not in rule.school_years:
        return None
    rate = rate_of_attendance(
        [one for number, those in numbered.items() if number <= FIRST_FOUR for one in those], law, on
    )
    if refined.value is None or rate.value is None:
        because = refined.because if refined.value is None else rate.because
        return Ruling("ADA, adjusted", None, because, rule.citation, (refined, rate))
    earlier = None if figures is None or figures.target_percent is None else Fraction(figures.target_percent) / 100
    adjusted = target_rate_ada(refined.value, rate.value, earlier, school_year, rule)
    return Ruling(adjusted.what, adjusted.value, adjusted.because, adjusted.under, (refined, rate))
