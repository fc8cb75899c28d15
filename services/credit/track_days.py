"""The days of one track as a formula's facts are read from them: what was seen of each student on each day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.credit.roll_runs import MarksTaken, RollsTaken
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import SeatPlan, Seats

Profile = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TrackDays:
    """A row for each day taught. `profile` [rows, students + 1] are indices of `profiles`, of members only."""

    facts: SchoolFacts
    seats: Seats
    track_id: str
    days: Sequence[date]
    plans: Sequence[SeatPlan]
    row_of_day: Ints
    rolls: RollsTaken
    profiles: Sequence[Profile]
    profile: Ints
    member: NDArray[np.bool_]

    @property
    def taken(self) -> MarksTaken:
        return self.rolls.columns


@dataclass(frozen=True, slots=True)
class Seen:
    """`numbers` [rows, students + 1] say which of `kinds` was seen; a kind is what a formula's facts are read from.

    Of number `unmapped` is who was marked by a code that does not say enough. `problems`, by row, stop a whole day.
    """

    numbers: NDArray[Any]
    kinds: Sequence[Any]
    unmapped: int
    problems: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CannotRead:
    """Facts that no formula can be asked about: the case cannot be ruled, and `because` says what is missing."""

    on: date
    because: str


def number_kinds(keys: NDArray[np.int64], unmapped: NDArray[np.bool_]) -> tuple[Ints, list[int | None]]:
    """Distinct keys numbered from 1; number 0, whose kind is None, is of the unmapped."""
    distinct, numbers = np.unique(keys, return_inverse=True)
    numbered = numbers.reshape(keys.shape).astype(np.int32) + 1
    numbered[unmapped] = 0
    return numbered, [None, *distinct.tolist()]
