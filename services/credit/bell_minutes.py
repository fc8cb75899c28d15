"""How long the classes of a day last, and how much of one was attended, in seconds. Pure.

Where the roll is taken by period, a period is a class, and lunch is a period of its own. Where it is taken once or
twice a day, a period spans lunch and recess as well: what the bell schedule calls not instructional is taken out
(rule IL-6).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import combinations
from statistics import median_low

from shared.schema.roster import BellPeriod, RollMode

Interval = tuple[int, int]
UNSAID = -1
"""A time that a roll does not say."""


def second_of_day(at: time | None) -> int:
    return UNSAID if at is None else at.hour * 3600 + at.minute * 60 + at.second


@dataclass(frozen=True, slots=True)
class Lesson:
    """The parts of a period that are instruction: seconds of the day, in order and apart."""

    parts: tuple[Interval, ...]

    @property
    def seconds(self) -> int:
        return self.attended(UNSAID, UNSAID)

    def attended(self, arrived: int, left: int) -> int:
        """Seconds attended by who arrived and left then; UNSAID is before it began, or after it ended."""
        end = 86_400 if left == UNSAID else left
        return sum(max(0, min(ends, end) - max(begins, arrived)) for begins, ends in self.parts)

    def overlaps(self, other: "Lesson") -> bool:
        return any(a[0] < b[1] and b[0] < a[1] for a in self.parts for b in other.parts)


@dataclass(frozen=True, slots=True)
class BellDay:
    """The lessons of a day by their periods, which of them overlap in time, and how long a class usually is."""

    lessons: Mapping[str, Lesson]
    overlapping: tuple[tuple[str, str], ...]
    usual_minutes: int | None

    @classmethod
    def of(cls, periods: Iterable[BellPeriod], roll_mode: RollMode) -> "BellDay":
        """The periods of one bell schedule. A block schedule is one whose usual class is a block: an advisory of
        twenty minutes beside four blocks does not change what it is."""
        periods = sorted(periods, key=lambda period: (period.begins_at, period.period_id))
        breaks = [] if roll_mode is RollMode.EVERY_PERIOD else [_interval(p) for p in periods if not p.instructional]
        lessons = {p.period_id: Lesson(_without(_interval(p), breaks)) for p in periods if p.instructional}
        overlapping = tuple((a, b) for a, b in combinations(lessons, 2) if lessons[a].overlaps(lessons[b]))
        lengths = [lesson.seconds // 60 for lesson in lessons.values()]
        return cls(lessons, overlapping, median_low(lengths) if lengths else None)


def _interval(period: BellPeriod) -> Interval:
    return second_of_day(period.begins_at), second_of_day(period.ends_at)


def _without(whole: Interval, breaks: Sequence[Interval]) -> tuple[Interval, ...]:
    parts = [whole]
    for begins, ends in breaks:
        parts = [
            part
            for first, last in parts
            for part in ((first, min(last, begins)), (max(first, ends), last))
            if part[0] < part[1]
        ]
    return tuple(parts)
