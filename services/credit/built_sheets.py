"""A school's built sheets as arrays in memory, and the sums that every answer is made of. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from services.credit.cases import COLUMNS
from services.credit.day_count import DayCount
from services.credit.not_taken import BLOCKS, Setting, Untaken, in_force
from services.credit.sheets import Cases, SheetOfDay

FIELD_BITS = 12
"""Five sums of up to 4095 sixths share a 64-bit word: 682 days, more than any window that is asked for has."""
LONGEST_WINDOW = (2**FIELD_BITS - 1) // 6
Sixths = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TrackSheets:
    """[days, students]: the case of each student on each day; `problems` and `later_roll` by day."""

    days: tuple[date, ...]
    cases: Cases
    later_roll: NDArray[np.int64]
    problems: tuple[tuple[str, ...], ...]

    def between(self, first: date, last: date) -> slice:
        """The days from `first` until before `last`."""
        low, high = np.searchsorted(
            np.array([on.toordinal() for on in self.days]), (first.toordinal(), last.toordinal())
        )
        if high - low > LONGEST_WINDOW:
            raise ValueError(f"a window has at most {LONGEST_WINDOW} days of instruction")
        return slice(int(low), int(high))

    def that_count(self, first: date, last: date, waived: Collection[date]) -> "TrackSheets":
        """The days from `first` until before `last`, without those that were waived."""
        window = self.between(first, last)
        days = self.days[window]
        kept = [row for row, on in enumerate(days, window.start) if on not in waived]
        rows = window if len(kept) == len(days) else np.array(kept, dtype=np.int64)
        problems = tuple(self.problems[row] for row in kept)
        return TrackSheets(tuple(self.days[row] for row in kept), self.cases[rows], self.later_roll[rows], problems)


def stack_sheets(sheets: Sequence[SheetOfDay], students: int) -> dict[str, TrackSheets]:
    """Sheets by track, each in the order of its days."""
    by_track: dict[str, list[SheetOfDay]] = {}
    for sheet in sheets:
        by_track.setdefault(sheet.track_id, []).append(sheet)
    return {track_id: _stack(of_track, students) for track_id, of_track in by_track.items()}


def _stack(sheets: list[SheetOfDay], students: int) -> TrackSheets:
    sheets.sort(key=lambda sheet: sheet.on)
    wide = any(sheet.width > 2 for sheet in sheets)
    cases = np.zeros((len(sheets), students), dtype=np.uint32 if wide else np.uint16)
    for row, sheet in enumerate(sheets):
        known = sheet.numbers
        cases[row, : len(known)] = known
    return TrackSheets(
        tuple(sheet.on for sheet in sheets),
        cases,
        np.array([sheet.later_roll for sheet in sheets], dtype=np.int64),
        tuple(sheet.problems for sheet in sheets),
    )


@dataclass(frozen=True, slots=True)
class CaseValues:
    """What a student-day of each case adds, in whole sixths: as columns, and packed into one word. `beyond`: what the
    few cases whose days are no whole sixths add to that.

    Sheets hold numbers below `block`. Where a district has settings of what becomes of rolls not taken, the cases
    stand there three times: as they are, and from `block` on as each setting would read them.
    """

    columns: Sixths
    packed: Sixths
    block: int
    settings: tuple[Setting, ...] = ()
    beyond: Mapping[int, DayCount] = field(default_factory=dict)

    @classmethod
    def of(
        cls, columns: Sixths, settings: tuple[Setting, ...] = (), beyond: Mapping[int, DayCount] | None = None
    ) -> "CaseValues":
        shifts = FIELD_BITS * np.arange(len(COLUMNS))
        block = len(columns) // len(BLOCKS) if settings else len(columns)
        return cls(columns, (columns << shifts).sum(axis=1), block, settings, beyond or {})

    def as_set(self, jurisdiction: str, begins_on: date) -> tuple["CaseValues", int, Untaken]:
        """The values of sheets' own numbers in a period that begins then, where they stand, and by which setting."""
        untaken = Untaken(jurisdiction, in_force(self.settings, jurisdiction, begins_on))
        first = self.block * BLOCKS.index(untaken.counts_as)
        here = slice(first, first + self.block)
        beyond = {number - first: count for number, count in self.beyond.items() if here.start <= number < here.stop}
        return CaseValues(self.columns[here], self.packed[here], self.block, beyond=beyond), first, untaken

    def place(self, counts: Sixths, first: int) -> Sixths:
        """Counts of sheets' own numbers, as counts of the cases that stand from `first` on."""
        placed = np.zeros(len(self.columns), dtype=np.int64)
        placed[first : first + self.block] = counts
        return placed


def sum_by_student(cases: Cases, values: CaseValues) -> Sixths:
    """[students, COLUMNS]: each student's sums over the days, in sixths."""
    words = values.packed[cases].sum(axis=0)
    shifts = FIELD_BITS * np.arange(len(COLUMNS))
    columns: Sixths = (words[:, None] >> shifts) & (2**FIELD_BITS - 1)
    return columns


def beyond_by_student(built: "Built", values: CaseValues, first: date, last: date) -> dict[int, DayCount]:
    """What the days from `first` until before `last` add to `sum_by_student` beyond whole sixths, by student's place:
    of the few students who are served in blocks, and of nobody else."""
    found: dict[int, DayCount] = {}
    for sheets in built.values() if values.beyond else ():
        window = sheets.cases[sheets.between(first, last)]
        for number, count in values.beyond.items():
            times = (window == number).sum(axis=0)
            for place in np.flatnonzero(times).tolist():
                found[place] = found.get(place, DayCount()) + count * int(times[place])
    return found


def count_cases(cases: Cases, values: CaseValues) -> Sixths:
    """How many student-days there are of each case number; number 0 is of students who are no members."""
    counts: Sixths = np.bincount(cases.ravel(), minlength=len(values.columns))
    counts[0] = 0
    return counts


def total(counts: Sixths, values: CaseValues) -> DayCount:
    """The sums of so many student-days of each case, exactly."""
    whole = DayCount(**dict(zip(COLUMNS, (counts @ values.columns).tolist(), strict=True)))
    return sum((count * int(counts[case_no]) for case_no, count in values.beyond.items() if counts[case_no]), whole)


def as_count(row: Sixths) -> DayCount:
    return DayCount(**dict(zip(COLUMNS, row.tolist(), strict=True)))


Built = Mapping[str, TrackSheets]
