"""When a period is over, by the clock on the school's own wall. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def end_of_period(on: date, ends_at: time | None, time_zone: str) -> datetime:
    """The moment at which a period ends; the end of the local day where its times are not known."""
    zone = ZoneInfo(time_zone)
    if ends_at is None:
        return datetime.combine(on + timedelta(days=1), time(), zone)
    return datetime.combine(on, ends_at, zone)


def local_date(at: datetime, time_zone: str) -> date:
    return at.astimezone(ZoneInfo(time_zone)).date()


def is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # America names a directory of the database, America/ nothing
        return False
    return True
