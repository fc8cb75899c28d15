"""Where each student's official roll is taken on a day: the section and period whose roll speaks for her. Pure.

She is taken at the track's official period; when she has no section in it, at the first later period of the day in
which she has one (rules TX-8 to TX-10); without an official period, at her first period of the day. A half-day student
whose half is over before the official period is taken in her own half, at the nearest earlier period (rule TX-10). When
the day's bell schedule does not have the official period at all, every period of the day is a later one. Where the law
knows no official roll, every section that she has that day is a seat; of a school that takes its roll once or twice a
day, one seat a (half-)day is that in which it is due.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import NEEDS_OFFICIAL_ROLL
from services.credit.school_facts import Ints, SchoolFacts

NO_SEAT = -1
NO_HALF = -1
_NEVER = np.iinfo(np.int32).max
InTurn = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class HalfDays:
    """Of a day on which the roll is taken once or twice: `due[k, student]` whether it is due at her k-th slot, and
    `half[period]` the half of the day that a period is of, or NO_HALF."""

    due: NDArray[np.bool_]
    half: Ints


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """`slots[k, student]` is her k-th slot (she may have several sections in one period) or NO_SEAT; `later[student]`
    says that it is not in the official period, but later or, in her own half, earlier; `enrolled[student]` that she has
    a section, whether it meets or not. Without `halves` the roll of every seat is due."""

    slots: Ints
    later: NDArray[np.bool_]
    enrolled: NDArray[np.bool_]
    halves: HalfDays | None = None

    def speaking(self, student: int, periods: int) -> dict[int, list[int]]:
        """Of one student, the slots whose roll is due, each with those for which it speaks unless their own is taken;
        a slot in a period whose roll is due is none of these."""
        seated = [(layer, int(slot)) for layer, slot in enumerate(self.slots[:, student]) if slot != NO_SEAT]
        halves = self.halves
        if halves is None:
            return {slot: [] for _, slot in seated}
        due = {slot for layer, slot in seated if halves.due[layer, student]}
        owed = {slot % periods for slot in due}
        loose = [slot for _, slot in seated if slot % periods not in owed]
        half = halves.half
        return {slot: [each for each in loose if half[each % periods] == half[slot % periods]] for slot in due}


class Seats:
    """Seat plans of one school. Days with the same sections, spans and bell schedule share one plan.

    `half_day` has the index of every enrollment of a half-day student.
    """

    def __init__(self, facts: SchoolFacts, half_day: Collection[int] = ()) -> None:
        self.facts = facts
        sometimes = {facts.enrollments[index].student_id for index in half_day}
        self._half_day = [
            (row, index in half_day) for index, row in enumerate(facts.enrollments) if row.student_id in sometimes
        ]
        self._one_roll = facts.school.jurisdiction in NEEDS_OFFICIAL_ROLL
        self.sections = sorted(facts.sections)
        self.periods = sorted({period for section in facts.sections.values() for period in section.period_ids})
        self._plans: dict[tuple[object, ...], SeatPlan] = {}
        self._plan_of: dict[tuple[str, date], SeatPlan] = {}
        spans = facts.section_spans
        self._section, self._period, row = self._meetings_of(spans.section_ids)
        self._student, self._begins, self._ends = spans.students[row], spans.begins[row], spans.ends[row]
        self._slot = self._section * len(self.periods) + self._period
        self._breaks = np.unique(np.concatenate((spans.begins, spans.ends)))

    def _meetings_of(self, section_ids: Sequence[str]) -> tuple[Ints, Ints, NDArray[np.intp]]:
        """Every id once for each period of its section: the section's number, the period's, and the id's place."""
        distinct = {section_id: number for number, section_id in enumerate(dict.fromkeys(section_ids))}
        which = np.fromiter(map(distinct.__getitem__, section_ids), dtype=np.intp, count=len(section_ids))
        known = [self.facts.sections.get(section_id) for section_id in distinct]
        periods = [[self._period_number[period] for period in row.period_ids] if row else [] for row in known]
        numbers = np.array([self._section_number.get(section_id, -1) for section_id in distinct], dtype=np.int32)
        counts = np.array([len(of_section) for of_section in periods], dtype=np.intp)
        repeats = counts[which]
        place = np.repeat(np.arange(len(which)), repeats)
        nth = np.arange(len(place)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        every = np.array([period for of_section in periods for period in of_section], dtype=np.int32)
        return numbers[which[place]], every[(np.cumsum(counts) - counts)[which[place]] + nth], place

    def slot_of(self, section_id: str, period_id: str) -> int:
        """The number of a section's period, or NO_SEAT - 1 for one that no section has."""
        section, period = self._section_number.get(section_id), self._period_number.get(period_id)
        return NO_SEAT - 1 if section is None or period is None else section * len(self.periods) + period

    def place_of(self, slot: int) -> tuple[str, str]:
        """Section id and period id of a slot."""
        return self.sections[slot // len(self.periods)], self.periods[slot % len(self.periods)]

    @cached_property
    def _section_number(self) -> Mapping[str, int]:
        return {section_id: number for number, section_id in enumerate(self.sections)}

    @cached_property
    def _period_number(self) -> Mapping[str, int]:
        return {period: number for number, period in enumerate(self.periods)}

    @cached_property
    def _meets_by_weekday(self) -> NDArray[np.bool_]:
        """[8, sections]: which sections meet on each ISO weekday."""
        meets = np.zeros((8, len(self.sections)), dtype=np.bool_)
        for number, section_id in enumerate(self.sections):
            meets[list(self.facts.sections[section_id].weekdays), number] = True
        return meets

    def _meeting(self, on: date) -> NDArray[np.bool_]:
        """Which sections meet on a day: in their span, on their weekday, on a day that their track is taught."""
        meets: NDArray[np.bool_] = self._meets_by_weekday[on.isoweekday()].copy()
        ordinal = on.toordinal()
        meets &= (self._section_spans[0] <= ordinal) & (ordinal < self._section_spans[1])
        for track_id, of_track in self._sections_of_track.items():
            if not self.facts.is_taught(track_id, on):
                meets &= ~of_track
        return meets

    @cached_property
    def _section_spans(self) -> Ints:
        rows = [self.facts.sections[section_id] for section_id in self.sections]
        begins = [row.begins_on.toordinal() for row in rows]
        ends = [(row.ends_before or date.max).toordinal() for row in rows]
        return np.array([begins, ends], dtype=np.int32)

    @cached_property
    def _sections_of_track(self) -> dict[str, NDArray[np.bool_]]:
        tracks = np.array([self.facts.sections[section_id].track_id for section_id in self.sections])
        return {str(track_id): tracks == track_id for track_id in np.unique(tracks)}

    def plan(self, track_id: str, on: date) -> SeatPlan:
        """The seats of the students on a track, on a day that it is taught."""
        if (track_id, on) not in self._plan_of:
            self._plan_of[track_id, on] = self._shared(track_id, on)
        return self._plan_of[track_id, on]

    def _shared(self, track_id: str, on: date) -> SeatPlan:
        track = self.facts.track_on(track_id, on)
        official = track.official_period_id if track and self._one_roll else None
        order, meeting = self.facts.period_order(track_id, on), self._meeting(on)
        span = int(np.searchsorted(self._breaks, on.toordinal(), side="right"))
        half = self._half_day_on(on)
        turns = () if self._one_roll else self.facts.in_turn(track_id, on)
        key = (official, order, turns, span, meeting.tobytes(), half.tobytes())
        if key not in self._plans:
            plan = self._make(official, order, on.toordinal(), meeting, half)
            self._plans[key] = replace(plan, halves=self._halves(plan.slots, turns)) if turns else plan
        return self._plans[key]

    def _halves(self, slots: Ints, turns: InTurn) -> HalfDays:
        """Of each student and half of the day, the seat whose turn is first."""
        half, rank = (np.full(len(self.periods) + 1, NO_HALF, dtype=np.int64) for _ in range(2))
        for place, (name, its_half) in enumerate(turns):
            if name in self._period_number:
                number = self._period_number[name]
                half[number], rank[number] = its_half, place
        seated = slots != NO_SEAT
        section, period = np.divmod(slots, max(1, len(self.periods)))
        period[~seated] = len(self.periods)
        turn = rank[period] * len(self.sections) + section
        due = np.zeros_like(seated)
        for of_day in {its_half for _, its_half in turns}:
            here = np.where(seated & (half[period] == of_day), turn, _NEVER)
            due |= (here == here.min(axis=0)) & (here < _NEVER)
        return HalfDays(due, half[:-1].astype(np.int32))

    def _half_day_on(self, on: date) -> NDArray[np.bool_]:
        """[students + 1], or nothing where nobody is a half-day student: who is one that day."""
        half = np.zeros(len(self.facts.students) + 1 if self._half_day else 0, dtype=np.bool_)
        for row, is_half in self._half_day:
            if row.entry_date <= on and (row.withdrawal_date is None or on < row.withdrawal_date):
                half[self.facts.number_of[row.student_id]] = is_half
        return half

    def _make(
        self,
        official: str | None,
        order: tuple[str, ...],
        ordinal: int,
        meeting: NDArray[np.bool_],
        half: NDArray[np.bool_],
    ) -> SeatPlan:
        students = len(self.facts.students) + 1
        first = order.index(official) if official in order else 0
        rank_of_period = np.array(
            [order.index(period) if period in order else _NEVER for period in self.periods], dtype=np.int32
        )
        if len(self._period) == 0:
            nobody = np.zeros(students, np.bool_)
            return SeatPlan(np.full((1, students), NO_SEAT, np.int32), nobody, nobody)
        rank = rank_of_period[self._period]
        current = (self._begins <= ordinal) & (ordinal < self._ends)
        enrolled = np.zeros(students, dtype=np.bool_)
        enrolled[self._student[current]] = True
        may = meeting[self._section] & current & (rank < _NEVER)
        earlier = rank < first
        may &= ~earlier | (half[self._student] if len(half) else False)
        rank = np.where(earlier, len(order) + first - rank, rank)  # the nearest, and only if there is none later
        rows = np.flatnonzero(may)
        best = np.full(students, _NEVER, dtype=np.int32)
        np.minimum.at(best, self._student[rows], rank[rows])
        if self._one_roll:
            rows = rows[rank[rows] == best[self._student[rows]]]
        rows = rows[np.lexsort((self._slot[rows], self._student[rows]))]
        student = self._student[rows]
        starts = np.searchsorted(student, student, side="left")
        layer = np.arange(len(rows)) - starts
        slots = np.full((int(layer.max(initial=0)) + 1, students), NO_SEAT, dtype=np.int32)
        slots[layer, student] = self._slot[rows]
        later = (best < _NEVER) & (best != first) if official in order else best < _NEVER
        return SeatPlan(slots, later if official is not None else np.zeros(students, np.bool_), enrolled)
