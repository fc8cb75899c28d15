"""A plan's days of the week: a counselor at one school a day, a school with one counselor a day. Pure.

Counselors and schools have at most five days each, so five weekdays always suffice (König, 1916): each day is placed on
a weekday that is free for both, after exchanging two weekdays along a path where the free ones differ.
"""

import csv
import io
from collections.abc import Iterable, Mapping

from services.program.staff_plan import WEEK, Visit
from shared.schema.base import Id, Schema

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

Node = tuple[str, str, int]
"""Counselor or school; its id; and which of its weeks, for a school that has more than five days."""
Slots = dict[Node, dict[int, Node]]


class Day(Schema):
    """One counselor at one school on one weekday: 1 is Monday, 5 is Friday."""

    counselor_id: Id
    school_id: Id
    weekday: int


class Timetable(Schema):
    """By counselor and weekday."""

    days: tuple[Day, ...]


def timetable(visits: Iterable[Visit]) -> Timetable:
    """A week's days for every visit, the same for the same visits. Raises ValueError for a counselor over five days."""
    slots: Slots = {}
    placed: dict[str, int] = {}
    for visit in sorted(visits, key=lambda visit: (visit.counselor_id, visit.school_id)):
        for _ in range(visit.days_a_week):
            before = placed.get(visit.school_id, 0)
            placed[visit.school_id] = before + 1
            _place(slots, ("counselor", visit.counselor_id, 0), ("school", visit.school_id, before // WEEK))
    days = [
        Day(counselor_id=node[1], school_id=school[1], weekday=weekday)
        for node, week_days in slots.items()
        if node[0] == "counselor"
        for weekday, school in week_days.items()
    ]
    return Timetable(days=tuple(sorted(days, key=lambda day: (day.counselor_id, day.weekday))))


def _place(slots: Slots, counselor: Node, school: Node) -> None:
    ours, theirs = slots.setdefault(counselor, {}), slots.setdefault(school, {})
    both = [day for day in range(1, WEEK + 1) if day not in ours and day not in theirs]
    if both:
        ours[both[0]], theirs[both[0]] = school, counselor
        return
    free_here, free_there = _first_free(ours, counselor), _first_free(theirs, school)
    _exchange(slots, school, free_here, free_there)
    ours[free_here], theirs[free_here] = school, counselor


def _first_free(week: Mapping[int, Node], node: Node) -> int:
    free = next((day for day in range(1, WEEK + 1) if day not in week), None)
    if free is None:
        raise ValueError(f"{node[0]} {node[1]} has more than {WEEK} days a week")
    return free


def _exchange(slots: Slots, start: Node, one: int, other: int) -> None:
    """Exchange two weekdays along the path that leaves `start` by `one`; it never meets the counselor to be placed."""
    path, node, day = [start], start, one
    while day in slots[node]:
        node, day = slots[node][day], other if day == one else one
        path.append(node)
    for node in path:
        week, turn = slots[node], {one: other, other: one}
        moved = {turn.get(day, day): partner for day, partner in week.items()}
        week.clear()
        week.update(moved)


def as_csv(week: Timetable, names: Mapping[str, str]) -> str:
    """RFC 4180. A name that a spreadsheet would run as a formula is preceded by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("counselor_id", "weekday", "school_id", "school_name"))
    for day in week.days:
        name = names.get(day.school_id, "")
        safe = f"'{name}" if name.startswith(("=", "+", "-", "@")) else name
        writer.writerow((day.counselor_id, WEEKDAYS[day.weekday - 1], day.school_id, safe))
    return text.getvalue()
