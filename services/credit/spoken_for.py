"""For which other periods a roll speaks where it is taken once or twice a day: those of her (half-)day, in whichever of
her sections, in which no roll was due and none was taken (docs/decisions/0090). Pure.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from services.credit.official_roll import Takings
from services.credit.school_facts import Ints
from services.credit.seats import NO_SEAT, SeatPlan
from services.credit.track_days import TrackDays


def spoken_for(track: TrackDays, takings: Takings) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each period by its number, with the takings (indices) of due rolls that speak for it beside their own."""
    plans = {id(plan): plan for plan in track.plans if plan.halves is not None}
    if not plans:
        return
    students, periods = takings.seats.shape[1], len(track.seats.periods)
    loose, half = _loose_periods(track, plans, periods)
    row, student = np.divmod(takings.place, students)
    own = track.taken.slot[takings.mark] % periods
    taken = np.zeros((takings.seats.size, periods), dtype=np.bool_)
    taken[takings.place, own] = True
    of_plan = np.array([list(plans).index(id(plan)) for plan in track.plans])[row]
    for period in range(periods):
        same_half = half[of_plan, own] == half[of_plan, period]
        speaks = takings.due & same_half & loose[of_plan, student, period] & ~taken[takings.place, period]
        if speaks.any():
            yield period, np.flatnonzero(speaks)


def _loose_periods(track: TrackDays, plans: dict[int, SeatPlan], periods: int) -> tuple[NDArray[np.bool_], Ints]:
    """[plans, students + 1, periods]: where she has a section, and its roll is not due; and each period's half."""
    loose = np.zeros((len(plans), track.member.shape[1], periods), dtype=np.bool_)
    owed = np.zeros_like(loose)
    half = np.empty((len(plans), periods), dtype=np.int32)
    for number, plan in enumerate(plans.values()):
        assert plan.halves is not None
        half[number] = plan.halves.half
        for layer, due in zip(plan.slots, plan.halves.due, strict=True):
            students = np.flatnonzero(layer != NO_SEAT)
            loose[number, students, layer[students] % periods] = True
            owed[number, due, layer[due] % periods] = True
    return loose & ~owed, half
