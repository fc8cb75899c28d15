"""Which counselor takes which week, when all that matters is who must and who may not be where. Pure."""

from collections.abc import Callable, Sequence, Set

from services.program.nearness import Item
from services.program.staff_plan import WEEK

Pairs = Set[tuple[str, str]]
"""(counselor, school)."""


def name_weeks(
    weeks: Sequence[Sequence[Item]],
    counselors: Sequence[str],
    fixed: Pairs,
    forbidden: Pairs,
    room: Callable[[str], int] = lambda _: WEEK,
) -> tuple[str, ...] | None:
    """A different counselor for every week, such that all pairs hold and all have room; None where none does."""
    schools = [{school for school, _ in week} for week in weeks]
    days = [sum(count for _, count in week) for week in weeks]
    must = [{school for one, school in fixed if one == who} for who in counselors]
    shuns = [{school for one, school in forbidden if one == who} for who in counselors]
    weeks_of = [
        [
            week
            for week, here in enumerate(schools)
            if must[who] <= here and not shuns[who] & here and days[week] <= room(counselors[who])
        ]
        for who in range(len(counselors))
    ]
    suits: list[list[int]] = [[] for _ in weeks]
    for who, good in enumerate(weeks_of):
        for week in good:
            suits[week].append(who)

    who_of: dict[int, int] = {}
    for who in range(len(counselors)):
        if must[who] and not _augment(who, weeks_of, who_of, set()):
            return None
    # A counselor once matched stays matched along every path that follows: those who are fixed are safe.
    week_of = {who: week for week, who in who_of.items()}
    for week in range(len(weeks)):
        if week not in week_of.values() and not _augment(week, suits, week_of, set()):
            return None
    return tuple(counselors[who] for who, _ in sorted(week_of.items(), key=lambda match: match[1]))


def _augment(one: int, suits: Sequence[Sequence[int]], partner: dict[int, int], tried: set[int]) -> bool:
    """Kuhn's step: find `one` a partner, moving those who stand in the way. `partner` maps the other side back."""
    for other in suits[one]:
        if other not in partner:
            partner[other] = one
            return True
    for other in suits[one]:
        if other not in tried:
            tried.add(other)
            if _augment(partner[other], suits, partner, tried):
                partner[other] = one
                return True
    return False
