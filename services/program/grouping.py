"""Why few visits means many closed groups. Pure.

Draw counselors and schools as dots and visits as lines. A connected group of m schools and k counselors takes at least
m + k - 1 lines, and that many suffice: set the schools' days end to end and cut every five. So with the counselors
given, visits are fewest where the groups are most, an idle day counting as a school of one day that costs no visit.
Only the remainder of a need by five matters to where groups can close, and a group that contains no smaller one has at
most five members: there are few kinds of group, however many schools.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, combinations_with_replacement

from services.program.staff_plan import WEEK

Pattern = tuple[int, ...]
"""Remainders of needs by five, ascending, that fill whole weeks and of which no part does."""


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every kind of group that contains no smaller one, but the school that fills whole weeks by itself."""
    return tuple(
        members
        for size in range(2, WEEK + 1)
        for members in combinations_with_replacement(range(1, WEEK), size)
        if sum(members) % WEEK == 0 and not any(_closes(members, part) for part in range(1, size))
    )


def _closes(members: Pattern, size: int) -> bool:
    return any(sum(part) % WEEK == 0 for part in combinations(members, size))


def counts(pattern: Pattern) -> dict[int, int]:
    return dict(Counter(pattern))


def cut_into_weeks(needs: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Set (school, days) end to end and cut every five days: a list of (school, days) for each counselor."""
    week: list[tuple[str, int]] = []
    room = WEEK
    for school, days in needs:
        left = days
        while left:
            part = min(left, room)
            week.append((school, part))
            left, room = left - part, room - part
            if room == 0:
                yield week
                week, room = [], WEEK
    if week:
        yield week
