"""When a period is over, and a teacher's time to amend its roll, by the clock on the school's own wall. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def end_of_period(on: date, ends_at: time | None, time_zone: str) -> datetime:
    """The moment at which a period ends; the end of the local day where its times are not known."""
    zone = ZoneInfo(time_zone)
    if ends_at is None:
        return datetime.combine(on + timedelta(days=1), time(), zone)
    return datetime.combine(on, ends_at, zone)


def end_of_edits(on: date, ends_at: time | None, time_zone: str, minutes: int | None) -> datetime:
    """So many minutes after the period's end; the end of the local day where the school does not say how many."""
    if minutes is None:
        return end_of_period(on, None, time_zone)
    return end_of_period(on, ends_at, time_zone).astimezone(UTC) + timedelta(minutes=minutes)


def local_date(at: datetime, time_zone: str) -> date:
    return at.astimezone(ZoneInfo(time_zone)).date()


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # America names a directory of the database, America/ nothing
        return False
    return True
