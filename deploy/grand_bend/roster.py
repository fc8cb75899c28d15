"""The folder's roster as a student information system sends it. What the files do not say is assumed here, aloud."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property
from hashlib import sha256

from deploy.attendance_codes import attendance_codes
from deploy.grand_bend.folder import Folder, Row, SectionKey
from deploy.trouble import Trouble
from shared.schema.base import Schema
from shared.schema.roster import (
    BellPeriod,
    CalendarDay,
    Grade,
    Jurisdiction,
    ReportingPeriod,
    RollMode,
    School,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    Student,
    Track,
)  # fmt: skip

OFFICIAL_PERIOD = "02"
TRACK, BELLS = "main", "regular"
INSTRUCTIONAL = frozenset({"Instructional day", "Make-up day", "Student late arrival/early dismissal"})
ASSUMED = (
    "Every student has ADA eligibility code 1 and at least 240 minutes of instruction scheduled a day.",
    "Every scheduled roll of an instructional day was taken; a student without a mark on it was present.",
    f"The official roll is period {OFFICIAL_PERIOD}; the files do not say when the bells ring, only their order.",
)
GRADES: dict[str, Grade] = {
    "Preschool/Prekindergarten": "PK", "Transitional Kindergarten": "TK", "Kindergarten": "KG",
    "First grade": "01", "Second grade": "02", "Third grade": "03", "Fourth grade": "04", "Fifth grade": "05",
    "Sixth grade": "06", "Seventh grade": "07", "Eighth grade": "08", "Ninth grade": "09", "Tenth grade": "10",
    "Eleventh grade": "11", "Twelfth grade": "12",
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Half-open; `ends_before` None has no end."""

    begins_on: date
    ends_before: date | None

    def __contains__(self, on: date) -> bool:
        return self.begins_on <= on and (self.ends_before is None or on < self.ends_before)

    def within(self, other: "Span") -> "Span | None":
        begins = max(self.begins_on, other.begins_on)
        ends = min((end for end in (self.ends_before, other.ends_before) if end), default=None)
        return Span(begins, ends) if ends is None or begins < ends else None


@dataclass(frozen=True)
class Roster:
    folder: Folder

    @cached_property
    def schools(self) -> list[str]:
        return sorted({row["school_id"] for row in self.folder.tables["enrollments"]})

    @cached_property
    def year(self) -> Span:
        spans = list(self.folder.spans())
        return Span(spans[0][1], spans[-1][2])

    @property
    def school_year(self) -> int:
        """The year in which it ends."""
        assert self.year.ends_before is not None
        return (self.year.ends_before - timedelta(days=1)).year

    @cached_property
    def days_taught(self) -> frozenset[date]:
        rows = self.folder.tables["calendar_dates"]
        return frozenset(row.day("date") for row in rows if row["event"] in INSTRUCTIONAL)

    @cached_property
    def enrolled(self) -> dict[tuple[str, str], list[Span]]:
        """By school and student. The exit date is the withdrawal date: not a day of membership (AMB-2)."""
        spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for row in self.folder.tables["enrollments"]:
            exit_date = row.day("exit_date") if row["exit_date"] else None
            spans[row["school_id"], row["student_id"]].append(Span(row.day("entry_date"), exit_date))
        return spans

    @cached_property
    def seats(self) -> dict[SectionKey, dict[str, list[Span]]]:
        """Who sits in a section and when: the file's span (its `end` is inclusive) as far as she is enrolled."""
        seats: dict[SectionKey, dict[str, list[Span]]] = {
            SectionKey.of(r.cells): {} for r in self.folder.tables["sections"]
        }
        for row in self.folder.tables["section_enrollments"]:
            section, student = SectionKey.of(row.cells), row["student_id"]
            if section not in seats:
                raise Trouble(f"{row}: sections.csv has no such section.")
            if not (enrolled := self.enrolled.get((section.school_id, student))):
                raise Trouble(f"{row}: enrollments.csv does not have this student at this school.")
            seated = Span(row.day("begin"), row.day("end") + timedelta(days=1))
            there = [span for other in enrolled if (span := seated.within(other))]
            seats[section].setdefault(student, []).extend(there)
        return seats

    def rows(self, collection: str) -> Sequence[Schema]:
        """Every row of one collection of roll's API."""
        make = getattr(self, f"_{collection.replace('-', '_')}", None)
        return list(make()) if make else []  # the files name no teachers

    def _attendance_codes(self) -> Iterator[Schema]:
        return attendance_codes(self.year.begins_on)

    def _schools(self) -> Iterator[Schema]:
        for school_id in self.schools:
            yield School(school_id=school_id, name=f"School {school_id}", jurisdiction=Jurisdiction.TEXAS,
                         time_zone="America/Chicago", roll_mode=RollMode.EVERY_PERIOD)  # fmt: skip

    def _tracks(self) -> Iterator[Schema]:
        for school_id in self.schools:
            yield Track(school_id=school_id, track_id=TRACK, school_year=self.school_year,
                        begins_on=self.year.begins_on, ends_before=self.year.ends_before,
                        official_period_id=OFFICIAL_PERIOD)  # fmt: skip

    def _reporting_periods(self) -> Iterator[Schema]:
        for school_id in self.schools:
            for number, (name, begins_on, ends_before) in enumerate(self.folder.spans(), 1):
                yield ReportingPeriod(
                    school_id=school_id, track_id=TRACK, school_year=self.school_year, number=number, name=name,
                    begins_on=begins_on, ends_before=ends_before,
                )  # fmt: skip

    def _bell_periods(self) -> Iterator[Schema]:
        """In the order of their labels, fifty minutes each from eight o'clock."""
        periods = sorted({section.period_id for section in self.seats})
        if OFFICIAL_PERIOD not in periods:
            raise Trouble(f"sections.csv has no section in period {OFFICIAL_PERIOD}, where the official roll is taken.")
        for school_id in self.schools:
            for place, period in enumerate(periods):
                begins = 8 * 60 + 50 * place
                yield BellPeriod(school_id=school_id, bell_schedule_id=BELLS, period_id=period,
                                 begins_at=time(begins // 60, begins % 60),
                                 ends_at=time((begins + 45) // 60, (begins + 45) % 60))  # fmt: skip

    def _calendar_days(self) -> Iterator[Schema]:
        days = sorted({row.day("date") for row in self.folder.tables["calendar_dates"]})
        for school_id in self.schools:
            for on in days:
                taught = on in self.days_taught
                yield CalendarDay(school_id=school_id, track_id=TRACK, on=on, instructional=taught,
                                  bell_schedule_id=BELLS if taught else None)  # fmt: skip

    def _students(self) -> Iterator[Schema]:
        for row in self.folder.tables["students"]:
            yield Student(student_id=row["student_id"], birth_date=row.day("birth_date") if row["birth_date"] else None)

    def _school_enrollments(self) -> Iterator[Schema]:
        for row in self.folder.tables["enrollments"]:
            yield SchoolEnrollment(
                school_id=row["school_id"], student_id=row["student_id"], entry_date=row.day("entry_date"),
                withdrawal_date=row.day("exit_date") if row["exit_date"] else None, grade=_grade(row), track_id=TRACK,
                scheduled_minutes=240, ada_eligibility_code="1",
            )  # fmt: skip

    def _sections(self) -> Iterator[Schema]:
        for key, seats in self.seats.items():
            if spans := [span for spans in seats.values() for span in spans]:
                yield Section(
                    school_id=key.school_id, section_id=section_id(key), title=f"{key.course} {key.term}",
                    track_id=TRACK, period_ids=(key.period_id,), weekdays=(1, 2, 3, 4, 5, 6, 7),
                    begins_on=min(span.begins_on for span in spans),
                    ends_before=max(span.ends_before for span in spans if span.ends_before),
                )  # fmt: skip

    def _section_enrollments(self) -> Iterator[Schema]:
        for key, seats in self.seats.items():
            for student, spans in seats.items():
                for span in spans:
                    yield SectionEnrollment(school_id=key.school_id, section_id=section_id(key), student_id=student,
                                            begins_on=span.begins_on, ends_before=span.ends_before)  # fmt: skip


def section_id(key: SectionKey) -> str:
    """Readable, fit for a URL, and different for every natural key."""
    words = re.sub(r"[^0-9A-Za-z]+", "-", "-".join((key.school_id, key.course, key.term, key.period_id, key.room)))
    return f"{words[:53].strip('-')}-{sha256(repr(tuple(key)).encode()).hexdigest()[:10]}"


def _grade(row: Row) -> Grade:
    if (grade := GRADES.get(row["entry_grade"])) is None:
        raise Trouble(f"{row}: entry_grade is not a grade that Rollbook knows, such as {next(iter(GRADES))}.")
    return grade
