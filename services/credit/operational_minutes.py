"""Texas: the minutes that a school is held in a year, and the days that it missed (rules TX-24 and TX-26). Pure.

A day lasts from its first bell to its last, intermissions and recesses included. A day taught without a bell schedule
is unknown, not empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.credit.formulas.texas_year import SchoolDay
from services.credit.school_facts import SchoolFacts

MADE_UP = "make-up day"
"""The cause, in the calendar, of a day of instruction that makes up for one that was missed (rule TX-26)."""


@dataclass(frozen=True, slots=True)
class OperationalMinutes:
    """A track's school year: days taught, their minutes, those shorter than a school day, and those without bells; days
    on which the school was closed all day, and the days of instruction that make up for such."""

    days: int
    minutes: int
    short: tuple[date, ...]
    without_bells: tuple[date, ...]
    missed: tuple[date, ...]
    made_up: tuple[date, ...]


def day_lengths(facts: SchoolFacts) -> Mapping[str, int]:
    """Minutes from the first bell to the last, by bell schedule."""
    spans: dict[str, list[int]] = {}
    for period in facts.bell_periods:
        for at in (period.begins_at, period.ends_at):
            spans.setdefault(period.bell_schedule_id, []).append(at.hour * 60 + at.minute)
    return {schedule: max(times) - min(times) for schedule, times in spans.items()}


def count_minutes(facts: SchoolFacts, track_id: str, first: date, last: date, rule: SchoolDay) -> OperationalMinutes:
    """The days from `first` until before `last`."""
    lengths, known = day_lengths(facts), dict[date, int]()
    closed = sorted(day.on for (track, _), day in facts.calendar.items() if track == track_id and day.closed == "all")
    taught = [on for on in facts.days_taught.get(track_id, ()) if first <= on < last]
    for on in taught:
        schedule = facts.calendar[track_id, on].bell_schedule_id or ""
        if schedule in lengths:
            known[on] = lengths[schedule]
    return OperationalMinutes(
        len(taught),
        sum(known.values()),
        tuple(on for on, minutes in known.items() if minutes < rule.minutes),
        tuple(on for on in taught if on not in known),
        tuple(on for on in closed if first <= on < last),
        tuple(on for on in taught if (facts.calendar[track_id, on].cause or "").casefold() == MADE_UP),
    )
