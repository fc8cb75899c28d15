"""Small groups are concealed, and so much beside them that no subtraction brings them back: decision 50. Pure.

What is published of schools is a tree: a district's total is the sum of its schools', a school's of its grades'. All
that can be found out about concealed children is their sum (the parent less those shown), so that sum must itself be of
a group that is not small. A group is given by its students in each bucket (a week, a weekday); it is as small as in
its smallest bucket, and concealed in all of them, because weeks and weekdays add up to the same days.

What is published of interventions is sets of students that overlap. Any sum or difference of them is made of whole
cells of their Venn diagram, so no cell may be small.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeVar

SMALL: Final = 10
"""Groups of fewer students are for the school itself, and for who decides by them or checks the decision."""
NOT_SHOWN: Final = f"fewer than {SMALL} students: not shown"

Key = TypeVar("Key", bound=str)
Buckets = Sequence[int]


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader sees of small groups: every school's (`whole`), or those of her `own` schools."""

    whole: bool = False
    own: frozenset[str] = frozenset()

    def sees(self, school_id: str) -> bool:
        return self.whole or school_id in self.own

    def hides(self, school_id: str, students: int | None) -> bool:
        return not self.sees(school_id) and is_small((students or 0,))


EVERYTHING: Final = Sight(whole=True)


def is_small(students: Iterable[int]) -> bool:
    """Nobody is not a small group: there is nothing to find out."""
    return any(0 < count < SMALL for count in students)


def concealed(children: Mapping[Key, Buckets]) -> frozenset[Key]:
    """Which children of a shown parent are not shown: each small one, with as many that follow it as take its place.

    Who follows depends on names alone and each small one takes her own, so what was concealed stays concealed when more
    becomes small: two answers never conceal the same child beside different ones. All children where the parent is
    small itself: then it must not be shown either.
    """
    names = sorted(children)
    hidden: set[Key] = set()
    for place, name in enumerate(names):
        if is_small(children[name]):
            hidden.update(_enough(names[place:] + names[:place], children))
    return frozenset(hidden)


def _enough(names: Sequence[Key], children: Mapping[Key, Buckets]) -> Sequence[Key]:
    """The first of these whose sum is of a group that is not small; all where there is none."""
    sums = accumulate((children[name] for name in names), _add)
    return next((names[: count + 1] for count, students in enumerate(sums) if not is_small(students)), names)


def _add(one: Buckets, other: Buckets) -> Buckets:
    return tuple(here + there for here, there in zip(one, other, strict=True))


@dataclass(frozen=True, slots=True)
class Measured:
    """One published sum: of which `members`, among whom (the grade of each student who is `counted`)."""

    members: frozenset[str]
    counted: Mapping[str, str]

    @property
    def universe(self) -> frozenset[str]:
        """Those of the members' grades; everybody, where nobody of these grades is beside the members."""
        grades = {grade for student, grade in self.counted.items() if student in self.members}
        of_them = frozenset(student for student, grade in self.counted.items() if grade in grades)
        return frozenset(self.counted) if of_them <= self.members else of_them


def told_apart(sums: Sequence[Measured]) -> Iterator[bool]:
    """In order: would showing this sum, beside those shown before, tell a small group apart? Then it is not shown."""
    shown: list[Measured] = []
    cells = {student: 0 for one in sums for student in one.counted}  # of which sums shown she is a member, as bits
    for one in sums:
        finer = {student: cell << 1 | (student in one.members) for student, cell in cells.items()}
        tells = any(is_small(_sizes(of, finer)) for of in (one, *shown))
        if not tells:
            shown.append(one)
            cells = finer
        yield tells


def _sizes(of: Measured, cells: Mapping[str, int]) -> Collection[int]:
    """How many students of one sum's universe are in each cell that grades and members cut out."""
    return Counter((of.counted[student], cells[student]) for student in of.universe).values()
