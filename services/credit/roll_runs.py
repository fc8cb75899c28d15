"""Rolls as a build takes them: a run at a time, which is a section's rolls in a period, day after day. Pure.

A school's year has six thousand official rolls and a few hundred runs: as many objects, and the marks in between are
one text each, which becomes a block of days and students without being looked at.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.mark_seen import UNMAPPED, code_in_force, number_of
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import Seats
from shared.schema.entries import MARK_DIGITS

Marks = NDArray[np.uint8]


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


class Block(NamedTuple):
    """A run unpacked: the days (indices) by the students (numbers) of one slot, and `seen` [days, students].

    `timed`: [n, 3], the index of a mark in the flattened block, and the seconds of the day of arrival and of leaving.
    """

    day: Ints
    slot: int
    student: Ints
    seen: Marks
    timed: Ints


@dataclass(frozen=True, slots=True)
class MarksTaken:
    """Marks of taken rolls as columns: the day (an index), the slot, the student's number, and what was seen.

    `timed`: as of a block, of all the marks here.
    """

    day: Ints
    slot: Ints
    student: Ints
    seen: Marks
    timed: Ints


@dataclass(frozen=True)
class RollsTaken:
    """The rolls of a build: as blocks, and as columns for whoever looks at every taking by itself."""

    blocks: Sequence[Block]

    @cached_property
    def columns(self) -> MarksTaken:
        sizes = [block.seen.size for block in self.blocks]
        starts = np.cumsum(sizes) - sizes
        timed = [
            block.timed + np.array([start, 0, 0], dtype=np.int32)
            for start, block in zip(starts.tolist(), self.blocks, strict=True)
            if len(block.timed)
        ]
        return MarksTaken(
            _joined([np.repeat(block.day, len(block.student)) for block in self.blocks], np.int32),
            np.repeat(np.array([block.slot for block in self.blocks], dtype=np.int32), sizes),
            _joined([np.tile(block.student, len(block.day)) for block in self.blocks], np.int32),
            _joined([block.seen.ravel() for block in self.blocks], np.uint8),
            np.concatenate([_UNTIMED, *timed]),
        )


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.integer[Any]]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *parts])


class CodeTables:
    """Digits (as bytes) to mark numbers, per list of codes and day. Days between two changes of codes share a table."""

    def __init__(self, facts: SchoolFacts) -> None:
        self._facts = facts
        self._changes = sorted(
            {day for rows in facts.codes.values() for row in rows for day in (row.begins_on, row.ends_before) if day}
        )
        self._since = [day.toordinal() for day in self._changes]
        self._tables: dict[tuple[str, int], tuple[bytes, bytes]] = {}

    def spans(self, run: RollRun) -> list[tuple[int, int, tuple[bytes, bytes]]]:
        """From which to before which of the run's rolls a table holds, and the table."""
        inside = {bisect_left(run.days, day) for day in self._since}
        starts = sorted({0, *inside} - {len(run.days)})
        return [
            (start, end, self.table(run.codes, date.fromordinal(run.days[start])))
            for start, end in zip(starts, [*starts[1:], len(run.days)], strict=True)
        ]

    def table(self, codes: str, on: date) -> tuple[bytes, bytes]:
        """As the teacher's mark and as the office's: `bytes.translate` tables."""
        key = codes, bisect_right(self._changes, on)
        if key not in self._tables:
            self._tables[key] = self._made(codes, on, False), self._made(codes, on, True)
        return self._tables[key]

    def _made(self, codes: str, on: date, adjusted: bool) -> bytes:
        table = bytearray([UNMAPPED]) * 256
        for digit, code in zip(MARK_DIGITS.encode(), codes.split(" "), strict=False):
            defined = code_in_force(self._facts.codes, code, on)
            table[digit] = number_of(defined, adjusted=adjusted, jurisdiction=self._facts.school.jurisdiction)
        return bytes(table)

    def unmapped(self, codes: str, on: date) -> list[str]:
        """The codes of the list that have no definition in force, or not all that the jurisdiction asks of one."""
        table, _ = self.table(codes, on)
        return [code for digit, code in zip(MARK_DIGITS.encode(), codes.split(" "), strict=False)
                if table[digit] == UNMAPPED]  # fmt: skip


Times = Mapping[tuple[date, str, str], Sequence[int]]
"""By day, period and section: triples (see roll_times) of the rolls that were given some."""


def rolls_taken(
    runs: Sequence[RollRun],
    rosters: Mapping[tuple[str, int], Ints],
    seats: Seats,
    tables: CodeTables,
    days: Sequence[date],
    times: Times | None = None,
) -> RollsTaken:
    """Unpack runs; a block's days are indices of `days`. A run's roster must be as long as each of its rolls."""
    ordinals = np.array([on.toordinal() for on in days])
    blocks = []
    for run in runs:
        students = rosters[run.section_id, run.roster]
        seen = _seen(run, len(students), tables)
        timed = _timed(run, len(students), times) if times else _UNTIMED
        slot = seats.slot_of(run.section_id, run.period_id)
        blocks.append(Block(np.searchsorted(ordinals, run.days).astype(np.int32), slot, students, seen, timed))
    return RollsTaken(blocks)


def _seen(run: RollRun, students: int, tables: CodeTables) -> Marks:
    marks = run.marks.encode("ascii")
    assert len(marks) == len(run.days) * students, "a roll has one mark for each student of its roster"
    spans = tables.spans(run)
    seen = b"".join(marks[start * students : end * students].translate(told) for start, end, (told, _) in spans)
    if not run.adjusted:
        return np.frombuffer(seen, dtype=np.uint8).reshape(len(run.days), students)
    by_office = b"".join(marks[start * students : end * students].translate(told) for start, end, (_, told) in spans)
    stands = np.frombuffer(bytearray(seen), dtype=np.uint8)
    stands[run.adjusted] = np.frombuffer(by_office, dtype=np.uint8)[run.adjusted]
    return stands.reshape(len(run.days), students)


_UNTIMED: Ints = np.empty((0, 3), dtype=np.int32)


def _timed(run: RollRun, students: int, times: Times) -> Ints:
    timed = [
        np.array(said, dtype=np.int32).reshape(-1, 3) + np.array([number * students, 0, 0], dtype=np.int32)
        for number, day in enumerate(run.days)
        if (said := times.get((date.fromordinal(day), run.period_id, run.section_id)))
    ]
    return np.concatenate([_UNTIMED, *timed])
