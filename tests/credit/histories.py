"""Histories of a very small school, as Hypothesis draws them: the SIS's rows and rolls, in any order."""

from datetime import date, time, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from services.credit.cases import CaseBook
from services.credit.lawbook import read_law_file
from services.credit.official_roll import Roll
from services.credit.read_school import half_day_enrollments
from services.credit.roll_runs import RollRun
from services.credit.school_facts import SchoolFacts, SectionSpans
from services.credit.seats import Seats
from services.credit.sheets import SheetOfDay, build_sheets
from services.credit.touched_days import merged, touched_days
from shared.schema.base import Schema
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    Jurisdiction,
    Presence,
    RollMode,
    School,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    Track,
)

FIRST = date(2026, 3, 2)
DAYS = [FIRST + timedelta(days=number) for number in range(12)]
STUDENTS, TRACKS, PERIODS = ("ana", "ben", "cho"), ("blue", "red"), ("01", "02", "03")
SECTIONS = {"algebra": "01", "biology": "02", "chess": "02", "drama": "03"}

a_day = st.sampled_from(DAYS)
an_end = st.none() | a_day


@st.composite
def a_row(draw: st.DrawFn) -> Schema:
    """Any row that a sheet depends on, of a very small school."""
    begins, ends = draw(a_day), draw(an_end)
    if ends is not None and ends < begins:
        begins, ends = ends, begins
    span: dict[str, Any] = {"begins_on": begins, "ends_before": ends}
    track, section = draw(st.sampled_from(TRACKS)), draw(st.sampled_from(sorted(SECTIONS)))
    student, code = draw(st.sampled_from(STUDENTS)), draw(st.sampled_from("PAT"))
    rows: list[Schema] = [
        CalendarDay(school_id="cedar", track_id=track, on=begins, instructional=draw(st.booleans())),
        SchoolEnrollment(
            school_id="cedar", student_id=student, entry_date=begins, withdrawal_date=ends, grade="09", track_id=track,
            scheduled_minutes=draw(st.sampled_from((60, 180, 420))),
        ),
        Section(
            school_id="cedar", section_id=section, title="x", track_id=track, period_ids=(SECTIONS[section],),
            weekdays=draw(st.sampled_from(((1, 2, 3, 4, 5), (1, 3, 5)))), **span,
        ),
        SectionEnrollment(school_id="cedar", section_id=section, student_id=student, **span),
        Track(
            school_id="cedar", track_id=track, school_year=2026, **span,
            official_period_id=draw(st.none() | st.sampled_from(PERIODS)),
        ),
        AttendanceCode(
            code=code, definition="d", presence=Presence(draw(st.sampled_from(("present", "absent", "tardy")))),
            present_at_official_roll=None, **span,
        ),
    ]  # fmt: skip
    return draw(st.sampled_from(rows))


a_roll = st.builds(
    lambda on, section, marks: Roll(on, SECTIONS[section], section, 1, "P A T", marks, ()),
    a_day,
    st.sampled_from(sorted(SECTIONS)),
    st.text("012", min_size=3, max_size=3),
)
CALENDAR = [
    CalendarDay(school_id="cedar", track_id=track, on=on, instructional=on.weekday() < 5)
    for track in TRACKS
    for on in DAYS
]
BEGINNING: list[Schema] = [
    *CALENDAR,
    *(Track(school_id="cedar", track_id=track, school_year=2026, begins_on=FIRST, official_period_id="02")
      for track in TRACKS),
    *(SchoolEnrollment(school_id="cedar", student_id=student, entry_date=FIRST, grade="09", track_id="blue",
                       scheduled_minutes=420) for student in STUDENTS),
    *(Section(school_id="cedar", section_id=section, title="x", track_id="blue", period_ids=(period,),
              begins_on=FIRST) for section, period in SECTIONS.items()),
    *(AttendanceCode(code=code, definition="d", presence=Presence.PRESENT, begins_on=FIRST) for code in "PAT"),
]  # fmt: skip
KEYS = {
    CalendarDay: ("track_id", "on"), SchoolEnrollment: ("student_id", "entry_date"), Section: ("section_id",),
    SectionEnrollment: ("section_id", "student_id", "begins_on"), Track: ("track_id",),
    AttendanceCode: ("code", "begins_on"),
}  # fmt: skip


class History:
    """Rows by their keys and rolls by their places, as they have come so far, of a school in some jurisdiction."""

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self.law = read_law_file(jurisdiction.value)
        self.school = School(
            school_id="cedar", name="Cedar", jurisdiction=jurisdiction, time_zone="America/Chicago",
            roll_mode=RollMode.EVERY_PERIOD,
        )  # fmt: skip
        self.rows: dict[tuple[object, ...], Schema] = {}
        self.rolls: dict[tuple[object, ...], Roll] = {}

    def say(self, said: Schema | Roll) -> set[date]:
        """The days that it touches."""
        if isinstance(said, Roll):
            self.rolls[said.on, said.section_id] = said
            return {said.on}
        key = (type(said), *(getattr(said, name) for name in KEYS[type(said)]))
        was = self.rows.get(key)
        self.rows[key] = said
        return {on for first, last in merged(touched_days(was, said)) for on in DAYS if first <= on < last}

    def build(self, days: set[date], book: CaseBook) -> dict[tuple[str, date], SheetOfDay]:
        facts = self.facts()
        rosters = {(section, 1): np.array([1, 2, 3], dtype=np.int32) for section in SECTIONS}
        wanted = sorted(days)
        runs = [run for section in SECTIONS for run in self.runs(section, days)]
        sheets = (
            build_sheets(facts, Seats(facts, half_day_enrollments(facts)), wanted, runs, rosters, self.law, book)
            if wanted
            else []
        )
        return {(sheet.track_id, sheet.on): sheet for sheet in sheets}

    def runs(self, section: str, days: set[date]) -> list[RollRun]:
        """The section's rolls of those days, as one run, as the database would gather them."""
        rolls = sorted(roll for roll in self.rolls.values() if roll.section_id == section and roll.on in days)
        if not rolls:
            return []
        ordinals, marks = [roll.on.toordinal() for roll in rolls], "".join(roll.marks for roll in rolls)
        return [RollRun(SECTIONS[section], section, 1, rolls[0].codes, ordinals, marks, ())]

    def facts(self) -> SchoolFacts:
        def every(kind: type[Schema]) -> list[Schema]:
            return [row for key, row in self.rows.items() if key[0] is kind]

        spans = [row for row in every(SectionEnrollment) if isinstance(row, SectionEnrollment)]
        codes: dict[str, tuple[AttendanceCode, ...]] = {}
        for row in every(AttendanceCode):
            assert isinstance(row, AttendanceCode)
            codes[row.code] = (*codes.get(row.code, ()), row)
        return SchoolFacts(
            school=self.school,
            tracks=tuple(row for row in every(Track) if isinstance(row, Track)),
            reporting_periods=(),
            calendar={(row.track_id, row.on): row for row in every(CalendarDay) if isinstance(row, CalendarDay)},
            bell_periods=(
                BellPeriod(
                    school_id="cedar", bell_schedule_id="none", period_id="01", begins_at=time(8), ends_at=time(9)
                ),
            ),
            enrollments=tuple(
                sorted(
                    (row for row in every(SchoolEnrollment) if isinstance(row, SchoolEnrollment)),
                    key=lambda row: (row.entry_date, row.student_id),
                )
            ),
            sections={row.section_id: row for row in every(Section) if isinstance(row, Section)},
            section_spans=SectionSpans(
                [row.section_id for row in spans],
                np.array([STUDENTS.index(row.student_id) + 1 for row in spans], dtype=np.int32),
                np.array([row.begins_on.toordinal() for row in spans], dtype=np.int32),
                np.array([(row.ends_before or date.max).toordinal() for row in spans], dtype=np.int32),
            ),
            students=STUDENTS,
            codes=codes,
        )
