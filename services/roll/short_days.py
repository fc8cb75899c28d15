"""School days shorter than Texas's seven hours: warned of when they are sent, never refused (rule TX-24)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import time
from pathlib import Path

from pydantic import PositiveInt

from services.roll.roster_findings import Finding
from shared.schema.law import Dated, Law, Version, read_law
from shared.schema.roster import BellPeriod, CalendarDay, Jurisdiction, School

Schedule = tuple[str, str]


class ShortestDay(Version):
    at_least_minutes: PositiveInt


class SchoolDayLaw(Law):
    texas: Dated[ShortestDay]


TEXAS = read_law(SchoolDayLaw, (Path(__file__).parent / "law" / "school_day.toml").read_text()).texas


def short_days(
    days: Iterable[CalendarDay], bells: Iterable[BellPeriod], schools: Iterable[School]
) -> Iterator[Finding]:
    """Every day of instruction that uses a bell schedule which is too short."""
    schedules = _texan_schedules(bells, schools)
    for day in days:
        periods = schedules.get((day.school_id, day.bell_schedule_id or ""))
        if not (day.instructional and periods and TEXAS.reaches_back_to(day.on)):
            continue
        if said := _too_short(periods, TEXAS.in_force(day.on)):
            yield Finding((day,), "bell_schedule_id", said)


def short_schedules(bells: Iterable[BellPeriod], schools: Iterable[School]) -> Iterator[Finding]:
    """Every bell schedule that is too short, by the newest law: it does not say on which days it is used."""
    for periods in _texan_schedules(bells, schools).values():
        if said := _too_short(periods, TEXAS.newest):
            yield Finding(tuple(periods), "bell_schedule_id", said)


def _texan_schedules(bells: Iterable[BellPeriod], schools: Iterable[School]) -> dict[Schedule, list[BellPeriod]]:
    texan = {school.school_id for school in schools if school.jurisdiction is Jurisdiction.TEXAS}
    schedules: dict[Schedule, list[BellPeriod]] = defaultdict(list)
    for bell in bells:
        if bell.school_id in texan:
            schedules[bell.school_id, bell.bell_schedule_id].append(bell)
    return schedules


def _too_short(periods: Sequence[BellPeriod], rule: ShortestDay) -> str | None:
    """What is wrong, if the minutes from the first bell to the last are too few."""
    minutes = _minutes(max(bell.ends_at for bell in periods)) - _minutes(min(bell.begins_at for bell in periods))
    if minutes >= rule.at_least_minutes:
        return None
    return (
        f"The bell schedule runs {minutes} minutes from its first bell to its last, and a school day "
        f"is at least {rule.at_least_minutes} ({rule.cite})."
    )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
