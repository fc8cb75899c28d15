"""What the official rolls of a school's days say of each student, for all the days at once. Pure.

A student whose section's roll was not taken is `NOT_TAKEN`; of several sections in her official period the mark that
speaks most for her presence counts; without any section to be seen in, she is `NO_SECTION`: unknown, never absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import NO_SECTION, NUMBERS, PARTLY
from services.credit.roll_runs import Block, MarksTaken
from services.credit.school_facts import Ints
from services.credit.seats import NO_SEAT, SeatPlan

Marks = NDArray[np.uint8]
assert NUMBERS <= 256, "a mark is one byte"
_NOWHERE = np.array([-(1 << 62)], dtype=np.int64)


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
class Takings:
    """Every roll that speaks of each student-day: `place` (row * students + student) and `mark` (an index into the
    marks taken) of each that was taken, and whether it was `due`; `seats` [rows, students] how many there should be:
    those that were due, and those taken although none was."""

    place: Ints
    mark: Ints
    due: NDArray[np.bool_]
    seats: Ints


def every_taking(plans: Sequence[SeatPlan], row_of_day: Ints, taken: MarksTaken) -> Takings:
    """The marks of students in their own seats; row i has seat plan `plans[i]`, -1 in `row_of_day` has no row."""
    slots, due, plan_of_row = _stacked(plans)
    students = slots.shape[2]
    row = row_of_day[taken.day]
    ours = np.flatnonzero(row >= 0)
    row, student, slot = row[ours], taken.student[ours], taken.slot[ours]
    in_plan = plan_of_row[row] * students + student
    at = row * students + student
    here = [np.flatnonzero(layer.ravel()[in_plan] == slot) for layer in slots]
    found = np.concatenate(here)
    was_due = np.concatenate([layer.ravel()[in_plan[at_layer]] for layer, at_layer in zip(due, here, strict=True)])
    seats = due.sum(axis=0, dtype=np.int32)[plan_of_row]
    np.add.at(seats.reshape(-1), at[found[~was_due]], 1)
    return Takings(at[found], ours[found].astype(np.int32), was_due, seats)


def _stacked(plans: Sequence[SeatPlan]) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """[layers, distinct plans, students] slots and whether their rolls are due, and the plan of each row."""
    distinct = list({id(plan): plan for plan in plans}.values())
    number = {id(plan): index for index, plan in enumerate(distinct)}
    layers = max(len(plan.slots) for plan in distinct)
    slots = np.full((layers, len(distinct), distinct[0].slots.shape[1]), NO_SEAT, dtype=np.int32)
    due = np.zeros(slots.shape, dtype=np.bool_)
    for index, plan in enumerate(distinct):
        slots[: len(plan.slots), index] = plan.slots
        due[: len(plan.slots), index] = plan.slots != NO_SEAT if plan.halves is None else plan.halves.due
    return slots, due, np.array([number[id(plan)] for plan in plans], dtype=np.int32)


def official_marks(
    plans: Sequence[SeatPlan], row_of_day: Ints, blocks: Sequence[Block], *, every_roll: bool = False
) -> Marks:
    """[rows, students + 1] mark numbers; row i has seat plan `plans[i]`; -1 in `row_of_day` is a day without a row.

    With `every_roll`, all rolls of a student's day speak for her, and PARTLY says that some that were due were not
    taken.
    """
    slots, due, plan_of_row = _stacked(plans)
    columns, taken = _by_place(blocks, row_of_day, len(plans), slots.shape[2])
    marks = np.zeros((len(plans), slots.shape[2]), dtype=np.uint8)
    rolls_taken = np.zeros_like(marks)
    for layer, owed in zip(slots, due, strict=True):
        seen = _each_in_its_plan(taken, columns.of(layer), plan_of_row)
        np.maximum(marks, seen, out=marks)
        if every_roll:
            every_seat = np.array_equal(owed, layer != NO_SEAT)
            rolls_taken += seen > 0 if every_seat else (seen > 0) & owed[plan_of_row]
    if every_roll:
        seats = due.sum(axis=0)[plan_of_row]
        marks[(marks > 0) & (marks < NO_SECTION) & (rolls_taken < seats)] += PARTLY
    np.putmask(marks, (slots[0] == NO_SEAT)[plan_of_row], NO_SECTION)
    return marks


class _Columns(NamedTuple):
    """Which column has the marks of a place (slot * students + student); places ascend, the first is nowhere."""

    places: NDArray[np.int64]
    numbers: NDArray[np.intp]

    def of(self, slots: Ints) -> NDArray[np.intp]:
        """[..., students] slots to columns; 0, which is empty, for a seat in which nobody was ever seen."""
        wanted = slots.astype(np.int64) * slots.shape[-1] + np.arange(slots.shape[-1])
        at = np.searchsorted(self.places, wanted).clip(max=len(self.places) - 1)
        return np.where(self.places[at] == wanted, self.numbers[at], 0)


def _by_place(blocks: Sequence[Block], row_of_day: Ints, rows: int, students: int) -> tuple[_Columns, Marks]:
    """[rows, places]: what was seen at every place of a roster, 0 where its roll was not taken.

    A slot has one roll a day, so blocks never meet. Places are numbered as they are met: a roster's lie side by side.
    """
    met = [block.slot * students + block.student.astype(np.int64) for block in blocks]
    places, first, which = np.unique(np.concatenate([_NOWHERE, *met]), return_index=True, return_inverse=True)
    numbers = np.empty(len(places), dtype=np.intp)
    numbers[np.argsort(first)] = np.arange(len(places))
    taken = np.zeros((rows, len(places)), dtype=np.uint8)
    end = 1
    for block in blocks:
        start, end = end, end + len(block.student)
        row, seen = row_of_day[block.day], block.seen
        if (row < 0).any():
            row, seen = row[row >= 0], seen[row >= 0]
        taken[_mesh(row, numbers[which[start:end]])] = seen
    return _Columns(places, numbers), taken


def _mesh(row: Ints, column: NDArray[np.intp]) -> tuple[slice | NDArray[Any], slice | NDArray[Any]]:
    """Rows (ascending) and columns to index by; as slices, which copy ten times faster, where they are consecutive."""
    rows = slice(row[0], row[-1] + 1) if len(row) and row[-1] - row[0] == len(row) - 1 else None
    columns = slice(column[0], column[-1] + 1) if len(column) and (column[1:] - column[:-1] == 1).all() else None
    if rows is None and columns is None:
        return row[:, None], column
    return row if rows is None else rows, column if columns is None else columns


def _each_in_its_plan(taken: Marks, column: NDArray[np.intp], plan_of_row: Ints) -> Marks:
    """[rows, students]: of each row, the columns that its plan (an index into `column`) names."""
    if len(column) == 1:
        seen: Marks = taken.take(column[0], axis=1)
        return seen
    seen = np.empty((len(taken), column.shape[1]), dtype=np.uint8)
    for plan, columns in enumerate(column):
        rows = np.flatnonzero(plan_of_row == plan)
        seen[rows] = taken[rows].take(columns, axis=1)
    return seen
