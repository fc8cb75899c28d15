"""What attendance was before an intervention and after it, of its students and of the rest of their grade. Pure.

Counted in days whose roll was taken, pooled over the students of each side, compared exactly and rounded once. It says
what happened beside the intervention, not what happened because of it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.program.percentages import percent
from shared.schema.base import Schema
from shared.schema.trends import StudentWindows


@dataclass(frozen=True, slots=True)
class Side:
    """Students together: sixths of days (attended, absent) before and after."""

    students: int
    before: tuple[int, int]
    after: tuple[int, int]

    @classmethod
    def of(cls, rows: Sequence[StudentWindows], before: int, after: int) -> "Side":
        def count(window: int) -> tuple[int, int]:
            return sum(row.attended[window] for row in rows), sum(row.absent[window] for row in rows)

        return cls(len(rows), count(before), count(after))

    @property
    def change(self) -> Fraction | None:
        first, last = rate(self.before), rate(self.after)
        return None if first is None or last is None else last - first


def rate(days: tuple[int, int]) -> Fraction | None:
    """Attended of attended and absent; None where there was neither (GEN-5)."""
    return Fraction(days[0], sum(days)) if sum(days) else None


class SideShown(Schema):
    """Percent in attendance before and after, and the change in points; None where nothing was counted."""

    students: int
    before_percent: str | None
    after_percent: str | None
    change_points: str | None


class Effect(Schema):
    """`rest` is who else is in their grade (or, of a grade-wide one, in the other grades): `rest_is` says which.

    `beyond_rest_points`: how much more the students' rate changed than that of the rest. Concealed, all are None.
    """

    students: SideShown | None
    rest: SideShown | None
    rest_is: str
    beyond_rest_points: str | None
    concealed: bool

    def concealing(self) -> "Effect":
        return Effect(students=None, rest=None, rest_is=self.rest_is, beyond_rest_points=None, concealed=True)


def there_throughout(rows: Sequence[StudentWindows], before: int, after: int) -> list[StudentWindows]:
    """Only who was there both before and after: else the sides would be of different students."""
    return [row for row in rows if all(row.attended[window] + row.absent[window] for window in (before, after))]


def measure(there: Sequence[StudentWindows], members: Collection[str], before: int, after: int) -> Effect:
    """The effect by two windows of those who were there throughout; who may read it is decided elsewhere."""
    ours = [row for row in there if row.student_id in members]
    others = [row for row in there if row.student_id not in members]
    grades = {row.grade for row in ours}
    rest = [row for row in others if row.grade in grades]
    rest_is = "the rest of the grade"
    if not rest:
        rest, rest_is = others, "the other grades"
    mine, theirs = Side.of(ours, before, after), Side.of(rest, before, after)
    beyond = None if mine.change is None or theirs.change is None else mine.change - theirs.change
    return Effect(
        students=_shown(mine),
        rest=_shown(theirs),
        rest_is=rest_is,
        beyond_rest_points=None if beyond is None else percent(beyond),
        concealed=False,
    )


def _shown(side: Side) -> SideShown:
    first, last = rate(side.before), rate(side.after)
    return SideShown(
        students=side.students,
        before_percent=None if first is None else percent(first),
        after_percent=None if last is None else percent(last),
        change_points=None if side.change is None else percent(side.change),
    )
