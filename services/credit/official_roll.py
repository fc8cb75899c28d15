"""What the official rolls of a school's days say of each student, for all the days at once. Pure.

A student whose section's roll was not taken is `NOT_TAKEN`; of several sections in her official period the mark that
speaks most for her presence counts; without any section to be seen in, she is `NO_SECTION`: unknown, never absent.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import NO_SECTION, NUMBERS, PARTLY, UNMAPPED, code_in_force, number_of
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import NO_SEAT, SeatPlan, Seats
from shared.schema.entries import MARK_DIGITS

Marks = NDArray[np.uint8]
assert NUMBERS <= 256, "a mark is one byte"

DIGIT_OF = np.full(256, len(MARK_DIGITS), dtype=np.intp)
DIGIT_OF[np.frombuffer(MARK_DIGITS.encode(), dtype=np.uint8)] = np.arange(len(MARK_DIGITS))


class Roll(NamedTuple):
    """A roll that was taken: `codes` joined by spaces, a digit a student, the positions that the office adjusted.

    A tuple, because a year has six thousand of them a school and nothing is cheaper to make.
    """

    on: date
    period_id: str
    section_id: str
    roster: int
    codes: str
    marks: str
    adjusted: Sequence[int]


@dataclass(frozen=True, slots=True)
class MarksTaken:
    """Marks of taken rolls as columns: the day (an index), the slot, the student's number, and what was seen.

    `timed`: [n, 3], the index of a mark here, and the seconds of the day of arrival and of leaving.
    """

    day: Ints
    slot: Ints
    student: Ints
    seen: Marks
    timed: Ints


class CodeTables:
    """Digits to mark numbers, per list of codes and day. Days between two changes of codes share a table."""

    def __init__(self, facts: SchoolFacts) -> None:
        self._facts = facts
        self._changes = sorted(
            {day for rows in facts.codes.values() for row in rows for day in (row.begins_on, row.ends_before) if day}
        )
        self._index: dict[tuple[str, int], int] = {}
        self.tables: list[Marks] = []

    def index(self, codes: str, on: date) -> int:
        epoch = bisect_right(self._changes, on)
        if (codes, epoch) not in self._index:
            self._index[codes, epoch] = len(self.tables)
            self.tables.append(self._table(codes, on))
        return self._index[codes, epoch]

    def _table(self, codes: str, on: date) -> Marks:
        jurisdiction = self._facts.school.jurisdiction
        table = np.full((2, len(MARK_DIGITS) + 1), UNMAPPED, dtype=np.uint8)
        for digit, code in enumerate(codes.split(" ")):
            defined = code_in_force(self._facts.codes, code, on)
            for adjusted in (False, True):
                table[int(adjusted), digit] = number_of(defined, adjusted=adjusted, jurisdiction=jurisdiction)
        return table

    def unmapped(self, codes: str, on: date) -> list[str]:
        """The codes of the list that have no definition in force, or not all that the jurisdiction asks of one."""
        table = self.tables[self.index(codes, on)]
        return [code for digit, code in enumerate(codes.split(" ")) if table[0, digit] == UNMAPPED]


def marks_taken(
    rolls: Sequence[Roll],
    rosters: Mapping[tuple[str, int], Ints],
    seats: Seats,
    tables: CodeTables,
    day_index: Mapping[date, int],
    times: Mapping[tuple[date, str, str], Sequence[int]] | None = None,
) -> MarksTaken:
    """Unpack rolls into columns. Every roll's roster must be given, and be as long as its marks.

    `times`, by day, period and section: triples (see roll_times) of the rolls that were given some.
    """
    if not rolls:
        nothing = np.empty(0, np.int32)
        return MarksTaken(nothing, nothing, nothing, np.empty(0, np.uint8), np.empty((0, 3), np.int32))
    on_roster = [rosters[roll.section_id, roll.roster] for roll in rolls]
    lengths = np.array([len(students) for students in on_roster])
    student = np.concatenate(on_roster)
    digits = DIGIT_OF[np.frombuffer("".join(roll.marks for roll in rolls).encode("ascii"), dtype=np.uint8)]
    assert len(digits) == len(student), "a roll has one mark for each student of its roster"

    starts = np.cumsum(lengths) - lengths
    adjusted = np.zeros(len(student), dtype=np.intp)
    timed = [np.empty((0, 3), dtype=np.int32)]
    for start, roll in zip(starts, rolls, strict=True):
        if roll.adjusted:
            adjusted[start + np.array(roll.adjusted)] = 1
        if times and (said := times.get((roll.on, roll.period_id, roll.section_id))):
            timed.append(np.array(said, dtype=np.int32).reshape(-1, 3) + np.array([start, 0, 0], dtype=np.int32))

    table = np.array([tables.index(roll.codes, roll.on) for roll in rolls])
    lookup = np.stack(tables.tables)
    seen = lookup[np.repeat(table, lengths), adjusted, digits]
    day = np.repeat(np.array([day_index[roll.on] for roll in rolls], dtype=np.int32), lengths)
    slot = np.array([seats.slot_of(roll.section_id, roll.period_id) for roll in rolls], dtype=np.int32)
    return MarksTaken(day, np.repeat(slot, lengths), student, seen, np.concatenate(timed))


@dataclass(frozen=True, slots=True)
class Takings:
    """Every roll that speaks of each student-day: `place` (row * students + student) and `mark` (an index into the
    marks taken) of each that was taken; `seats` [rows, students] how many there should be."""

    place: Ints
    mark: Ints
    seats: Ints


def every_taking(plans: Sequence[SeatPlan], row_of_day: Ints, taken: MarksTaken) -> Takings:
    """The marks of students in their own seats; row i has seat plan `plans[i]`, -1 in `row_of_day` has no row."""
    slots, plan_of_row = _stacked(plans)
    students = slots.shape[2]
    row = row_of_day[taken.day]
    ours = np.flatnonzero(row >= 0)
    row, student, slot = row[ours], taken.student[ours], taken.slot[ours]
    in_plan = plan_of_row[row] * students + student
    at = row * students + student
    here = [np.flatnonzero(layer.ravel()[in_plan] == slot) for layer in slots]
    found = np.concatenate(here)
    seats = (slots != NO_SEAT).sum(axis=0, dtype=np.int32)[plan_of_row]
    return Takings(at[found], ours[found].astype(np.int32), seats)


def _stacked(plans: Sequence[SeatPlan]) -> tuple[Ints, Ints]:
    """[layers, distinct plans, students] slots, and the plan of each row."""
    distinct = list({id(plan): plan for plan in plans}.values())
    number = {id(plan): index for index, plan in enumerate(distinct)}
    layers = max(len(plan.slots) for plan in distinct)
    slots = np.full((layers, len(distinct), distinct[0].slots.shape[1]), NO_SEAT, dtype=np.int32)
    for index, plan in enumerate(distinct):
        slots[: len(plan.slots), index] = plan.slots
    return slots, np.array([number[id(plan)] for plan in plans], dtype=np.int32)


def official_marks(
    plans: Sequence[SeatPlan], row_of_day: Ints, taken: MarksTaken, *, every_roll: bool = False
) -> Marks:
    """[rows, students + 1] mark numbers; row i has seat plan `plans[i]`; -1 in `row_of_day` is a day without a row.

    With `every_roll`, all rolls of a student's day speak for her, and PARTLY says that some were not taken.
    """
    slots, plan_of_row = _stacked(plans)
    students = slots.shape[2]
    row = row_of_day[taken.day]
    ours = row >= 0
    every = bool(ours.all())
    row, student = (row, taken.student) if every else (row[ours], taken.student[ours])
    slot, seen = (taken.slot, taken.seen) if every else (taken.slot[ours], taken.seen[ours])
    in_plan = plan_of_row[row] * students + student
    at = row * students + student

    marks = np.zeros(len(plans) * students, dtype=np.uint8)
    rolls_taken = np.zeros_like(marks)
    for layer in slots:
        here = np.flatnonzero(layer.ravel()[in_plan] == slot)
        places = at[here]
        marks[places] = np.maximum(marks[places], seen[here])
        rolls_taken[places] += 1
    by_day = marks.reshape(len(plans), students)
    if every_roll:
        seats = (slots != NO_SEAT).sum(axis=0)[plan_of_row]
        by_day[(by_day > 0) & (by_day < NO_SECTION) & (rolls_taken.reshape(by_day.shape) < seats)] += PARTLY
    by_day[(slots[0] == NO_SEAT)[plan_of_row]] = NO_SECTION
    return by_day
