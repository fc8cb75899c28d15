"""What an official roll says of one student, packed into one byte. Pure.

Seen marks are numbered so that the one that speaks more for her presence is the greater: of several rolls in one
period, the greatest is the one that counts (docs/decisions, the official roll).
"""

from collections.abc import Callable, Mapping
from datetime import date
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.schema.roster import AttendanceCode, Presence, Suspension


class MarkSeen(NamedTuple):
    """A mark as its local code defines it; `adjusted` when the office has put it in the place of the teacher's."""

    presence: Presence
    excused: bool | None
    present_at_official_roll: bool | None
    adjusted: bool
    suspension: Suspension | None = None


def _speaks_for_presence(mark: MarkSeen) -> tuple[int, int]:
    if mark.presence is Presence.PRESENT:
        return 3, 0
    here = {True: 2, None: 1, False: 0}[mark.present_at_official_roll]
    return (0 if mark.presence is Presence.ABSENT and here < 2 else here), int(mark.presence is not Presence.ABSENT)


NOT_TAKEN = 0
_EXCUSED, _AT_ROLL, _ADJUSTED = (None, False, True), (None, False, True), (False, True)
SEEN: tuple[MarkSeen, ...] = tuple(
    sorted(
        (
            *(MarkSeen(*parts) for parts in product(Presence, _EXCUSED, _AT_ROLL, _ADJUSTED)),
            *(MarkSeen(*parts) for parts in product(Presence, _EXCUSED, (None,), _ADJUSTED, Suspension)),
        ),
        key=_speaks_for_presence,
    )
)
"""Suspension is asked about only where no official roll is, so that a mark stays one byte."""
NUMBER_OF: Mapping[MarkSeen, int] = {mark: number for number, mark in enumerate(SEEN, start=1)}
NO_SECTION = len(SEEN) + 1
UNMAPPED = len(SEEN) + 2
PARTLY = UNMAPPED + 1
"""Added to a seen mark where another roll of the student's day was not taken."""
NUMBERS = PARTLY + len(SEEN) + 1
"""Marks are numbered 0..NUMBERS-1: not taken, seen, no section to be seen in, a code that maps to nothing, partly."""

NEEDS_OFFICIAL_ROLL = frozenset({"texas"})
"""Where one roll a day speaks for the student. Elsewhere all the rolls of her day do."""


def code_in_force(codes: Mapping[str, tuple[AttendanceCode, ...]], code: str, on: date) -> AttendanceCode | None:
    """The code's definition on that day: of several that cover it, the one that began last."""
    covering = [
        row for row in codes.get(code, ()) if row.begins_on <= on and (row.ends_before is None or on < row.ends_before)
    ]
    return max(covering, key=lambda row: row.begins_on, default=None)


def number_of(code: AttendanceCode | None, *, adjusted: bool, jurisdiction: str) -> int:
    """The mark's number; UNMAPPED for a code without a definition, or without what the jurisdiction asks of it."""
    if code is None:
        return UNMAPPED
    at_roll = code.present_at_official_roll
    unsaid = at_roll is None and code.presence in (Presence.TARDY, Presence.EARLY_DEPARTURE)
    if unsaid and jurisdiction in NEEDS_OFFICIAL_ROLL:
        return UNMAPPED
    if code.suspension is not None and jurisdiction not in NEEDS_OFFICIAL_ROLL:
        return NUMBER_OF[MarkSeen(code.presence, code.excused, None, adjusted, code.suspension)]
    return NUMBER_OF[MarkSeen(code.presence, code.excused, at_roll, adjusted)]


def marked_as(*presences: Presence) -> NDArray[np.bool_]:
    """[256]: which numbers of a mark are of one of those presences."""
    return _which(lambda mark: mark.presence in presences)


def marked_excused(excused: bool | None, *presences: Presence) -> NDArray[np.bool_]:
    """[256]: which of them are excused like that; None is of a code that does not say."""
    return _which(lambda mark: mark.presence in presences and mark.excused is excused)


def marked_suspended(*suspensions: Suspension) -> NDArray[np.bool_]:
    """[256]: which of them are of a suspended student."""
    return _which(lambda mark: mark.suspension in suspensions)


def _which(of: Callable[[MarkSeen], bool]) -> NDArray[np.bool_]:
    table = np.zeros(256, dtype=np.bool_)
    table[1 : len(SEEN) + 1] = [of(mark) for mark in SEEN]
    return table
