"""A school's rolls of a month and period as one row: a year is read in ten rows, not six thousand. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from services.credit.roll_runs import RollRun
from services.credit.school_facts import Ints

_DAYS = "<i4"
Slot = tuple[str, str]


class StoredRun(NamedTuple):
    """As RollRun, but what was adjusted is told roll by roll, as "3,4;;0;"."""

    period_id: str
    section_id: str
    roster: int
    codes: str
    days: Sequence[int]
    marks: str
    adjusted: str

    def only(self, places: Sequence[int]) -> "StoredRun":
        """The rolls at those places, in that order."""
        students, told = len(self.marks) // len(self.days), self.adjusted.split(";")
        return self._replace(
            days=[self.days[place] for place in places],
            marks="".join(self.marks[place * students : (place + 1) * students] for place in places),
            adjusted="".join(f"{told[place]};" for place in places),
        )

    def by_month(self) -> Iterator[tuple[date, "StoredRun"]]:
        """Its rolls of each month, in the order of their days."""
        places: dict[date, list[int]] = defaultdict(list)
        for place in sorted(range(len(self.days)), key=self.days.__getitem__):
            places[month_of(date.fromordinal(self.days[place]))].append(place)
        if len(places) == 1 and list(self.days) == sorted(self.days):
            yield next(iter(places)), self
            return
        for month, of_month in places.items():
            yield month, self.only(of_month)


class RollMonth(NamedTuple):
    """The columns of table roll_month after its school: of each run, and of all rolls, run after run."""

    month: date
    period_id: str
    sections: Sequence[str]
    rosters: Sequence[int]
    codes: Sequence[str]
    students: Sequence[int]
    rolls: Sequence[int]
    adjusted: Sequence[str]
    days: bytes
    marks: str


def month_of(on: date) -> date:
    return on.replace(day=1)


def days_of(month: date) -> list[date]:
    first = month.toordinal()
    return [on for number in range(31) if month_of(on := date.fromordinal(first + number)) == month]


def gathered(runs: Iterable[StoredRun]) -> list[RollMonth]:
    """Whole months of rolls; each roll is in one of the runs."""
    months: dict[tuple[date, str], list[StoredRun]] = defaultdict(list)
    for run in runs:
        for month, part in run.by_month():
            months[month, run.period_id].append(part)
    return [
        RollMonth(
            month,
            period_id,
            [part.section_id for part in parts],
            [part.roster for part in parts],
            [part.codes for part in parts],
            [len(part.marks) // len(part.days) for part in parts],
            [len(part.days) for part in parts],
            [part.adjusted for part in parts],
            np.array([day for part in parts for day in part.days], dtype=_DAYS).tobytes(),
            "".join(part.marks for part in parts),
        )
        for (month, period_id), parts in months.items()
    ]


def runs_of(
    months: Iterable[RollMonth], others: Iterable[StoredRun], days: Sequence[date], slots: Collection[Slot]
) -> list[RollRun]:
    """The rolls of those days (ascending) and slots, of whole months and of others: a section's year is one run."""
    asked, wanted = np.array([on.toordinal() for on in days], dtype=np.int32), frozenset(slots)
    parts: dict[tuple[str, str, int, str], list[StoredRun]] = defaultdict(list)
    for month in months:
        for run in _taken_apart(month, asked, wanted):
            parts[run[:4]].append(run)
    for run in others:
        if (run.section_id, run.period_id) in wanted:
            parts[run[:4]].extend(part for _, part in run.by_month())
    return [_joined(of_run) for of_run in parts.values()]


def _taken_apart(month: RollMonth, asked: Ints, wanted: frozenset[Slot]) -> Iterator[StoredRun]:
    days = np.frombuffer(month.days, dtype=_DAYS)
    here = asked[np.minimum(np.searchsorted(asked, days), len(asked) - 1)] == days
    every, ordinals, roll, mark = bool(here.all()), days.tolist(), 0, 0
    for section, roster, codes, students, rolls, adjusted in zip(*month[2:8], strict=True):
        first, roll = roll, roll + rolls
        start, mark = mark, mark + rolls * students
        if (section, month.period_id) not in wanted:
            continue
        run = StoredRun(
            month.period_id, section, roster, codes, ordinals[first:roll], month.marks[start:mark], adjusted
        )
        if every:
            yield run
        elif len(places := np.flatnonzero(here[first:roll]).tolist()):
            yield run.only(places)


def _joined(parts: list[StoredRun]) -> RollRun:
    parts.sort(key=lambda part: part.days[0])
    days = [day for part in parts for day in part.days]
    marks = "".join(part.marks for part in parts)
    adjusted = "".join(part.adjusted for part in parts)
    return RollRun(*parts[0][:4], days, marks, _positions(adjusted, len(marks) // len(days)))


def _positions(adjusted: str, students: int) -> list[int]:
    """Positions within a run from positions within each of its rolls, as "3,4;;0;"."""
    if len(adjusted) == adjusted.count(";"):
        return []
    return [
        number * students + int(position)
        for number, roll in enumerate(adjusted.split(";")[:-1])
        for position in roll.split(",")
        if position
    ]
