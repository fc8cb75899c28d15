"""How many rolls were due for each student, and how many have her mark, for a whole school at once. Pure."""

from collections.abc import Mapping, Sequence

import numpy as np

from services.roll.due_seats import Bools, Ints, Meetings, Row, Seats, due_seats
from services.roll.register_items import Attendance


def rosters_of(meetings: Sequence[Row], rosters: Sequence[Row]) -> Ints:
    """Of each meeting the place of its roll's roster, or the place after the last when no roll was taken."""
    place_of = {(row["section_id"], row["roster"]): place for place, row in enumerate(rosters)}
    taken = [place_of.get((row["section_id"], roster), len(rosters)) for row in meetings for roster in row["rosters"]]
    return np.array(taken, np.int32)


def on_rosters(rows: Sequence[Row], students: Mapping[str, int]) -> Bools:
    """Who is on which roster: a row a roster, and a last one that has nobody; a column a student."""
    there = np.zeros((len(rows) + 1, len(students)), bool)
    for place, row in enumerate(rows):
        there[place, [students[student] for student in row["students"] if student in students]] = True
    return there


def count_due_marks(meetings: Meetings, seats: Seats, member: Bools, roster: Ints, there: Bools) -> list[Attendance]:
    """Of each student of one school, in their order. Arguments as due_seats, rosters_of and on_rosters."""
    meeting, student = due_seats(meetings, seats, member)
    marked = student[there[roster[meeting], student]]
    counts = (np.bincount(which, minlength=there.shape[1]).tolist() for which in (student, marked))
    return [Attendance(*each) for each in zip(*counts, strict=True)]
