"""Small groups are concealed, and so much beside them that no subtraction brings them back. Pure.

What is published is a tree: a district's total is the sum of its schools', a school's of its grades'. All that can be
found out about concealed children is their sum (the parent less those shown), so that sum must itself be of a group
that is not small. A group is given by its students in each bucket (a week, a weekday); it is as small as in its
smallest bucket, and concealed in all of them, because weeks and weekdays add up to the same days.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

SMALL: Final = 10
"""Groups of fewer students are for the school itself only."""

Key = TypeVar("Key", bound=str)
Buckets = Sequence[int]


def is_small(students: Iterable[int]) -> bool:
    """Nobody is not a small group: there is nothing to find out."""
    return any(0 < count < SMALL for count in students)


def concealed(children: Mapping[Key, Buckets]) -> frozenset[Key]:
    """Which children of a shown parent are not shown: the small ones, then the smallest until their sum is not small.

    All of them where the parent is small itself: then it must not be shown either.
    """
    hidden = {key for key, students in children.items() if is_small(students)}
    while hidden and is_small(map(sum, zip(*(children[key] for key in hidden), strict=True))):
        shown = [key for key, students in children.items() if key not in hidden and any(students)]
        if not shown:
            break
        hidden.add(min(shown, key=lambda key: (sum(children[key]), key)))
    return frozenset(hidden)
