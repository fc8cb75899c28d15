"""Which days a change of roster can change the sheets of: exactly these are built again. Pure.

A change is a row as it was (None: it was not there) and as it is now. Days come as half-open spans of dates.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from services.credit.formulas.illinois import COUNTED_BY_YEAR
from services.credit.shorter_sessions import next_july, session_of
from shared.schema.base import Schema
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    ReportingPeriod,
    School,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    SectionTeacher,
    Track,
)

Days = tuple[date, date]
ALWAYS: Days = (date.min, date.max)
NEVER: tuple[Days, ...] = ()


def touched_days(was: Schema | None, now: Schema) -> Iterator[Days]:
    """The spans of days that a change of one row touches."""
    if was == now:
        return
    kind = type(now)
    if kind in _SPANS:
        yield from _span_changed(was, now, _SPANS[kind])
    elif isinstance(now, CalendarDay):
        yield _calendar_day(was, now)
    else:
        yield from _OTHERS[kind](now)


def _span(row: Any) -> Days:
    return row.begins_on, row.ends_before or date.max


def _enrolled(row: Any) -> Days:
    return row.entry_date, row.withdrawal_date or date.max


def _span_changed(was: Any, now: Any, span: Callable[[Any], Days]) -> Iterator[Days]:
    """When nothing but the span has changed, the days between the old span and the new; else the days of both."""
    if was is None:
        yield span(now)
        return
    (old_from, old_to), (new_from, new_to) = span(was), span(now)
    names = {"begins_on", "ends_before", "entry_date", "withdrawal_date"}
    if was.model_dump(exclude=names) != now.model_dump(exclude=names) or new_from >= old_to or old_from >= new_to:
        yield from (span(was), span(now))
        return
    for first, last in ((old_from, new_from), (old_to, new_to)):
        if first != last:
            yield min(first, last), max(first, last)


def _calendar_day(was: Any, now: CalendarDay) -> Days:
    """The day; and the rest of its school year when it was or is one of those that Illinois counts in the year."""
    counted = {session_of(was), session_of(now)}.intersection(COUNTED_BY_YEAR)
    return now.on, next_july(now.on) if counted else now.on + timedelta(days=1)


_SPANS: dict[type[Schema], Callable[[Any], Days]] = {
    AttendanceCode: _span,
    Section: _span,
    SectionEnrollment: _span,
    Track: _span,
    SchoolEnrollment: _enrolled,
}
_OTHERS: dict[type[Schema], Callable[[Any], tuple[Days, ...]]] = {
    BellPeriod: lambda _: (ALWAYS,),
    School: lambda _: (ALWAYS,),
    ReportingPeriod: lambda _: NEVER,
    SectionTeacher: lambda _: NEVER,
}
"""A reporting period and a teacher change no sheet: periods are summed when they are asked for."""


def merged(spans: Iterator[Days]) -> list[Days]:
    """The same days in as few spans as possible."""
    united: list[Days] = []
    for first, last in sorted(spans):
        if united and first <= united[-1][1]:
            united[-1] = united[-1][0], max(last, united[-1][1])
        elif first < last:
            united.append((first, last))
    return united
