"""What Illinois's formula is told of a student-day: the minutes attended in each class. Pure.

A class is a period of one of the pupil's sections. A present mark attends all of it, an absent one nothing, a tardy or
an early departure what lies between the times that the roll was given; without the time, and where nobody took the
roll, the minutes are unknown, and unknown is never nothing: the formula credits what is proven, and what the day could
have earned beyond that stands as not taken (docs/decisions/0040). Seconds are added before they become whole minutes.

Where the law adds up a day's minutes, one number of them is a fact, so that the same sum is the same case; classes are
told one by one, greatest first, of part-time pupils, whose classes are tested each by itself.
"""

from datetime import date
from typing import NamedTuple

import numpy as np

from services.credit.class_minutes import NO_CLASS, UNKNOWN, ClassSeconds, attend_classes
from services.credit.formulas.illinois import PART_TIME, IllinoisDay, ServedAs, served_as
from services.credit.mark_seen import marked_excused
from services.credit.school_facts import Ints
from services.credit.shorter_sessions import ShortDay, short_days
from services.credit.track_days import CannotRead, Profile, Seen, TrackDays, number_kinds
from shared.schema.law import CannotRule
from shared.schema.roster import Presence, SchoolEnrollment

CATEGORIES: dict[str, dict[str, bool]] = {
    "homebound": {"homebound": True},
    "hospitalized": {"homebound": True},
    "homebound or hospitalized": {"homebound": True},
    "special education, age 3 to 5": {"special_at_3_to_5": True},
    "half-day kindergarten": {"half": True},
    "full-day kindergarten": {},
    "part-time": {"part_time": True},
    "full-time": {},
}
"""What an enrollment's category says of the row of the grid, or several of them with ";" between, of which the law says
which row wins (AMB-22). The SIS knows birth dates and dates it by them."""

_MISSED = (Presence.ABSENT, Presence.TARDY, Presence.EARLY_DEPARTURE)
_UNEXCUSED, _UNSAID = marked_excused(False, *_MISSED), marked_excused(None, *_MISSED)
_EXCUSED = marked_excused(True, *_MISSED)


class MinutesSeen(NamedTuple):
    minutes_by_class: tuple[int | None, ...]
    excused: bool | None
    short: ShortDay
    block_minutes: int | None
    clash: bool
    minutes_scheduled: int | None


def illinois_profile(enrollment: SchoolEnrollment) -> Profile:
    """The row of the grid, the reason why she may not be claimed, and why there is no row, if there is none."""
    said = [part.strip().casefold() for part in (enrollment.category or "full-time").split(";")]
    if not CATEGORIES.keys() >= set(said):
        return None, None, f"the enrollment's category is none of: {'; '.join(CATEGORIES)}"
    if any("kindergarten" in part for part in said) and enrollment.grade != "KG":
        return None, None, f"{enrollment.category} in grade {enrollment.grade}"
    if {"part-time", "full-time"} <= set(said) or {"half-day kindergarten", "full-day kindergarten"} <= set(said):
        return None, None, f"the enrollment's category says two things: {enrollment.category}"
    known: dict[str, bool] = {}
    for part in said:
        known |= CATEGORIES[part]
    try:
        return served_as(enrollment.grade, **known), enrollment.non_claimable_reason, None
    except CannotRule as unruled:
        return None, None, str(unruled)


def see_minutes(track: TrackDays) -> Seen:
    classes = attend_classes(track)
    shape, size = classes.clash.shape, classes.clash.size
    of_calendar = short_days(track.facts.calendar, track.track_id)
    shorts = [of_calendar.get(on, ShortDay()) for on in track.days]
    kinds_of_short = list(dict.fromkeys(shorts))
    short = np.array([kinds_of_short.index(day) for day in shorts])
    blocks = [bell.usual_minutes if bell else None for bell in classes.bells]
    kinds_of_block = list(dict.fromkeys(blocks))
    block = np.array([kinds_of_block.index(minutes) for minutes in blocks])

    seen = track.taken.seen[classes.takings.mark]
    excused = np.zeros(shape, dtype=np.int64)  # a bit each: some excused, some unexcused, some that do not say
    for bit, table in enumerate((_EXCUSED, _UNEXCUSED, _UNSAID)):
        there = np.bincount(classes.takings.place[table[seen]], minlength=size).reshape(shape) > 0
        excused |= there.astype(np.int64) << bit

    numbers, vectors = _vectors(track, classes)
    keys = numbers.astype(np.int64)
    for part, base in (
        (classes.clash.astype(np.int64), 2),
        (excused, 8),
        (short[:, None], len(kinds_of_short)),
        (block[:, None], len(kinds_of_block)),
    ):
        keys = keys * base + part
    numbered, distinct = number_kinds(keys, classes.unmapped)

    def read(key: int) -> MinutesSeen:
        key, of_block = divmod(key, len(kinds_of_block))
        key, of_short = divmod(key, len(kinds_of_short))
        key, of_excused = divmod(key, 8)
        vector, clash = divmod(key, 2)
        minutes, scheduled = vectors[vector]
        return MinutesSeen(
            minutes, _excuse(of_excused), kinds_of_short[of_short], kinds_of_block[of_block], bool(clash), scheduled
        )

    problems = {
        row: "the day has no bell schedule, and Illinois counts minutes"
        for row, bell in enumerate(classes.bells)
        if bell is None
    }
    return Seen(numbered, [None if key is None else read(key) for key in distinct], 0, problems)


def _excuse(bits: int) -> bool | None:
    """One unexcused part makes the absence unexcused; one of which nothing is said, unknown."""
    return False if bits & 2 else True if bits == 1 else None


Vector = tuple[tuple[int | None, ...], int | None]


def _vectors(track: TrackDays, classes: ClassSeconds) -> tuple[Ints, list[Vector]]:
    """[rows, students + 1] numbers of the distinct tuples of minutes; of part-timers with the minutes scheduled."""
    seconds = classes.seconds
    in_all = np.where(seconds > 0, seconds, 0).sum(axis=2) // 60
    unknown, has = (seconds == UNKNOWN).any(axis=2), (seconds != NO_CLASS).any(axis=2)
    keys = np.where(has, (in_all * 2 + unknown) + 1, 0)
    totals, inverse = np.unique(keys, return_inverse=True)
    vectors: list[Vector] = [(_total(int(key)), None) for key in totals]
    numbers: Ints = inverse.reshape(keys.shape).astype(np.int32)

    by_class = np.array([profile[0] in PART_TIME for profile in track.profiles])[track.profile] & track.member
    if by_class.any():
        theirs = seconds[by_class]
        minutes = np.where(theirs >= 0, theirs // 60, theirs)
        lengths = np.maximum(classes.lengths, 0)[np.nonzero(by_class)[0]]
        scheduled = np.where(theirs == NO_CLASS, 0, lengths).sum(axis=1) // 60
        told = np.column_stack((-np.sort(-minutes, axis=1), scheduled))
        distinct, place = np.unique(told, axis=0, return_inverse=True)
        numbers[by_class] = place.reshape(-1) + len(vectors)
        vectors += [
            (tuple(None if m == UNKNOWN else m for m in row if m != NO_CLASS), length)
            for *row, length in distinct.tolist()
        ]
    return numbers, vectors


def _total(key: int) -> tuple[int | None, ...]:
    if key == 0:
        return ()
    minutes, unknown = divmod(key - 1, 2)
    return (minutes, None) if unknown else (minutes,)


def illinois_facts(on: date, profile: Profile, seen: MinutesSeen) -> IllinoisDay | CannotRead:
    row, reason, unreadable = profile
    if unreadable is not None:
        return CannotRead(on, unreadable)
    if seen.clash:
        return CannotRead(on, "the pupil is in two classes at the same time, so that minutes cannot be added")
    served: ServedAs = row
    return IllinoisDay(
        on, served, seen.minutes_by_class, reason, seen.short.session,
        seen.block_minutes if served in PART_TIME else None,
        seen.excused, seen.minutes_scheduled, seen.short.nth_of_the_year, seen.short.nth_conference,
    )  # fmt: skip
