"""School days shorter than Texas's seven hours: warned of when they are sent, never refused (rule TX-24)."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from services.roll.roster_findings import Finding
from shared.schema.roster import BellPeriod, CalendarDay, Jurisdiction, School

Schedule = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SchoolDayLaw:
    in_force_from: date
    cite: str
    at_least_minutes: int


def read_law(said: str) -> SchoolDayLaw:
    (version,) = tomllib.loads(said)["texas"]
    return SchoolDayLaw(version["from"], version["cite"], version["at_least_minutes"])


TEXAS = read_law((Path(__file__).parent / "law" / "school_day.toml").read_text())


def short_days(
    days: Iterable[CalendarDay], bells: Iterable[BellPeriod], schools: Iterable[School]
) -> Iterator[Finding]:
    """Every day of instruction that uses a bell schedule which is too short."""
    short = {schedule: said for schedule, (_, said) in _too_short(bells, schools).items()}
    for day in days:
        schedule = day.school_id, day.bell_schedule_id or ""
        if day.instructional and schedule in short and day.on >= TEXAS.in_force_from:
            yield Finding((day,), "bell_schedule_id", short[schedule])


def short_schedules(bells: Iterable[BellPeriod], schools: Iterable[School]) -> Iterator[Finding]:
    for periods, said in _too_short(bells, schools).values():
        yield Finding(periods, "bell_schedule_id", said)


def _too_short(
    bells: Iterable[BellPeriod], schools: Iterable[School]
) -> dict[Schedule, tuple[tuple[BellPeriod, ...], str]]:
    texan = {school.school_id for school in schools if school.jurisdiction is Jurisdiction.TEXAS}
    schedules: dict[Schedule, list[BellPeriod]] = defaultdict(list)
    for bell in bells:
        if bell.school_id in texan:
            schedules[bell.school_id, bell.bell_schedule_id].append(bell)
    short = {}
    for schedule, periods in schedules.items():
        ends, begins = max(bell.ends_at for bell in periods), min(bell.begins_at for bell in periods)
        minutes = _minutes(ends) - _minutes(begins)
        if minutes < TEXAS.at_least_minutes:
            short[schedule] = (
                tuple(periods),
                (
                    f"The bell schedule runs {minutes} minutes from its first bell to its last, and a school day "
                    f"is at least {TEXAS.at_least_minutes} ({TEXAS.cite})."
                ),
            )
    return short


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
