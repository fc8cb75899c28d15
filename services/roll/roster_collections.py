"""The kinds of rows that a student information system keeps here, by their names."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from services.roll.tables import (
    AttendanceCodeRow,
    BellPeriodRow,
    CalendarDayRow,
    DistrictRow,
    ReportingPeriodRow,
    SchoolEnrollmentRow,
    SchoolRow,
    SectionEnrollmentRow,
    SectionRow,
    SectionTeacherRow,
    StaffRow,
    StudentRow,
    TrackRow,
    key_of,
)
from shared.schema.base import Schema
from shared.schema.entries import COLLECTIONS
from shared.schema.roster import Staff, Student


@dataclass(frozen=True)
class Collection:
    """A kind of row: where it is kept, and which other rows it may not name without their being there."""

    name: str
    row: type[Schema]
    table: type[DistrictRow]
    refers_to: tuple[type[DistrictRow], ...] = ()

    @cached_property
    def key(self) -> tuple[str, ...]:
        return key_of(self.table)

    def key_of(self, row: Schema) -> tuple[Any, ...]:
        return tuple(getattr(row, name) for name in self.key)

    @property
    def path(self) -> str:
        return f"/v1/{self.name.replace('_', '-')}"

    @property
    def words(self) -> str:
        return self.name.replace("_", " ")


def _kept(name: str, table: type[DistrictRow], *refers_to: type[DistrictRow]) -> Collection:
    return Collection(name, COLLECTIONS[name], table, refers_to)


KEPT = (
    _kept("attendance_codes", AttendanceCodeRow),
    _kept("schools", SchoolRow),
    _kept("tracks", TrackRow, SchoolRow),
    _kept("reporting_periods", ReportingPeriodRow, SchoolRow),
    _kept("bell_periods", BellPeriodRow, SchoolRow),
    _kept("calendar_days", CalendarDayRow, SchoolRow),
    _kept("school_enrollments", SchoolEnrollmentRow, SchoolRow, StudentRow),
    _kept("sections", SectionRow, SchoolRow),
    _kept("section_teachers", SectionTeacherRow, SectionRow, StaffRow),
    _kept("section_enrollments", SectionEnrollmentRow, SectionRow, StudentRow),
)
"""Rows that are entries of a stream, whole."""

PEOPLE = (Collection("students", Student, StudentRow), Collection("staff", Staff, StaffRow))
"""Rows about people, which never enter a stream: an entry names whose they were, and they stay erasable."""

ROSTER = {collection.name: collection for collection in (*KEPT, *PEOPLE)}
