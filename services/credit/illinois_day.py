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
from services.credit.formulas.illinois import PART_TIME, IllinoisDay, ServedAs, Session, served_as
from services.credit.mark_seen import marked_excused
from services.credit.rulebook import CannotRule
from services.credit.school_facts import Ints
from services.credit.track_days import CannotRead, Profile, Seen, TrackDays, number_kinds
from shared.schema.roster import CalendarDay, Presence, SchoolEnrollment

CATEGORIES = {
    "homebound": {"homebound": True},
    "hospitalized": {"homebound": True},
    "homebound or hospitalized": {"homebound": True},
    "special education, age 3 to 5": {"special_at_3_to_5": True},
    "half-day kindergarten": {"half": True},
    "full-day kindergarten": {},
    "part-time": {"part_time": True},
    "full-time": {},
}
"""What an enrollment's category says of the row of the grid. The SIS knows birth dates and dates it by them."""

SESSIONS = tuple(Session)
_MISSED = (Presence.ABSENT, Presence.TARDY, Presence.EARLY_DEPARTURE)
_UNEXCUSED, _UNSAID = marked_excused(False, *_MISSED), marked_excused(None, *_MISSED)
_EXCUSED = marked_excused(True, *_MISSED)


class MinutesSeen(NamedTuple):
    minutes_by_class: tuple[int | None, ...]
    excused: bool | None
    session: Session
    block_minutes: int | None
    clash: bool


def illinois_profile(enrollment: SchoolEnrollment) -> Profile:
    """The row of the grid, the reason why she may not be claimed, and why there is no row, if there is none."""
    known = CATEGORIES.get((enrollment.category or "full-time").casefold())
    if known is None:
        return None, None, f"the enrollment's category is none of: {'; '.join(CATEGORIES)}"
    if "kindergarten" in (enrollment.category or "").casefold() and enrollment.grade != "KG":
        return None, None, f"{enrollment.category} in grade {enrollment.grade}"
    try:
        return served_as(enrollment.grade, **known), enrollment.non_claimable_reason, None
    except CannotRule as unruled:
        return None, None, str(unruled)


def session_of(day: CalendarDay | None) -> Session:
    """A day closed in part, for one of the causes that the law has a shorter session for (rule IL-5)."""
    if day is None or day.closed != "part" or day.cause is None:
        return Session.REGULAR
    return next((session for session in SESSIONS if session.value == day.cause.casefold()), Session.REGULAR)


def see_minutes(track: TrackDays) -> Seen:
    classes = attend_classes(track)
    shape, size = classes.clash.shape, classes.clash.size
    days = [track.facts.calendar.get((track.track_id, on)) for on in track.days]
    sessions = np.array([SESSIONS.index(session_of(day)) for day in days])
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
        (sessions[:, None], len(SESSIONS)),
        (block[:, None], len(kinds_of_block)),
    ):
        keys = keys * base + part
    numbered, distinct = number_kinds(keys, classes.unmapped)

    def read(key: int) -> MinutesSeen:
        key, of_block = divmod(key, len(kinds_of_block))
        key, of_session = divmod(key, len(SESSIONS))
        key, of_excused = divmod(key, 8)
        vector, clash = divmod(key, 2)
        return MinutesSeen(
            vectors[vector], _excuse(of_excused), SESSIONS[of_session], kinds_of_block[of_block], bool(clash)
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


def _vectors(track: TrackDays, classes: ClassSeconds) -> tuple[Ints, list[tuple[int | None, ...]]]:
    """[rows, students + 1] numbers of the distinct tuples of minutes."""
    seconds = classes.seconds
    in_all = np.where(seconds > 0, seconds, 0).sum(axis=2) // 60
    unknown, has = (seconds == UNKNOWN).any(axis=2), (seconds != NO_CLASS).any(axis=2)
    keys = np.where(has, (in_all * 2 + unknown) + 1, 0)
    totals, inverse = np.unique(keys, return_inverse=True)
    vectors: list[tuple[int | None, ...]] = [_total(int(key)) for key in totals]
    numbers: Ints = inverse.reshape(keys.shape).astype(np.int32)

    by_class = np.array([profile[0] in PART_TIME for profile in track.profiles])[track.profile] & track.member
    if by_class.any():
        minutes = np.where(seconds[by_class] >= 0, seconds[by_class] // 60, seconds[by_class])
        distinct, place = np.unique(-np.sort(-minutes, axis=1), axis=0, return_inverse=True)
        numbers[by_class] = place.reshape(-1) + len(vectors)
        vectors += [tuple(None if m == UNKNOWN else m for m in row if m != NO_CLASS) for row in distinct.tolist()]
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
    block = seen.block_minutes if served in PART_TIME else None
    return IllinoisDay(on, served, seen.minutes_by_class, reason, seen.session, block, seen.excused)
