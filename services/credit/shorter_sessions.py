"""The days of a calendar that have another session than the regular one, as Illinois counts them in a year. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from services.credit.formulas.illinois import COUNTED_BY_YEAR, Session
from shared.schema.roster import CalendarDay


class ShortDay(NamedTuple):
    """A day's session; of in-service and conference days, how many the school year has had up to it."""

    session: Session = Session.REGULAR
    nth_of_the_year: int = 0
    nth_conference: int = 0


def session_of(day: CalendarDay | None) -> Session:
    """What the calendar says of a day of instruction by its cause: of one closed in part, or of e-learning."""
    if day is None or day.cause is None or not day.instructional:
        return Session.REGULAR
    said = next((session for session in Session if session.value == day.cause.casefold()), Session.REGULAR)
    return said if day.closed == "part" or said is Session.E_LEARNING else Session.REGULAR


def next_july(on: date) -> date:
    """The first day of the next school year."""
    return date(on.year + (on.month >= 7), 7, 1)


def short_days(calendar: Mapping[tuple[str, date], CalendarDay], track_id: str) -> dict[date, ShortDay]:
    """The days of a track that have another session than the regular one."""
    found: dict[date, ShortDay] = {}
    counted: dict[tuple[date, Session], int] = {}
    for (of_track, on), day in sorted(calendar.items()):
        session = session_of(day)
        if of_track != track_id or session is Session.REGULAR:
            continue
        year = next_july(on)
        if session in COUNTED_BY_YEAR:
            counted[year, session] = counted.get((year, session), 0) + 1
            nth = sum(counted.get((year, kind), 0) for kind in COUNTED_BY_YEAR)
            conferences = counted[year, session] if session is Session.CONFERENCES else 0
            found[on] = ShortDay(session, nth, conferences)
        else:
            found[on] = ShortDay(session)
    return found
