"""A counselor is absent for good: cover the schools, and touch nobody else's week. Uses `solver`.

The others keep every day they have; only their free days, and a spare counselor's, are given out. Fewest days uncovered
first; then fewest new visits; then fewest weekdays changed; then fewest days on which a school has two counselors.
"""

from collections.abc import Collection, Mapping, Set
from types import MappingProxyType

from services.program.solver import Program, minimise
from services.program.staff_plan import WEEK, Pair
from services.program.timetable import Day, Timetable
from shared.schema.base import Schema

NOBODY: Mapping[str, Set[int]] = MappingProxyType({})


class Cover(Schema):
    """The week without the absent counselor; the days given to others; the days that nobody can cover."""

    timetable: Timetable
    given: tuple[Day, ...]
    uncovered: tuple[Day, ...]
    weekdays_changed: int


def cover(
    week: Timetable,
    absent: str,
    others: Collection[str],
    forbidden: Collection[Pair] = (),
    *,
    still_open: Collection[Day] = (),
    away: Mapping[str, Set[int]] = NOBODY,
    seconds: float = 10.0,
) -> Cover:
    """The least change that covers most. `others` are the counselors who may take a day, spare ones included; `away`
    are the weekdays on which one of them cannot be had.

    `still_open` are days that an earlier absence left uncovered: they are tried again.
    """
    lost = [*still_open, *(day for day in week.days if day.counselor_id == absent)]
    kept = [day for day in week.days if day.counselor_id != absent]
    program, slots, options = Program(), _free_days(kept, absent, others, away), {}
    costs = _Costs(len(lost))
    visited = {(day.counselor_id, day.school_id) for day in kept}
    barred = {(pair.counselor_id, pair.school_id) for pair in forbidden}
    attended = {(day.school_id, day.weekday) for day in kept}
    new: dict[tuple[str, str], int] = {}

    for number, day in enumerate(lost):
        missed = program.variable(1, cost=costs.uncovered)
        choices = []
        for who, weekday in slots:
            pair = who, day.school_id
            if pair in barred:
                continue
            cost = costs.moved * (weekday != day.weekday) + ((day.school_id, weekday) in attended)
            choice = options[number, who, weekday] = program.variable(1, cost=cost)
            choices.append((choice, 1))
            if pair not in visited:
                new.setdefault(pair, program.variable(1, cost=costs.new_visit))
                program.require({choice: 1, new[pair]: -1}, upper=0)
        program.require([*choices, (missed, 1)], lower=1, upper=1)
    for slot in slots:
        program.require([(choice, 1) for (_, *where), choice in options.items() if tuple(where) == slot], upper=1)

    values = minimise(program, seconds=seconds).values
    taken = {number: (who, weekday) for (number, who, weekday), choice in options.items() if values[choice]}
    given = [
        Day(counselor_id=who, school_id=lost[number].school_id, weekday=weekday)
        for number, (who, weekday) in sorted(taken.items())
    ]
    return Cover(
        timetable=Timetable(days=tuple(sorted([*kept, *given], key=lambda day: (day.counselor_id, day.weekday)))),
        given=tuple(given),
        uncovered=tuple(day for number, day in enumerate(lost) if number not in taken),
        weekdays_changed=sum(lost[number].weekday != weekday for number, (_, weekday) in taken.items()),
    )


class _Costs:
    """Each weight is more than all the lesser ones can add up to."""

    def __init__(self, days: int) -> None:
        self.moved = days + 1
        self.new_visit = (days + 1) * (self.moved + 1)
        self.uncovered = (days + 1) * (self.new_visit + self.moved + 1)


def _free_days(
    kept: Collection[Day], absent: str, others: Collection[str], away: Mapping[str, Set[int]]
) -> list[tuple[str, int]]:
    busy = {(day.counselor_id, day.weekday) for day in kept}
    return [
        (who, weekday)
        for who in sorted(set(others) - {absent})
        for weekday in range(1, WEEK + 1)
        if (who, weekday) not in busy and weekday not in away.get(who, ())
    ]
