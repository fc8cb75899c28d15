"""What the official rolls of a school's days say of each student, for all the days at once. Pure.

A student whose section's roll was not taken is `NOT_TAKEN`; of several sections in her official period the mark that
speaks most for her presence counts; without any section to be seen in, she is `NO_SECTION`: unknown, never absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import NO_SECTION, NUMBERS, PARTLY
from services.credit.roll_runs import Block, MarksTaken
from services.credit.school_facts import Ints
from services.credit.seats import NO_SEAT, SeatPlan

Marks = NDArray[np.uint8]
assert NUMBERS <= 256, "a mark is one byte"


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
    plans: Sequence[SeatPlan], row_of_day: Ints, blocks: Sequence[Block], *, every_roll: bool = False
) -> Marks:
    """[rows, students + 1] mark numbers; row i has seat plan `plans[i]`; -1 in `row_of_day` is a day without a row.

    With `every_roll`, all rolls of a student's day speak for her, and PARTLY says that some were not taken.
    """
    slots, plan_of_row = _stacked(plans)
    students = slots.shape[2]
    marks = np.zeros(len(plans) * students, dtype=np.uint8)
    rolls_taken = np.zeros_like(marks)
    for block in blocks:
        row, seen = row_of_day[block.day], block.seen
        if (row < 0).any():
            row, seen = row[row >= 0], seen[row >= 0]
        at = (row.astype(np.intp) * students)[:, None] + block.student
        plan = np.unique(plan_of_row[row])
        shared = plan if len(plan) == 1 else plan_of_row[row]
        for layer in slots:
            here = layer[shared[:, None], block.student] == block.slot
            if here.all():
                places, mark = at, seen
            else:
                here = np.broadcast_to(here, at.shape)
                places, mark = at[here], seen[here]
            marks[places] = np.maximum(marks.take(places), mark)
            if every_roll:
                rolls_taken[places] += 1
    by_day = marks.reshape(len(plans), students)
    if every_roll:
        seats = (slots != NO_SEAT).sum(axis=0)[plan_of_row]
        by_day[(by_day > 0) & (by_day < NO_SECTION) & (rolls_taken.reshape(by_day.shape) < seats)] += PARTLY
    np.putmask(by_day, (slots[0] == NO_SEAT)[plan_of_row], NO_SECTION)
    return by_day
