"""Texas: contact hours of a track in a reporting period, student by student and day by day (rule TX-22). Pure.

A student in a career and a special setting on one day earns at most six hours: what is beyond leaves the special ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

from services.credit.built_sheets import CaseValues, TrackSheets
from services.credit.cases import COLUMNS
from services.credit.formulas.texas_year import ContactHours, contact_hours, excess_hours
from services.credit.school_facts import SchoolFacts
from shared.schema.texas import ProgramEnrollment

ELIGIBLE = COLUMNS.index("eligible")


@dataclass
class SettingHours:
    """One instructional setting: who was in it, their eligible days in sixths, and the hours that those earn."""

    students: set[str] = field(default_factory=set)
    eligible: int = 0
    hours: Fraction = Fraction(0)


@dataclass
class TrackHours:
    """One track in one period. `special` is before the excess leaves it."""

    settings: dict[str, SettingHours] = field(default_factory=dict)
    career: Fraction = Fraction(0)
    special: Fraction = Fraction(0)
    excess: Fraction = Fraction(0)

    def add(self, student_id: str, settings: Sequence[str], eligible: int, rule: ContactHours) -> None:
        """So many eligible sixths of a student on days on which she is in these settings."""
        career = special = Fraction(0)
        for name in settings:
            hours = contact_hours(eligible, name, rule).value
            setting = self.settings.setdefault(name, SettingHours())
            setting.students.add(student_id)
            setting.eligible += eligible
            setting.hours += hours
            career, special = (career + hours, special) if name in rule.career else (career, special + hours)
        self.career += career
        self.special += special
        self.excess += min(excess_hours(career, special, eligible, rule).value, special)


def count_hours(
    facts: SchoolFacts,
    sheets: TrackSheets,
    as_set: CaseValues,
    programs: Sequence[ProgramEnrollment],
    first: date,
    last: date,
    rule: ContactHours,
) -> TrackHours:
    """From `first` until before `last`; the sheets' own numbers are looked up in `as_set`."""
    counted = TrackHours()
    by_student: dict[str, list[ProgramEnrollment]] = {}
    for program in programs:
        if program.student_id in facts.number_of:
            by_student.setdefault(program.student_id, []).append(program)
    for student_id, rows in sorted(by_student.items()):
        place = facts.number_of[student_id] - 1
        for begins, ends, settings in spells(rows, first, last):
            days = sheets.that_count(begins, ends, facts.waived)
            eligible = int(as_set.columns[days.cases[:, place], ELIGIBLE].sum())
            if eligible:
                counted.add(student_id, settings, eligible, rule)
    return counted


def spells(rows: Sequence[ProgramEnrollment], first: date, last: date) -> Iterator[tuple[date, date, tuple[str, ...]]]:
    """The stretches of days on which the settings do not change: first day, first day after, and the settings."""
    turns = sorted(
        {first, last}
        | {on for row in rows for on in (row.begins_on, row.ends_before) if on is not None and first < on < last}
    )
    for begins, ends in pairwise(turns):
        settings = sorted(
            {row.setting for row in rows if row.begins_on <= begins and (row.ends_before or date.max) >= ends}
        )
        if settings:
            yield begins, ends, tuple(settings)
