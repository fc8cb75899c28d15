"""From an enrollment and a mark to the facts that a jurisdiction's formula asks for. Pure.

`profile` is what the formula wants to know of the enrollment; `facts` joins it with the mark seen. A new jurisdiction
needs its formula in `formulas` and its reading here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.credit.formulas.california import CaliforniaDay, RollMark
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay
from services.credit.mark_seen import NO_SECTION, NOT_TAKEN, PARTLY, SEEN
from shared.schema.roster import Presence, SchoolEnrollment

Profile = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    profile: Callable[[SchoolEnrollment], Profile]
    facts: Callable[[date, Profile, int], Any]


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
    if seen.adjusted:
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
        return CaliforniaDay(on, (RollMark(seen.presence.value),))
    unknown = (RollMark.NOT_TAKEN,) if mark > PARTLY else ()
    return CaliforniaDay(on, (RollMark.ABSENT, *unknown), seen.excused)


READINGS: dict[str, Reading] = {
    "texas": Reading(
        lambda enrollment: (enrollment.scheduled_minutes, enrollment.ada_eligibility_code),
        _texas_facts,
    ),
    "california": Reading(lambda _: (), _california_facts),
}
