"""Rolls as a build takes them: a run at a time, which is a section's rolls in a period, day after day. Pure.

A school's year has six thousand official rolls and a few hundred runs: as many objects, and the marks in between are
one text each, which becomes an array without being looked at.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import UNMAPPED, code_in_force, number_of
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import Seats
from shared.schema.entries import MARK_DIGITS

Marks = NDArray[np.uint8]

DIGIT_OF = np.full(256, len(MARK_DIGITS), dtype=np.intp)
DIGIT_OF[np.frombuffer(MARK_DIGITS.encode(), dtype=np.uint8)] = np.arange(len(MARK_DIGITS))


class RollRun(NamedTuple):
    """The rolls of one section and period that share a roster and a list of codes (joined by spaces).

    `days` are ordinals, ascending; `marks` has a digit a student, one roll after another; `adjusted` are the positions
    in it that the office adjusted.
    """

    period_id: str
    section_id: str
    roster: int
    codes: str
    days: Sequence[int]
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

    def indexes(self, codes: str, days: Sequence[int]) -> Ints:
        """The table of each of the days (ordinals, ascending)."""
        since = [day.toordinal() for day in self._changes]
        starts = sorted({0, *np.searchsorted(days, since).tolist()} - {len(days)})
        tables = [self.index(codes, date.fromordinal(days[start])) for start in starts]
        return np.repeat(np.array(tables, dtype=np.int32), np.diff([*starts, len(days)]))

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
    runs: Sequence[RollRun],
    rosters: Mapping[tuple[str, int], Ints],
    seats: Seats,
    tables: CodeTables,
    days: Sequence[date],
    times: Mapping[tuple[date, str, str], Sequence[int]] | None = None,
) -> MarksTaken:
    """Unpack runs into columns; `day` is an index into `days`. A run's roster must be as long as each of its rolls.

    `times`, by day, period and section: triples (see roll_times) of the rolls that were given some.
    """
    if not runs:
        nothing = np.empty(0, np.int32)
        return MarksTaken(nothing, nothing, nothing, np.empty(0, np.uint8), np.empty((0, 3), np.int32))
    on_roster = [rosters[run.section_id, run.roster] for run in runs]
    sizes = [len(students) * len(run.days) for students, run in zip(on_roster, runs, strict=True)]
    student = np.concatenate([np.tile(students, len(run.days)) for students, run in zip(on_roster, runs, strict=True)])
    digits = DIGIT_OF[np.frombuffer("".join(run.marks for run in runs).encode("ascii"), dtype=np.uint8)]
    assert len(digits) == len(student), "a roll has one mark for each student of its roster"

    starts = np.cumsum(sizes) - sizes
    adjusted = np.zeros(len(student), dtype=np.intp)
    timed = [np.empty((0, 3), dtype=np.int32)]
    for start, run, students in zip(starts.tolist(), runs, on_roster, strict=True):
        if run.adjusted:
            adjusted[start + np.array(run.adjusted)] = 1
        for number, day in enumerate(run.days if times else ()):
            if times and (said := times.get((date.fromordinal(day), run.period_id, run.section_id))):
                at = np.array([start + number * len(students), 0, 0], dtype=np.int32)
                timed.append(np.array(said, dtype=np.int32).reshape(-1, 3) + at)

    lengths = np.repeat([len(students) for students in on_roster], [len(run.days) for run in runs])
    table = np.concatenate([tables.indexes(run.codes, run.days) for run in runs])
    seen = np.stack(tables.tables)[np.repeat(table, lengths), adjusted, digits]
    ordinals = np.concatenate([np.array(run.days, dtype=np.int32) for run in runs])
    day_index = np.searchsorted([day.toordinal() for day in days], ordinals).astype(np.int32)
    slot = np.array([seats.slot_of(run.section_id, run.period_id) for run in runs], dtype=np.int32)
    return MarksTaken(np.repeat(day_index, lengths), np.repeat(slot, sizes), student, seen, np.concatenate(timed))
