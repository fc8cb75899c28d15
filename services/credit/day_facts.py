"""From an enrollment and what was seen to the facts that a jurisdiction's formula asks for. Pure.

`profile` is what the formula wants to know of the enrollment; `facts` joins it with what was seen. A new jurisdiction
needs its formula in `formulas` and its reading here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.credit.formulas.california import CaliforniaDay, RollMark
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay
from services.credit.illinois_day import illinois_facts, illinois_profile, see_minutes
from services.credit.mark_seen import NEEDS_OFFICIAL_ROLL, NO_SECTION, NOT_TAKEN, NUMBERS, PARTLY, SEEN, UNMAPPED
from services.credit.new_york_day import new_york_facts, see_periods
from services.credit.official_roll import official_marks
from services.credit.track_days import Profile, Seen, TrackDays
from shared.schema.roster import Presence, SchoolEnrollment, Suspension


@dataclass(frozen=True, slots=True)
class Reading:
    """`see` says for all the days of a track what was seen; `facts` takes a kind of what was seen.

    Where `counts_minutes`, rolls are read with the times that they were given.
    """

    profile: Callable[[SchoolEnrollment], Profile]
    see: Callable[[TrackDays], Seen]
    facts: Callable[[date, Profile, Any], Any]
    counts_minutes: bool = False


def _see_marks(track: TrackDays) -> Seen:
    """One mark a day: of the official roll, or that which speaks most for her presence."""
    every_roll = track.facts.school.jurisdiction not in NEEDS_OFFICIAL_ROLL
    marks = official_marks(track.plans, track.row_of_day, track.rolls.blocks, every_roll=every_roll)
    return Seen(marks, range(NUMBERS), UNMAPPED)


_TEXAS = {
    Presence.PRESENT: (MarkReason.MARKED_PRESENT, MarkReason.MARKED_PRESENT),
    Presence.ABSENT: (MarkReason.MARKED_ABSENT, MarkReason.OFF_CAMPUS_COUNTED_PRESENT),
    Presence.TARDY: (MarkReason.TARDY_AFTER_ROLL, MarkReason.TARDY_BEFORE_ROLL),
    Presence.EARLY_DEPARTURE: (MarkReason.LEFT_BEFORE_ROLL, MarkReason.LEFT_AFTER_ROLL),
}
"""What a mark means when it does not count, and when it counts, as present at the official roll."""


def _texas_reason(mark: int) -> MarkReason:
    if mark in (NOT_TAKEN, NO_SECTION):
        return MarkReason.ROLL_NOT_TAKEN if mark == NOT_TAKEN else MarkReason.ON_NO_ROLL
    seen = SEEN[mark - 1]
    here = seen.presence is Presence.PRESENT or seen.present_at_official_roll is True
    if seen.adjusted and not (seen.presence is Presence.ABSENT and here):
        return MarkReason.ADJUSTED_TO_PRESENT if here else MarkReason.ADJUSTED_TO_ABSENT
    return _TEXAS[seen.presence][here]


def _texas_facts(on: date, profile: Profile, mark: int) -> TexasDay:
    reason = _texas_reason(mark)
    minutes, code = profile
    return TexasDay(on, minutes, code, MARK_THAT_FOLLOWS[reason], reason)


def _california_facts(on: date, profile: Profile, mark: int) -> CaliforniaDay:
    """The mark that speaks most for her presence, and beside an absence that another roll was not taken."""
    if mark in (NOT_TAKEN, NO_SECTION):
        return CaliforniaDay(on, (RollMark.NOT_TAKEN,) if mark == NOT_TAKEN else ())
    seen = SEEN[(mark - PARTLY if mark > PARTLY else mark) - 1]
    if seen.presence is not Presence.ABSENT:
        kept_in = seen.suspension is Suspension.IN_SCHOOL
        return CaliforniaDay(on, (RollMark.IN_SCHOOL_SUSPENSION if kept_in else RollMark(seen.presence.value),))
    unknown = (RollMark.NOT_TAKEN,) if mark > PARTLY else ()
    return CaliforniaDay(on, (RollMark.ABSENT, *unknown), seen.excused)


READINGS: dict[str, Reading] = {
    "texas": Reading(
        lambda enrollment: (enrollment.scheduled_minutes, enrollment.ada_eligibility_code),
        _see_marks,
        _texas_facts,
    ),
    "california": Reading(lambda _: (), _see_marks, _california_facts),
    "new_york": Reading(lambda _: (), see_periods, new_york_facts),
    "illinois": Reading(illinois_profile, see_minutes, illinois_facts, counts_minutes=True),
}
