"""Texas: flexible attendance of a track in a reporting period, in minutes (rule TX-23). Pure.

Who is on code 7 or 8 and has no minutes on record is unknown, not absent: the count says who. Minutes of a day on which
the student had another code earn nothing, and are counted apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from services.credit.averaging import Average, quotient
from services.credit.formulas.texas import CountsAs, DayWeight, EligibilityCode, TexasLaw
from services.credit.formulas.texas_year import FlexibleAttendance, flexible_days
from services.credit.school_facts import SchoolFacts
from shared.schema.law import CannotRule
from shared.schema.roster import SchoolEnrollment
from shared.schema.ruling import Ruling
from shared.schema.texas import FlexibleMinutes


@dataclass(frozen=True, slots=True)
class FlexiblePeriod:
    """`eligible` and `ineligible`: the minutes of each day that earns them; `too_short` and `astray` earn nothing."""

    students: frozenset[str]
    without_minutes: frozenset[str]
    eligible: tuple[int, ...]
    ineligible: tuple[int, ...]
    too_short: int
    astray: int

    def ada(self, days_taught: int, rule: FlexibleAttendance) -> Average:
        """Eligible minutes as days, over days taught; None while a student's minutes are unknown."""
        what, earned = "ADA, flexible attendance", self.days(rule)
        if earned.value is None:
            return earned
        none = "no days were taught"
        return quotient(what, earned.value, days_taught, rule.citation, said=earned.because, none=none)

    def days(self, rule: FlexibleAttendance) -> Average:
        if self.without_minutes:
            said = f"no minutes are on record of {len(self.without_minutes)} students of flexible attendance"
            return Ruling("eligible days, flexible attendance", None, f"not computable: {said}", rule.citation)
        earned: Ruling[Fraction] = flexible_days(self.eligible, rule)
        return Ruling(earned.what, earned.value, earned.because, earned.under)


def count_flexible(
    facts: SchoolFacts,
    minutes: Iterable[FlexibleMinutes],
    track_id: str,
    first: date,
    last: date,
    law: TexasLaw,
    rule: FlexibleAttendance,
) -> FlexiblePeriod:
    """The track's students on such a code at some time from `first` until before `last`, and their minutes."""
    by_student: dict[str, list[SchoolEnrollment]] = {}
    for enrollment in facts.enrollments:
        by_student.setdefault(enrollment.student_id, []).append(enrollment)
    students = {
        row.student_id
        for row in facts.enrollments
        if row.track_id == track_id
        and max(row.entry_date, first) < min(row.withdrawal_date or date.max, last)
        and _flexible(row, max(row.entry_date, first), law) is not None
    }
    eligible: list[int] = []
    ineligible: list[int] = []
    told: set[str] = set()
    too_short = astray = 0
    for given in minutes:
        if not first <= given.on < last:
            continue
        enrolled = _enrolled(by_student, given)
        if enrolled is not None and enrolled.track_id != track_id:
            continue
        code = None if enrolled is None else _flexible(enrolled, given.on, law)
        if code is None:
            astray += given.minutes
            continue
        told.add(given.student_id)
        if not rule.earns_minutes.is_met_by(given.minutes):
            too_short += given.minutes
        else:
            (eligible if code.counts_as is CountsAs.ELIGIBLE else ineligible).append(given.minutes)
    return FlexiblePeriod(
        frozenset(students), frozenset(students - told), tuple(eligible), tuple(ineligible), too_short, astray
    )


def _enrolled(by_student: Mapping[str, Sequence[SchoolEnrollment]], given: FlexibleMinutes) -> SchoolEnrollment | None:
    covering = [
        row
        for row in by_student.get(given.student_id, ())
        if row.entry_date <= given.on and (row.withdrawal_date is None or given.on < row.withdrawal_date)
    ]
    return covering[-1] if covering else None


def _flexible(row: SchoolEnrollment, on: date, law: TexasLaw) -> EligibilityCode | None:
    """The code of an enrollment that is counted in minutes."""
    if row.ada_eligibility_code is None:
        return None
    try:
        code = law.eligibility_codes.in_force(on).row(row.ada_eligibility_code)
    except CannotRule:
        return None
    return code if code.day is DayWeight.BY_MINUTES else None
