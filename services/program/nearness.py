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

Places = Mapping[str, Place]


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


def draw_nearer(groups: list[list[Item]], places: Places) -> list[list[Item]]:
    """Exchange schools of equal days between groups while that shortens the way. Visits stay as few as they were."""
    groups = [list(group) for group in groups]
    where = {
        item[0]: (number, seat) for number, group in enumerate(groups) for seat, item in enumerate(group) if item[0]
    }
    days = {item[0]: item[1] for group in groups for item in group}
    neighbours = {school: _neighbours(school, days, places) for school in sorted(where)}
    for _ in range(ROUNDS):
        exchanged = False
        for school, others in neighbours.items():
            for other in others:
                exchanged |= _exchange(groups, where, school, other, places)
        if not exchanged:
            break
    return groups


def _neighbours(school: str, days: Mapping[str, int], places: Places) -> list[str]:
    """Not the nearest themselves, but whom they sit with, can change seats: so look a little further."""
    alike = [other for other, count in days.items() if other and other != school and count == days[school]]
    return sorted(alike, key=lambda other: (places[school].metres_to(places[other]), other))[:NEIGHBOURS]


def _exchange(
    groups: list[list[Item]], where: dict[str, tuple[int, int]], one: str, other: str, places: Places
) -> bool:
    (here, seat), (there, chair) = where[one], where[other]
    before = _way(groups, {here, there}, places)
    groups[here][seat], groups[there][chair] = groups[there][chair], groups[here][seat]
    if _way(groups, {here, there}, places) < before:
        where[one], where[other] = where[other], where[one]
        return True
    groups[here][seat], groups[there][chair] = groups[there][chair], groups[here][seat]
    return False


def _way(groups: Sequence[Sequence[Item]], numbers: set[int], places: Places) -> int:
    return sum(metres(weeks_of(groups[number]), places) for number in numbers)


def weeks_of(group: Sequence[Item]) -> list[list[Item]]:
    """One group's weeks, idle days left out."""
    return [[part for part in week if part[0]] for week in cut_into_weeks(group)]
