"""A timetable as iCalendar (RFC 5545): one weekly all-day event a counselor, school and weekday. Pure."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from services.program.timetable import Day, Timetable

OCTETS_A_LINE = 75


def as_icalendar(
    week: Timetable,
    names: Mapping[str, str],
    *,
    begins_on: date,
    ends_on: date,
    closed: Collection[date] = (),
    made_at: datetime,
) -> str:
    """From the first day to the last, both included, without the days closed. The same input gives the same text."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rollbook//Program//EN", "CALSCALE:GREGORIAN"]
    for day in week.days:
        lines += _event(day, names, begins_on, ends_on, closed=closed, made_at=made_at)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _fold(line))


def _event(
    day: Day,
    names: Mapping[str, str],
    begins_on: date,
    ends_on: date,
    *,
    closed: Collection[date],
    made_at: datetime,
) -> Iterator[str]:
    first = begins_on + timedelta(days=(day.weekday - begins_on.isoweekday()) % 7)
    if first > ends_on:
        return
    identity = f"{day.counselor_id} {day.school_id} {day.weekday} {begins_on}"
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(identity.encode()).hexdigest()[:32]}@rollbook"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{first:%Y%m%d}"
    yield f"RRULE:FREQ=WEEKLY;UNTIL={ends_on:%Y%m%d}"
    off = sorted(one for one in closed if first <= one <= ends_on and one.isoweekday() == day.weekday)
    if off:
        yield "EXDATE;VALUE=DATE:" + ",".join(f"{one:%Y%m%d}" for one in off)
    yield f"SUMMARY:{_escape(names.get(day.school_id, day.school_id))}"
    yield f"DESCRIPTION:{_escape(f'Counselor {day.counselor_id} at school {day.school_id}')}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _escape(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """At most 75 octets a line, never cut within a character; continuations begin with a space."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > OCTETS_A_LINE:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part
