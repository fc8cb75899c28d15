"""In which of a day's periods the roll is due where it is taken once or twice a day (rules NY-2, TX-9). Pure.

Of a student one roll a day is due, or one in each half of it: in the first period of its order in which she has a
section. roll asks teachers for those rolls, and credit takes each for all of its (half-)day (docs/decisions/0090).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from typing import Self

from shared.schema.roster import BellPeriod, RollMode

LUNCH_FROM, NOON = time(10, 30), time(12)
FIRST, AFTER_LUNCH, UNTIMED = range(3)
"""The halves of a day on which the roll is taken twice; a day on which it is taken once has the first alone."""

Turn = tuple[bool, bool, int, str]
_LATEST = 86_400


def afternoon_begins(periods: Iterable[BellPeriod]) -> time:
    """When lunch ends: the first end of a period without instruction that begins at 10:30 or later; else noon."""
    lunches = (row.ends_at for row in periods if not row.instructional and row.begins_at >= LUNCH_FROM)
    return min(lunches, default=NOON)


@dataclass(frozen=True, slots=True)
class RollHours:
    """What decides in which period the roll of a track's day is due. `official_begins_at` is None where the day's bells
    do not have the official period."""

    mode: RollMode
    afternoon: time = NOON
    official_period_id: str | None = None
    official_begins_at: time | None = None

    @classmethod
    def of(cls, mode: RollMode, official: str | None, periods: Iterable[BellPeriod]) -> Self:
        """The periods of the day's bell schedule, or none where it is not known."""
        bells = {row.period_id: row for row in periods}
        anchor = bells.get(official or "")
        return cls(mode, afternoon_begins(bells.values()), official, anchor.begins_at if anchor else None)

    def half(self, begins_at: time | None) -> int:
        if self.mode is not RollMode.TWICE_DAILY:
            return FIRST
        return UNTIMED if begins_at is None else AFTER_LUNCH if begins_at >= self.afternoon else FIRST

    def turn(self, period_id: str, begins_at: time | None) -> Turn:
        """The place of a period in the order in which the roll of its half is due: the official period, then the later
        ones, then the nearest earlier. A half without the official period begins with its first."""
        official = period_id == self.official_period_id
        if begins_at is None:
            return not official, period_id < (self.official_period_id or ""), _LATEST, period_id
        anchor = self.official_begins_at
        if anchor is None or self.half(anchor) != self.half(begins_at):
            anchor = time.min
        apart = abs(_seconds(begins_at) - _seconds(anchor))
        return not official, begins_at < anchor, apart, period_id


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
