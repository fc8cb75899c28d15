"""What is wrong with rows that are each in good order: they overlap, leave holes, or do not fit each other. Pure.

A finding names the rows that it is about, the later one last: whoever sends the last is told.
"""

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.roll.spans import FOREVER, Span, overlapping, span_of, within
from shared.schema.roster import (
    AttendanceCode,
    BellPeriod,
    CalendarDay,
    Jurisdiction,
    Presence,
    ReportingPeriod,
    SchoolEnrollment,
    Track,
)

PARTLY_THERE = (Presence.TARDY, Presence.EARLY_DEPARTURE)


@dataclass(frozen=True)
class Finding:
    rows: tuple[Any, ...]
    column: str
    detail: str


def enrolled_twice(enrollments: Iterable[SchoolEnrollment]) -> Iterator[Finding]:
    """One school has a student once at a time: membership would count her days twice (TX-3)."""
    for earlier, later in overlapping(enrollments, lambda row: (row.school_id, row.student_id)):
        said = (
            f"the student is enrolled there already, {_days(earlier)}: end that first (if it never was, at its entry)"
        )
        yield Finding((earlier, later), "entry_date", said)


def enrolled_elsewhere(enrollments: Iterable[SchoolEnrollment]) -> Iterator[Finding]:
    for earlier, later in overlapping(enrollments, lambda row: row.student_id):
        if earlier.school_id != later.school_id:
            said = f"the student is enrolled in {earlier.school_id} too, {_days(earlier)}"
            yield Finding((earlier, later), "entry_date", said)


def tracks_at_once(tracks: Iterable[Track]) -> Iterator[Finding]:
    for earlier, later in overlapping(tracks, lambda row: (row.school_id, row.track_id)):
        said = f"the track's school year {earlier.school_year} runs {_days(earlier)}"
        yield Finding((earlier, later), "begins_on", said)


def codes_at_once(codes: Iterable[AttendanceCode]) -> Iterator[Finding]:
    for earlier, later in overlapping(codes, lambda row: row.code):
        said = f"the code's version {_days(earlier)} is in force: end that where this one begins"
        yield Finding((earlier, later), "begins_on", said)


def bells_at_once(bells: Iterable[BellPeriod]) -> Iterator[Finding]:
    schedules: dict[Any, list[BellPeriod]] = defaultdict(list)
    for bell in bells:
        schedules[bell.school_id, bell.bell_schedule_id].append(bell)
    for schedule in schedules.values():
        schedule.sort(key=lambda bell: (bell.begins_at, bell.ends_at))
        longest = schedule[0]
        for bell in schedule[1:]:
            if bell.begins_at < longest.ends_at:
                yield Finding((longest, bell), "begins_at", f"period {longest.period_id} is not over by then")
            longest = max(longest, bell, key=lambda each: each.ends_at)


def reporting_periods(periods: Iterable[ReportingPeriod], tracks: Iterable[Track]) -> Iterator[Finding]:
    """Reporting periods of a track's year that count a day twice, or days that are not of the year."""
    years = {(track.school_id, track.track_id, track.school_year): track for track in tracks}
    for year, group in _by_year(periods).items():
        for earlier, later in overlapping(group, lambda _: None):
            yield Finding((earlier, later), "begins_on", f"reporting period {earlier.number} runs {_days(earlier)}")
        track = years.get(year)
        for period in group:
            if track is None:
                yield Finding((period,), "track_id", "there is no such track in that school year")
            elif not within(span_of(period), span_of(track)):
                yield Finding((period,), "begins_on", f"it reaches beyond the track's year, which runs {_days(track)}")


def unreported_days(
    days: Iterable[CalendarDay], periods: Iterable[ReportingPeriod], tracks: Iterable[Track]
) -> Iterator[Finding]:
    """Days of instruction that no reporting period of their track's year counts, where there are any."""
    spans = {year: [span_of(period) for period in group] for year, group in _by_year(periods).items()}
    years: dict[Any, list[tuple[Span, list[Span]]]] = defaultdict(list)
    for track in tracks:
        if (reported := spans.get((track.school_id, track.track_id, track.school_year))) is not None:
            years[track.school_id, track.track_id].append((span_of(track), reported))
    for day in days:
        for whole, reported in years[day.school_id, day.track_id] if day.instructional else ():
            if within(span_of(day), whole) and not any(within(span_of(day), span) for span in reported):
                yield Finding((day,), "on", "a day of instruction that no reporting period of its track has")


def left_over(days: Iterable[Finding], periods: Sequence[ReportingPeriod]) -> Iterator[Finding]:
    """The same, said of the reporting periods: once a track, of the last of them."""
    by_track: dict[Any, list[CalendarDay]] = defaultdict(list)
    for (day,) in (finding.rows for finding in days):
        by_track[day.school_id, day.track_id].append(day)
    for track, left in by_track.items():
        rows = tuple(period for period in periods if (period.school_id, period.track_id) == track)
        first = min(day.on for day in left)
        yield Finding(
            rows, "begins_on", f"days of instruction in no reporting period: {len(left)}, the first on {first}"
        )


def _by_year(periods: Iterable[ReportingPeriod]) -> Mapping[Any, list[ReportingPeriod]]:
    by_year: dict[Any, list[ReportingPeriod]] = defaultdict(list)
    for period in periods:
        by_year[period.school_id, period.track_id, period.school_year].append(period)
    return by_year


def days_without_bells(days: Iterable[CalendarDay], schedules: Several[tuple[str, str]]) -> Iterator[Finding]:
    """Days of instruction on which nobody can tell when a period, and so the official roll, is."""
    for day in days:
        if day.instructional and day.bell_schedule_id is None:
            yield Finding(
                (day,), "bell_schedule_id", "a day of instruction without a bell schedule: its times are unknown"
            )
        elif day.instructional and (day.school_id, day.bell_schedule_id) not in schedules:
            yield Finding((day,), "bell_schedule_id", "this bell schedule has no periods yet: its times are unknown")


def says_too_little(code: AttendanceCode, jurisdiction: Jurisdiction) -> str | None:
    """What a code must say that this one does not, so that credit can count it (rules TX-13, NY-3, NY-4)."""
    if jurisdiction is Jurisdiction.TEXAS and code.presence in PARTLY_THERE and code.present_at_official_roll is None:
        return "present_at_official_roll"
    if jurisdiction is Jurisdiction.NEW_YORK and code.presence is not Presence.PRESENT and code.excused is None:
        return "excused"
    return None


STOPS_THE_COUNT: Mapping[str, str] = {
    "present_at_official_roll": (
        "Texas has no tardies: say whether who is marked so is present at the official roll (true) or absent (TX-13)"
    ),
}
SHOULD_BE_SAID: Mapping[str, str] = {
    "excused": "New York records every absence, tardiness and early departure as excused or unexcused (NY-3, NY-4)",
}


def _days(row: Any) -> str:
    begins, ends = span_of(row)
    return f"from {begins}" + ("" if ends == FOREVER else f" up to but not {ends}")
