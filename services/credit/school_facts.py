"""A school as the SIS describes it, held in memory the way that building its sheets asks for it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shared.schema.roll_day import RollHours
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    ReportingPeriod,
    RollMode,
    School,
    SchoolEnrollment,
    Section,
    Track,
)

Ints = NDArray[np.int32]
FOREVER = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class SectionSpans:
    """Section enrollments as columns: student numbers, section ids, first day in and first day out (ordinals)."""

    section_ids: Sequence[str]
    students: Ints
    begins: Ints
    ends: Ints


@dataclass(frozen=True)
class SchoolFacts:
    """Everything about one school but its rolls. `students[n - 1]` has the number n; enrollments are by entry date."""

    school: School
    tracks: tuple[Track, ...]
    reporting_periods: tuple[ReportingPeriod, ...]
    calendar: Mapping[tuple[str, date], CalendarDay]
    bell_periods: tuple[BellPeriod, ...]
    enrollments: tuple[SchoolEnrollment, ...]
    sections: Mapping[str, Section]
    section_spans: SectionSpans
    students: tuple[str, ...]
    codes: Mapping[str, tuple[AttendanceCode, ...]] = field(default_factory=dict)
    waived: frozenset[date] = frozenset()
    """Texas: days that the state lets the school leave out of its attendance for low attendance (rule TX-25)."""

    @cached_property
    def number_of(self) -> dict[str, int]:
        return {student_id: number for number, student_id in enumerate(self.students, start=1)}

    @cached_property
    def _bells(self) -> dict[str, dict[str, BellPeriod]]:
        """The periods of each bell schedule, in order, in which a roll can be due: those of instruction; where the roll
        is taken once or twice a day, all of them."""
        every_period = self.school.roll_mode is RollMode.EVERY_PERIOD
        ordered: dict[str, dict[str, BellPeriod]] = {}
        for period in sorted(self.bell_periods, key=lambda period: (period.begins_at, period.period_id)):
            if period.instructional or not every_period:
                ordered.setdefault(period.bell_schedule_id, {})[period.period_id] = period
        return ordered

    @cached_property
    def _all_periods(self) -> tuple[str, ...]:
        return tuple(sorted({period for section in self.sections.values() for period in section.period_ids}))

    def _bells_on(self, track_id: str, on: date) -> Mapping[str, BellPeriod]:
        day = self.calendar.get((track_id, on))
        return self._bells.get((day.bell_schedule_id if day else None) or "", {})

    def period_order(self, track_id: str, on: date) -> tuple[str, ...]:
        """The day's periods as they begin; without a bell schedule, the sections' periods by their ids."""
        return tuple(self._bells_on(track_id, on)) or self._all_periods

    def in_turn(self, track_id: str, on: date) -> tuple[tuple[str, int], ...]:
        """Where the roll is taken once or twice a day: the periods in the order in which it is due, each with its half
        of the day. Nothing where it is taken every period."""
        mode, track, bells = self.school.roll_mode, self.track_on(track_id, on), self._bells_on(track_id, on)
        if mode is RollMode.EVERY_PERIOD:
            return ()
        hours = RollHours.of(mode, track.official_period_id if track else None, bells.values())
        begins = {period: bells[period].begins_at if bells else None for period in self.period_order(track_id, on)}
        turns = sorted((hours.turn(period, at), hours.half(at), period) for period, at in begins.items())
        return tuple((period, half) for _, half, period in turns)

    def track_on(self, track_id: str, on: date) -> Track | None:
        """The track as it is in force on a day: its row for the school year that covers the day."""
        covering = [
            track
            for track in self.tracks
            if track.track_id == track_id
            and track.begins_on <= on
            and (track.ends_before is None or on < track.ends_before)
        ]
        return max(covering, key=lambda track: track.begins_on, default=None)

    def is_taught(self, track_id: str, on: date) -> bool:
        """Whether the day is a day of instruction on the track."""
        return (track_id, on) in self._taught

    @cached_property
    def _taught(self) -> frozenset[tuple[str, date]]:
        return frozenset(
            (track_id, on)
            for (track_id, on), day in self.calendar.items()
            if day.instructional and self.track_on(track_id, on) is not None
        )

    @cached_property
    def days_taught(self) -> dict[str, tuple[date, ...]]:
        """Every track's days of instruction, in order."""
        taught: dict[str, list[date]] = {}
        for track_id, on in sorted(self._taught):
            taught.setdefault(track_id, []).append(on)
        return {track_id: tuple(days) for track_id, days in taught.items()}

    def days_that_count(self, track_id: str, first: date, last: date) -> int:
        """The track's days taught from `first` until before `last`, without those that were waived."""
        taught = self.days_taught.get(track_id, ())
        return sum(first <= on < last and on not in self.waived for on in taught)

    def members(self, days: Sequence[date]) -> Ints:
        """[days, students + 1]: the index of each student's enrollment on each day, -1 where she has none.

        Of two enrollments that overlap, the one entered later counts.
        """
        ordinals = np.array([on.toordinal() for on in days])
        row = np.arange(len(days), dtype=np.int32)[:, None]
        member = np.full((len(days), len(self.students) + 1), -1, dtype=np.int32)
        for index, entry, withdrawal in self._enrollment_layers:
            first, last = np.searchsorted(ordinals, entry), np.searchsorted(ordinals, withdrawal)
            throughout = (first == 0) & (last == len(days))  # nearly everybody, on all the days alike
            if throughout.any():
                member = np.where(throughout, index, member)
            some = np.flatnonzero((first < last) & ~throughout)
            if len(some):
                here = (first[some] <= row) & (row < last[some])
                member[:, some] = np.where(here, index[some], member[:, some])
        return member

    @cached_property
    def _enrollment_layers(self) -> list[tuple[Ints, Ints, Ints]]:
        """By student number: index and days (ordinals) of her first, second... enrollment; -1 and no days for none."""
        layers: list[tuple[Ints, Ints, Ints]] = []
        met = [0] * (len(self.students) + 1)
        for index, enrollment in enumerate(self.enrollments):
            student = self.number_of[enrollment.student_id]
            if met[student] == len(layers):
                none, never = np.full(len(met), -1, dtype=np.int32), np.full(len(met), FOREVER, dtype=np.int32)
                layers.append((none, never, never.copy()))
            indices, entry, withdrawal = layers[met[student]]
            met[student] += 1
            indices[student], entry[student] = index, enrollment.entry_date.toordinal()
            withdrawal[student] = enrollment.withdrawal_date.toordinal() if enrollment.withdrawal_date else FOREVER
        return layers
