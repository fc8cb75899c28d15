"""Schools near each other go into one group. Pure, deterministic; makes distances small, does not prove them least."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from services.program.grouping import Pattern, cut_into_weeks
from services.program.staff_plan import WEEK, Place

Item = tuple[str, int]
"""A school and the days that its group gives it; an idle day has no school."""

IDLE: Item = ("", 1)
NEIGHBOURS = 12
ROUNDS = 20

MORE_THAN_ANY_WAY = 10**12

Places = Mapping[str, Place]


class Fixed:
    """Which counselors a school is fixed to, and which schools a counselor."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.of_school: dict[str, set[str]] = {}
        self.of_counselor: dict[str, set[str]] = {}
        for who, school in pairs:
            self.of_school.setdefault(school, set()).add(who)
            self.of_counselor.setdefault(who, set()).add(school)

    def trouble(self, week: Sequence[Item]) -> int:
        """Counselors too many in a week, and schools that a counselor of it should have there and has not."""
        here = {school for school, _ in week}
        bound = {who for school in here for who in self.of_school.get(school, ())}
        return max(0, len(bound) - 1) + sum(len(self.of_counselor[who] - here) for who in bound)


def metres(weeks: Iterable[Sequence[Item]], places: Places) -> int:
    """Between every two schools of one week, over all weeks."""
    return sum(places[one].metres_to(places[other]) for week in weeks for (one, _), (other, _) in combinations(week, 2))


def gather(wanted: Sequence[Pattern], items: Sequence[Item], places: Places | None) -> list[list[Item]]:
    """Fill every wanted pattern with schools of its remainders; idle days fill the ones that no school does."""
    free: dict[int, list[Item]] = {remainder: [] for remainder in range(1, WEEK)}
    for item in items:
        free[item[1] % WEEK].append(item)
    groups = []
    for pattern in sorted(wanted, key=lambda pattern: (-len(pattern), pattern)):
        group: list[Item] = []
        for remainder in sorted(pattern, reverse=True):
            group.append(_nearest(free[remainder], group, places))
        groups.append(group)
    return groups


def _nearest(free: list[Item], group: Sequence[Item], places: Places | None) -> Item:
    """Take the school nearest to the group; with nothing to go by, the first."""
    if not free:
        return IDLE
    near = [places[school] for school, _ in group if school] if places else []
    chosen = min(free, key=lambda item: sum(places[item[0]].metres_to(other) for other in near) if places else 0)
    free.remove(chosen)
    return chosen


def improve(groups: list[list[Item]], places: Places | None, fixed: Fixed) -> list[list[Item]]:
    """Exchange schools of equal days between groups while that helps. Visits stay as few as they were.

    First of all schools fixed to different counselors leave each other's week, and those of one counselor come
    together; then the way becomes shorter.
    """
    groups = [list(group) for group in groups]
    where = {
        item[0]: (number, seat) for number, group in enumerate(groups) for seat, item in enumerate(group) if item[0]
    }
    days = {item[0]: item[1] for group in groups for item in group}
    partners = {school: _partners(school, days, places, fixed) for school in sorted(where)}

    def exchange(one: str, other: str) -> bool:
        (here, seat), (there, chair) = where[one], where[other]
        before = _trouble((groups[here], groups[there]), places, fixed)
        groups[here][seat], groups[there][chair] = groups[there][chair], groups[here][seat]
        if _trouble((groups[here], groups[there]), places, fixed) < before:
            where[one], where[other] = where[other], where[one]
            return True
        groups[here][seat], groups[there][chair] = groups[there][chair], groups[here][seat]
        return False

    for _ in range(ROUNDS):
        exchanged = [exchange(school, other) for school, others in partners.items() for other in others]
        if True not in exchanged:
            break
    return groups


def _partners(school: str, days: Mapping[str, int], places: Places | None, fixed: Fixed) -> list[str]:
    """Whom to try to change seats with: the nearest; and anybody, for a school that is fixed."""
    alike = sorted(other for other, count in days.items() if other and other != school and count == days[school])
    if places is not None:
        alike.sort(key=lambda other: places[school].metres_to(places[other]))
    if school in fixed.of_school:
        return alike
    return [] if places is None else alike[:NEIGHBOURS]


def _trouble(groups: Iterable[Sequence[Item]], places: Places | None, fixed: Fixed) -> int:
    weeks = [week for group in groups for week in weeks_of(group)]
    return sum(map(fixed.trouble, weeks)) * MORE_THAN_ANY_WAY + (0 if places is None else metres(weeks, places))


def weeks_of(group: Sequence[Item]) -> list[list[Item]]:
    """One group's weeks, idle days left out."""
    return [[part for part in week if part[0]] for week in cut_into_weeks(group)]
