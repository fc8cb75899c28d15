"""How many rolls were due for each student, and how many have her mark, for a whole school at once. Pure.

It counts what schedule.DUE lists, from the same meetings: a school of 2,000 has some 2,500,000 student-rolls a year,
too many to be rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.roll.register_items import Attendance

Row = Mapping[str, Any]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Meetings:
    """The meetings of some sections, one place an array each; those that come first in the day come last.

    `roster` is the place of the roll's roster, or the last place, which is nobody's, when no roll was taken.
    """

    day: Ints
    section: Ints
    roster: Ints
    every_period: Bools
    instructional: Bools
    half: Ints
    """Of a day on which the roll is taken twice: 0 before lunch, 1 after, 2 at a time that is not known."""

    @classmethod
    def of(cls, rows: Sequence[Row], sections: Mapping[str, int], rosters: Mapping[tuple[str, int], int]) -> Self:
        """Rows a section and period, as MEETINGS: its days and what else each meeting is, in arrays."""
        sizes = [len(row["days"]) for row in rows]

        def column(name: str, kind: Any) -> NDArray[Any]:
            return np.fromiter((value for row in rows for value in row[name]), kind, sum(sizes))

        last_first = np.argsort(-column("turns", np.int32), kind="stable")
        taken = (rosters.get((row["section_id"], roster), len(rosters)) for row in rows for roster in row["rosters"])
        modes = [row["roll_mode"] == "every_period" for row in rows]
        return cls(
            column("days", np.int32)[last_first],
            np.repeat(np.array([sections[row["section_id"]] for row in rows], np.int32), sizes)[last_first],
            np.fromiter(taken, np.int32, sum(sizes))[last_first],
            np.repeat(np.array(modes, bool), sizes)[last_first],
            column("instructional", bool)[last_first],
            column("halves", np.int32)[last_first],
        )


@dataclass(frozen=True, slots=True)
class Seats:
    """Who is in which section from one day up to another, ordered by section; days are numbered from the first."""

    student: Ints
    begins: Ints
    ends: Ints
    first_of: Ints
    """Of each section the place of its first seat, and at the end the number of seats."""

    @classmethod
    def of(
        cls, rows: Sequence[Row], students: Mapping[str, int], sections: Mapping[str, int], first: date, days: int
    ) -> Self:
        """Rows a student and section, with the half-open span of days."""
        section = np.array([sections[row["section_id"]] for row in rows], np.int32)
        order = np.argsort(section, kind="stable")
        begins, ends = spans_of(rows, first, days)
        student = np.array([students[row["student_id"]] for row in rows], np.int32)
        first_of = np.searchsorted(section[order], np.arange(len(sections) + 1)).astype(np.int32)
        return cls(student[order], begins[order], ends[order], first_of)


def spans_of(rows: Sequence[Row], first: date, days: int) -> tuple[Ints, Ints]:
    """The first day of each row's span and the day after its last, as numbers within the `days` from `first`."""
    begins = (min(max((row["begins_on"] - first).days, 0), days) for row in rows)
    ends = (days if row["ends_before"] is None else min((row["ends_before"] - first).days, days) for row in rows)
    return np.fromiter(begins, np.int32, len(rows)), np.fromiter(ends, np.int32, len(rows))


def on_days(rows: Sequence[Row], students: Mapping[str, int], first: date, days: int) -> Bools:
    """On which days each student is a member: a row a student, a column a day."""
    member = np.zeros((len(students), days), bool)
    for row, begins, ends in zip(rows, *spans_of(rows, first, days), strict=True):
        member[students[row["student_id"]], begins : max(begins, ends)] = True
    return member


def on_rosters(rows: Sequence[Row], students: Mapping[str, int]) -> Bools:
    """Who is on which roster: a row a roster, and a last one that has nobody; a column a student."""
    there = np.zeros((len(rows) + 1, len(students)), bool)
    for place, row in enumerate(rows):
        there[place, [students[student] for student in row["students"] if student in students]] = True
    return there


def count_due_marks(meetings: Meetings, seats: Seats, member: Bools, there: Bools) -> list[Attendance]:
    """Of each student of one school, in their order. `member` as on_days, `there` as on_rosters."""
    of = seats.first_of[meetings.section]
    sizes = seats.first_of[meetings.section + 1] - of
    meeting = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    seat = np.arange(len(meeting), dtype=np.int32) - np.repeat((np.cumsum(sizes) - sizes - of).astype(np.int32), sizes)
    student, day = seats.student[seat], meetings.day[meeting]
    sits = (seats.begins[seat] <= day) & (day < seats.ends[seat]) & member[student, day]
    sits &= meetings.instructional[meeting] | ~meetings.every_period[meeting]
    meeting, student, day = meeting[sits], student[sits], day[sits]
    every = meetings.every_period[meeting]
    due = np.concatenate((np.flatnonzero(every), _first_of_each_day(meetings, meeting, student, day, ~every)))
    marked = due[there[meetings.roster[meeting[due]], student[due]]]
    counts = (np.bincount(student[which], minlength=len(member)).tolist() for which in (due, marked))
    return [Attendance(*each) for each in zip(*counts, strict=True)]


def _first_of_each_day(meetings: Meetings, meeting: Ints, student: Ints, day: Ints, daily: Bools) -> NDArray[np.intp]:
    """Which of the daily seats are those in which the roll is taken: of each student and day, or half of a day, one.

    Meetings that come first come last here, and of several values for one place the last is kept.
    """
    places = np.flatnonzero(daily)
    if not len(places):
        return places
    a_day = student[places].astype(np.int64) * (int(day.max()) + 1) + day[places]
    half = a_day * 3 + meetings.half[meeting[places]]
    chosen = np.full(int(half.max()) + 1, -1, np.intp)
    chosen[half] = places
    return chosen[chosen >= 0]
