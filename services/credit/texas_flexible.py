"""Texas: flexible attendance of a track in a reporting period, in minutes (rule TX-23). Pure.

Who is on code 7 or 8 and has no minutes on record is unknown, not absent: the count says who. Minutes of a day on which
the student had another code earn nothing, and are counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

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
    eligible: list[int] = []
    ineligible: list[int] = []
    told: set[str] = set()
    too_short = astray = 0
    for given, _, code in _of_track(facts, minutes, track_id, first, last, law):
        if code is None:
            astray += given.minutes
            continue
        told.add(given.student_id)
        if not rule.earns_minutes.is_met_by(given.minutes):
            too_short += given.minutes
        else:
            (eligible if code.counts_as is CountsAs.ELIGIBLE else ineligible).append(given.minutes)
    students = frozenset(row.student_id for row in _on_track(facts, track_id, first, last, law))
    return FlexiblePeriod(students, students - told, tuple(eligible), tuple(ineligible), too_short, astray)


class FlexibleStudent(NamedTuple):
    """A student in a grade and a program ("" where nobody said which), and the minutes that she earned in it."""

    student_id: str
    grade: str
    program: str
    eligible: int
    ineligible: int
    unknown: bool


def flexible_students(
    facts: SchoolFacts,
    minutes: Iterable[FlexibleMinutes],
    track_id: str,
    first: date,
    last: date,
    law: TexasLaw,
    rule: FlexibleAttendance,
) -> list[FlexibleStudent]:
    """Who earned minutes on the track from `first` until before `last`, and whose minutes are unknown."""
    earned: dict[tuple[str, str, str], Counter[CountsAs]] = {}
    told: set[str] = set()
    for given, row, code in _of_track(facts, minutes, track_id, first, last, law):
        if row is None or code is None:
            continue
        told.add(given.student_id)
        if rule.earns_minutes.is_met_by(given.minutes):
            name = given.student_id, row.grade, given.program or ""
            earned.setdefault(name, Counter())[code.counts_as] += given.minutes
    silent = {row.student_id: row.grade for row in _on_track(facts, track_id, first, last, law)}
    return sorted(
        [
            FlexibleStudent(*name, spent[CountsAs.ELIGIBLE], spent[CountsAs.INELIGIBLE], unknown=False)
            for name, spent in earned.items()
        ]
        + [
            FlexibleStudent(student_id, grade, "", 0, 0, unknown=True)
            for student_id, grade in silent.items()
            if student_id not in told
        ]
    )


def _on_track(facts: SchoolFacts, track_id: str, first: date, last: date, law: TexasLaw) -> Iterator[SchoolEnrollment]:
    """The enrollments on such a code at some time from `first` until before `last`."""
    for row in facts.enrollments:
        begins = max(row.entry_date, first)
        there = row.track_id == track_id and begins < min(row.withdrawal_date or date.max, last)
        if there and _flexible(row, begins, law) is not None:
            yield row


def _of_track(
    facts: SchoolFacts, minutes: Iterable[FlexibleMinutes], track_id: str, first: date, last: date, law: TexasLaw
) -> Iterator[tuple[FlexibleMinutes, SchoolEnrollment | None, EligibilityCode | None]]:
    """Each day's minutes with the enrollment that they are under, and its code where that is counted in minutes."""
    by_student: dict[str, list[SchoolEnrollment]] = {}
    for enrollment in facts.enrollments:
        by_student.setdefault(enrollment.student_id, []).append(enrollment)
    for given in minutes:
        if first <= given.on < last:
            row = _enrolled(by_student, given)
            if row is None or row.track_id == track_id:
                yield given, row, None if row is None else _flexible(row, given.on, law)


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
