"""For which students of a school which rolls are due, over some days, in columns. Pure.

It comes to what schedule.DUE lists, from the same meetings, by shared.schema.roll_day: a school of 2,000 has some
2,500,000 student-rolls a year, too many to be rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from shared.schema.roll_day import NOON, RollHours
from shared.schema.roster import RollMode

Row = Mapping[str, Any]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]


def hours_of(row: Row) -> RollHours:
    afternoon = row["afternoon_begins_at"] or NOON
    return RollHours(RollMode(row["roll_mode"]), afternoon, row["official_period_id"], row["official_begins_at"])


def in_turn(row: Row) -> tuple[object, ...]:
    """The place of a meeting in the order in which the rolls of a day are due."""
    return *hours_of(row).turn(row["period_id"], row["begins_at"]), row["section_id"]


@dataclass(frozen=True, slots=True)
class Meetings:
    """The meetings of a school's sections, one place an array each, in the order of the day; `row` is whose it is."""

    row: Ints
    day: Ints
    section: Ints
    every_period: Bools
    half: Ints

    @classmethod
    def of(cls, rows: Sequence[Row], sections: Mapping[str, int]) -> Self:
        """Rows as due_rolls.MEETINGS, in their turn: all that is alike of a section's meetings in a period, and their
        days."""
        row = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row["days"]) for row in rows])
        section = np.array([sections[row["section_id"]] for row in rows], np.int32)
        every_period = np.array([row["roll_mode"] == "every_period" for row in rows], bool)
        half = np.array([hours_of(row).half(row["begins_at"]) for row in rows], np.int32)
        return cls(row, in_one([row["days"] for row in rows]), section[row], every_period[row], half[row])


@dataclass(frozen=True, slots=True)
class Seats:
    """Who is in which section from one day up to another, ordered by section; days are numbered from the first."""

    student: Ints
    begins: Ints
    ends: Ints
    first_of: Ints
    """Of each section the place of its first seat, and at the end the number of seats."""

    @classmethod
    def of(cls, rows: Sequence[Row], sections: Mapping[str, int], students: Mapping[str, int]) -> Self:
        """Rows a section and span, in the order of the sections' numbers, as due_rolls.SEATS."""
        sizes = [len(row["students"]) for row in rows]
        student = numbered(chain.from_iterable(row["students"] for row in rows), students, sum(sizes))
        section, begins, ends = (
            np.repeat(np.array(column, np.int32), sizes)
            for column in zip(*((sections[row["section_id"]], row["begins"], row["ends"]) for row in rows), strict=True)
        )
        return cls(student, begins, ends, np.searchsorted(section, np.arange(len(sections) + 1)).astype(np.int32))


def in_one(arrays: Sequence[Sequence[int]]) -> Ints:
    return np.fromiter(chain.from_iterable(arrays), np.int32, sum(map(len, arrays)))


def numbered(ids: Any, students: Mapping[str, int], count: int) -> Ints:
    """The students' numbers; whoever has none gets the next that is nobody's."""
    return np.fromiter(map(students.get, ids, repeat(len(students))), np.int32, count)


def on_days(row: Row, students: Mapping[str, int], days: int) -> Bools:
    """On which days each student is a member: a row a student, and a last one for nobody; a column a day.

    `row` has their memberships in arrays, as due_rolls.MEMBERS.
    """
    student = numbered(row["students"], students, len(row["students"]))
    comes_and_goes = np.zeros((len(students) + 1, days + 1), np.int32)
    np.add.at(comes_and_goes, (student, in_one([row["begins"]])), 1)
    np.add.at(comes_and_goes, (student, in_one([row["ends"]])), -1)
    return comes_and_goes.cumsum(axis=1)[:, :days] > 0


def due_seats(meetings: Meetings, seats: Seats, member: Bools) -> tuple[Ints, Ints]:
    """The places of the meetings and the numbers of the students whose roll is due there. `member` as on_days."""
    of = seats.first_of[meetings.section]
    sizes = seats.first_of[meetings.section + 1] - of
    meeting = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    seat = np.arange(len(meeting), dtype=np.int32) - np.repeat((np.cumsum(sizes) - sizes - of).astype(np.int32), sizes)
    student, day = seats.student[seat], meetings.day[meeting]
    sits = (seats.begins[seat] <= day) & (day < seats.ends[seat]) & member[student, day]
    meeting, student = meeting[sits], student[sits]
    every = meetings.every_period[meeting]
    due = np.concatenate((np.flatnonzero(every), _first_of_each_day(meetings, meeting, student, ~every)))
    return meeting[due], student[due]


def _first_of_each_day(meetings: Meetings, meeting: Ints, student: Ints, daily: Bools) -> NDArray[np.intp]:
    """Which of the daily seats are those in which the roll is taken: of each student and day, or half of a day, one.

    Of several values for one place the last is kept, so that the last of the day are put first.
    """
    places = np.flatnonzero(daily)[::-1]
    if not len(places):
        return places
    day = meetings.day[meeting[places]]
    half = (student[places].astype(np.int64) * (int(day.max()) + 1) + day) * 3 + meetings.half[meeting[places]]
    half -= half.min()
    chosen = np.full(int(half.max()) + 1, -1, np.intp)
    chosen[half] = places
    return chosen[chosen >= 0]
