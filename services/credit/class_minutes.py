"""How much of each of her classes every student attended on every day of a track, in seconds. Pure.

Of several sections in one period the one that saw most of her counts. Where the roll is taken once or twice a day, the
roll of a (half-)day says how much she attended of all its classes. Classes that overlap in time are a clash: their
minutes cannot be added, and whoever sits in two of them that day cannot be ruled.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.credit.bell_minutes import UNSAID, BellDay
from services.credit.mark_seen import UNMAPPED, marked_as
from services.credit.official_roll import Takings, every_taking
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import NO_SEAT
from services.credit.spoken_for import spoken_for
from services.credit.track_days import TrackDays
from shared.schema.roster import BellPeriod, Presence

UNKNOWN, NO_CLASS = -1, -2
_PRESENT, _ABSENT = marked_as(Presence.PRESENT), marked_as(Presence.ABSENT)
_TARDY, _LEFT = marked_as(Presence.TARDY), marked_as(Presence.EARLY_DEPARTURE)


@dataclass(frozen=True, slots=True)
class ClassSeconds:
    """`seconds` [rows, students + 1, periods]: attended, UNKNOWN or NO_CLASS. `lengths` [rows, periods]: of a whole
    class, UNKNOWN without a bell. `clash` and `unmapped` [rows, students + 1]. `bells`: each row's, or None."""

    seconds: Ints
    lengths: Ints
    clash: NDArray[np.bool_]
    unmapped: NDArray[np.bool_]
    takings: Takings
    bells: Sequence[BellDay | None]


def bell_days(facts: SchoolFacts) -> dict[str, BellDay]:
    """Every bell schedule of the school."""
    periods: dict[str, list[BellPeriod]] = defaultdict(list)
    for period in facts.bell_periods:
        periods[period.bell_schedule_id].append(period)
    return {schedule: BellDay.of(of_schedule, facts.school.roll_mode) for schedule, of_schedule in periods.items()}


def bells_of(track: TrackDays) -> list[BellDay | None]:
    """Each row's bell schedule."""
    known = bell_days(track.facts)
    days = [track.facts.calendar.get((track.track_id, on)) for on in track.days]
    return [known.get(day.bell_schedule_id or "") if day else None for day in days]


def class_lengths(track: TrackDays, unknown: int = 0) -> Ints:
    """[rows, periods]: how many seconds each class lasts; `unknown` where no bell says."""
    number = {period: index for index, period in enumerate(track.seats.periods)}
    lengths = np.full((len(track.days), max(1, len(number))), unknown, dtype=np.int32)
    for row, bell in enumerate(bells_of(track)):
        for period, lesson in bell.lessons.items() if bell else ():
            if period in number:
                lengths[row, number[period]] = lesson.seconds
    return lengths


def attend_classes(track: TrackDays) -> ClassSeconds:
    bells, number = bells_of(track), {period: index for index, period in enumerate(track.seats.periods)}
    takings = every_taking(track.plans, track.row_of_day, track.taken)
    shape = (*takings.seats.shape, max(1, len(number)))

    whole, taken = class_lengths(track, UNKNOWN), track.taken
    period = taken.slot[takings.mark] % shape[2]
    every = np.arange(len(takings.mark))
    attended = _attended(track, takings, every, period, whole, bells)
    at = takings.place.astype(np.int64) * shape[2] + period
    best = np.full(takings.seats.size * shape[2], UNKNOWN, dtype=np.int32)
    np.maximum.at(best, at, attended)
    told = np.bincount(at[attended >= 0], minlength=best.size).reshape(shape)
    seconds = best.reshape(shape)

    seats, owed = _seats_by_period(track, shape)
    asked = owed + np.bincount(at[~takings.due], minlength=best.size).reshape(shape)
    settled = (told >= asked) | ((seconds >= 0) & (seconds == whole[:, None, :]))
    seconds[~settled] = UNKNOWN
    for other, of in spoken_for(track, takings):
        by_place = seconds[:, :, other].reshape(-1)
        by_place[takings.place[of]] = _attended(track, takings, of, np.full(len(of), other), whole, bells)
        seconds[:, :, other] = by_place.reshape(shape[:2])
    seconds[(seats == 0) | _breaks(bells, number, shape)[:, None, :]] = NO_CLASS
    unmapped = np.bincount(takings.place[taken.seen[takings.mark] == UNMAPPED], minlength=takings.seats.size) > 0
    return ClassSeconds(seconds, whole, _clash(bells, number, seats), unmapped.reshape(shape[:2]), takings, bells)


def _attended(
    track: TrackDays, takings: Takings, of: NDArray[np.intp], period: Ints, whole: Ints,
    bells: Sequence[BellDay | None],
) -> Ints:  # fmt: skip
    """Seconds of a period that each taking in `of` says, UNKNOWN for a tardy without its time."""
    mark, row = takings.mark[of], takings.place[of] // takings.seats.shape[1]
    seen, lasts = track.taken.seen[mark], whole[row, period]
    attended = np.full(len(of), UNKNOWN, dtype=np.int32)
    attended[_PRESENT[seen]] = lasts[_PRESENT[seen]]
    attended[_ABSENT[seen]] = np.minimum(lasts[_ABSENT[seen]], 0)
    times: Mapping[int, tuple[int, int]] = {at: (came, left) for at, came, left in track.taken.timed.tolist()}
    for index in np.flatnonzero((_TARDY | _LEFT)[seen]).tolist():
        came, left = times.get(int(mark[index]), (UNSAID, UNSAID))
        bell, lesson = bells[int(row[index])], track.seats.periods[int(period[index])]
        said = came if _TARDY[seen[index]] else left
        if said != UNSAID and bell is not None and lesson in bell.lessons:
            attended[index] = bell.lessons[lesson].attended(came, left)
    return attended


def _seats_by_period(track: TrackDays, shape: tuple[int, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """[rows, students + 1, periods]: in how many sections of a period she is to be seen, and of how many the roll was
    due."""
    seats, owed = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint8)
    of_plan: dict[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]] = {}
    for row, plan in enumerate(track.plans):
        if id(plan) not in of_plan:
            of_plan[id(plan)] = np.zeros(shape[1:], dtype=np.uint8), np.zeros(shape[1:], dtype=np.uint8)
            due_at = (plan.slots != NO_SEAT) if plan.halves is None else plan.halves.due
            for layer, due in zip(plan.slots, due_at, strict=True):
                for counted, there in zip(of_plan[id(plan)], (layer != NO_SEAT, due), strict=True):
                    students = np.flatnonzero(there)
                    counted[students, layer[students] % shape[2]] += 1
        seats[row], owed[row] = of_plan[id(plan)]
    return seats, owed


def _breaks(bells: Sequence[BellDay | None], number: Mapping[str, int], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """[rows, periods]: which periods of a day are no instruction, as its bells have it."""
    breaks = np.zeros((shape[0], shape[2]), dtype=np.bool_)
    for row, bell in enumerate(bells):
        if bell is not None:
            breaks[row, [place for period, place in number.items() if period not in bell.lessons]] = True
    return breaks


def _clash(bells: Sequence[BellDay | None], number: Mapping[str, int], seats: NDArray[np.uint8]) -> NDArray[np.bool_]:
    clash = np.zeros(seats.shape[:2], dtype=np.bool_)
    for row, bell in enumerate(bells):
        for one, other in bell.overlapping if bell else ():
            if one in number and other in number:
                clash[row] |= (seats[row, :, number[one]] > 0) & (seats[row, :, number[other]] > 0)
    return clash
