"""What New York's formula is told of a student-day: how every taking of the roll found the pupil. Pure.

A pupil whose sections do not meet that day is enrolled and not scheduled; one who has no section at all is on no roll,
and nobody knows. A day's absence is unexcused when one of its absences is, and unknown when one of them says nothing.
"""

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.credit.class_minutes import class_lengths
from services.credit.formulas.new_york import NewYorkDay, PeriodMark
from services.credit.mark_seen import SEEN, UNMAPPED, marked_as, marked_excused, marked_suspended
from services.credit.official_roll import Takings, every_taking
from services.credit.spoken_for import spoken_for
from services.credit.track_days import Profile, Seen, TrackDays, number_kinds
from shared.schema.roster import Presence, Suspension

KINDS = (PeriodMark.PRESENT, PeriodMark.TARDY, PeriodMark.EARLY_DEPARTURE, PeriodMark.ABSENT, PeriodMark.NOT_TAKEN)
BITS = 6
"""Of each kind there are at most 63 in a day: a section has at most twenty periods."""
NOT_SCHEDULED = 1 << (BITS * len(KINDS) + 2)
SUSPENDED = BITS * len(KINDS) + 3
"""Two bits: 1 for in school at every taking of the roll, 2 for suspended at every one and out of school at some."""
MINUTES = SUSPENDED + 2
"""Eleven bits: the minutes of the periods missed, where the district counts so; then eleven of what is a whole day."""
_KIND_OF_SEEN = np.full(256, len(KINDS), dtype=np.uint8)
_KIND_OF_SEEN[1 : len(SEEN) + 1] = [KINDS.index(PeriodMark(mark.presence.value)) for mark in SEEN]


class PeriodsSeen(NamedTuple):
    """How many takings of the roll found the pupil how; `excused` speaks of the absences."""

    marks: tuple[PeriodMark, ...]
    excused: bool | None
    not_scheduled: bool
    suspension: Suspension | None
    minutes_missed: int | None
    whole_day_minutes: int | None


_IN, _OUT = marked_suspended(Suspension.IN_SCHOOL), marked_suspended(Suspension.OUT_OF_SCHOOL)
_ABSENT = marked_as(Presence.ABSENT)
_UNEXCUSED, _UNSAID = marked_excused(False, Presence.ABSENT), marked_excused(None, Presence.ABSENT)


def see_periods(track: TrackDays) -> Seen:
    takings = every_taking(track.plans, track.row_of_day, track.taken)
    size, shape = takings.seats.size, takings.seats.shape
    seen = track.taken.seen[takings.mark]
    kind = _KIND_OF_SEEN[seen]

    def count(of: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(takings.place[of], minlength=size).reshape(shape)

    counts = [count(kind == number) for number in range(len(KINDS) - 1)]
    unmapped = count(seen == UNMAPPED)
    counts.append(takings.seats - sum(counts, unmapped))
    keys = np.zeros(shape, dtype=np.int64)
    for number, counted in enumerate(counts):
        keys |= counted.astype(np.int64) << (BITS * number)
    keys |= (count(_UNEXCUSED[seen]) > 0).astype(np.int64) << (BITS * len(KINDS))
    keys |= (count(_UNSAID[seen]) > 0).astype(np.int64) << (BITS * len(KINDS) + 1)
    out = count(_OUT[seen])
    everywhere = (count(_IN[seen]) + out == takings.seats) & (takings.seats > 0)
    keys |= np.where(everywhere, 1 + (out > 0), 0) << SUSPENDED
    keys |= _minutes(track, takings) << MINUTES
    for row, plan in enumerate(track.plans):
        keys[row, plan.enrolled & (takings.seats[row] == 0)] |= NOT_SCHEDULED
    numbers, distinct = number_kinds(keys, unmapped > 0)
    return Seen(numbers, [None if key is None else _periods_seen(key) for key in distinct], unmapped=0)


def _minutes(track: TrackDays, takings: Takings) -> NDArray[np.int64]:
    """[rows, students + 1]: where the track says what a whole day is, that and the minutes of the periods missed."""
    tracks = [track.facts.track_on(track.track_id, on) for on in track.days]
    whole = np.array([(one.whole_day_absence_minutes or 0) if one else 0 for one in tracks], dtype=np.int64)
    shape = takings.seats.shape
    if not whole.any():
        return np.zeros(shape, dtype=np.int64)
    lengths = class_lengths(track)
    absent = _ABSENT[track.taken.seen[takings.mark]]
    own = track.taken.slot[takings.mark] % lengths.shape[1]
    seconds = np.zeros(takings.seats.size, dtype=np.int64)
    for of, period in (
        (np.flatnonzero(absent), own[absent]),
        *((of[absent[of]], other) for other, of in spoken_for(track, takings)),
    ):
        np.add.at(seconds, takings.place[of], lengths[takings.place[of] // shape[1], period])
    missed = np.minimum(seconds.reshape(shape) // 60, 1440)
    return np.where(whole[:, None] > 0, whole[:, None] << 11 | missed, 0)


def _periods_seen(key: int) -> PeriodsSeen:
    marks = tuple(kind for number, kind in enumerate(KINDS) for _ in range(key >> (BITS * number) & (2**BITS - 1)))
    unexcused, unsaid = key >> (BITS * len(KINDS)) & 1, key >> (BITS * len(KINDS) + 1) & 1
    excused = None if PeriodMark.ABSENT not in marks or (unsaid and not unexcused) else not unexcused
    whole, missed = divmod(key >> MINUTES, 1 << 11)
    suspension = (None, Suspension.IN_SCHOOL, Suspension.OUT_OF_SCHOOL)[key >> SUSPENDED & 3]
    counted = (missed, whole) if whole else (None, None)
    return PeriodsSeen(marks, excused, bool(key & NOT_SCHEDULED), suspension, *counted)


def new_york_facts(on: date, _: Profile, seen: PeriodsSeen) -> NewYorkDay:
    return NewYorkDay(
        on, seen.marks, seen.excused, seen.not_scheduled, seen.minutes_missed, seen.whole_day_minutes, seen.suspension
    )
