"""A plan's days of the week where some counselors are away on some of them. Uses `solver`.

Every counselor is on days that he has, always; and a school sees one counselor a day where that can be: as few days as
possible have two. Where nobody is away that is always so (see `timetable`), and needs no solver.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set

from services.program.solver import Program, minimise
from services.program.staff_plan import WEEK, Visit
from services.program.timetable import Day, Timetable, timetable


def week_of(visits: Iterable[Visit], away: Mapping[str, Set[int]], *, seconds: float = 10.0) -> Timetable:
    """The same for the same visits. Raises ValueError for a counselor with more days than weekdays."""
    chosen = sorted(visits, key=lambda visit: (visit.counselor_id, visit.school_id))
    if not away:
        return timetable(chosen)
    program = Program()
    days: dict[tuple[Visit, int], int] = {}
    of_counselor, of_school = defaultdict(list), defaultdict(list)
    needed: dict[str, int] = defaultdict(int)
    for visit in chosen:
        open_to = [day for day in range(1, WEEK + 1) if day not in away.get(visit.counselor_id, ())]
        if visit.days_a_week > len(open_to):
            raise ValueError(f"counselor {visit.counselor_id} has more than {len(open_to)} days a week")
        needed[visit.school_id] += visit.days_a_week
        mine = []
        for day in open_to:
            index = days[visit, day] = program.variable(1)
            mine.append((index, 1))
            of_counselor[visit.counselor_id, day].append((index, 1))
            of_school[visit.school_id, day].append((index, 1))
        program.require(mine, lower=visit.days_a_week, upper=visit.days_a_week)
    for terms in of_counselor.values():
        program.require(terms, upper=1)
    for (school, _), terms in of_school.items():
        alone = -(-needed[school] // WEEK)  # a school of more than five days must see two at once
        if len(terms) > alone:
            program.require([*terms, (program.variable(len(terms), cost=1), -1)], upper=alone)
    values = minimise(program, seconds=seconds).values
    return Timetable(
        days=tuple(
            Day(counselor_id=visit.counselor_id, school_id=visit.school_id, weekday=day)
            for (visit, day), index in sorted(days.items(), key=lambda one: (one[0][0].counselor_id, one[0][1]))
            if values[index]
        )
    )
