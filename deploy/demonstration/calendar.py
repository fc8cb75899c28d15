"""The school year 2025-26 as each state's schools keep it: days taught, holidays, closures with their cause."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from deploy.demonstration.schools import SchoolPlan
from shared.schema.roster import BellPeriod, CalendarDay, Jurisdiction, ReportingPeriod, Track

SCHOOL_YEAR = 2026
TODAY = date(2026, 2, 13)  # the last day of Texas's fourth six-weeks
TRACK = "main"
REGULAR, EARLY_RELEASE = "regular", "early-release"


@dataclass(frozen=True)
class Year:
    """`breaks` are first and last weekdays without school; `closures` by day: how much was closed, and why.
    Reporting periods begin on `reports_from`; the last of them ends with the year."""

    begins_on: date
    ends_before: date
    breaks: tuple[tuple[date, date], ...]
    closures: dict[date, tuple[str, str]]
    reports: str
    reports_from: tuple[date, ...]


def _one(month: int, day: int) -> tuple[date, date]:
    on = date(2025 if month > 7 else 2026, month, day)
    return on, on


LABOR, VETERANS, KING, PRESIDENTS = _one(9, 1), _one(11, 11), _one(1, 19), _one(2, 16)
THANKSGIVING = (date(2025, 11, 24), date(2025, 11, 28))
WINTER = (date(2025, 12, 22), date(2026, 1, 2))

YEARS = {
    Jurisdiction.TEXAS: Year(
        date(2025, 8, 13), date(2026, 5, 29),
        (LABOR, _one(10, 13), THANKSGIVING, WINTER, KING, PRESIDENTS, (date(2026, 3, 16), date(2026, 3, 20))),
        {
            date(2026, 1, 26): ("all", "ice storm: roads impassable"),
            date(2026, 1, 27): ("all", "ice storm: no electric power"),
            date(2025, 9, 24): ("part", "flash flood warning: dismissed after the fifth period"),
        },
        "Six Weeks", (
            date(2025, 8, 13), date(2025, 9, 22), date(2025, 11, 3), date(2026, 1, 5), date(2026, 2, 17),
            date(2026, 4, 6),
        ),
    ),
    Jurisdiction.NEW_YORK: Year(
        date(2025, 9, 4), date(2026, 6, 26),
        (
            (date(2025, 9, 23), date(2025, 9, 24)), _one(10, 2), _one(10, 13), VETERANS,
            (date(2025, 11, 27), date(2025, 11, 28)), (date(2025, 12, 24), date(2026, 1, 2)), KING,
            (date(2026, 2, 16), date(2026, 2, 20)), (date(2026, 4, 3), date(2026, 4, 10)),
        ),
        {date(2026, 1, 26): ("all", "snowfall"), date(2026, 2, 23): ("all", "snowfall: state of emergency")},
        "Semester", (date(2025, 9, 4), date(2026, 2, 2)),
    ),
    Jurisdiction.ILLINOIS: Year(
        date(2025, 8, 18), date(2026, 5, 30),
        (LABOR, _one(10, 13), VETERANS, (date(2025, 11, 26), date(2025, 11, 28)), WINTER, KING, PRESIDENTS,
         (date(2026, 3, 23), date(2026, 3, 27))),
        {date(2026, 1, 23): ("all", "extreme cold"), date(2025, 10, 8): ("all", "impairment of the heating plant")},
        "Month", (
            date(2025, 8, 18), date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1),
            date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1),
        ),
    ),
    Jurisdiction.CALIFORNIA: Year(
        date(2025, 8, 14), date(2026, 6, 11),
        (LABOR, VETERANS, THANKSGIVING, (date(2025, 12, 22), date(2026, 1, 9)), KING, PRESIDENTS,
         (date(2026, 3, 30), date(2026, 4, 3))),
        {date(2025, 11, 21): ("all", "wildfire smoke"), date(2026, 1, 28): ("part", "power outage after lunch")},
        "Attendance period", (date(2025, 8, 14), date(2026, 1, 1), date(2026, 4, 16)),
    ),
}  # fmt: skip


def track(school: SchoolPlan) -> Track:
    year = YEARS[school.jurisdiction]
    return Track(
        school_id=school.school_id, track_id=TRACK, school_year=SCHOOL_YEAR, begins_on=year.begins_on,
        ends_before=year.ends_before, official_period_id=school.official_period,
    )  # fmt: skip


def reporting_periods(school: SchoolPlan) -> Iterator[ReportingPeriod]:
    year = YEARS[school.jurisdiction]
    for number, begins_on in enumerate(year.reports_from, 1):
        ends_before = (*year.reports_from, year.ends_before)[number]
        yield ReportingPeriod(
            school_id=school.school_id, track_id=TRACK, school_year=SCHOOL_YEAR, number=number,
            name=f"{year.reports} {number}", begins_on=begins_on, ends_before=ends_before,
        )  # fmt: skip


def calendar_days(school: SchoolPlan) -> Iterator[CalendarDay]:
    """Every weekday of the year."""
    year = YEARS[school.jurisdiction]
    day = year.begins_on
    while day < year.ends_before:
        if day.weekday() < 5:
            yield _calendar_day(school.school_id, year, day)
        day += timedelta(days=1)


def _calendar_day(school_id: str, year: Year, on: date) -> CalendarDay:
    match year.closures.get(on):
        case ("all", cause):
            return CalendarDay(school_id=school_id, track_id=TRACK, on=on, instructional=False, closed="all",
                               cause=cause)  # fmt: skip
        case (_, cause):
            return CalendarDay(school_id=school_id, track_id=TRACK, on=on, instructional=True, closed="part",
                               cause=cause, bell_schedule_id=EARLY_RELEASE)  # fmt: skip
    holiday = any(first <= on <= last for first, last in year.breaks)
    return CalendarDay(
        school_id=school_id, track_id=TRACK, on=on, instructional=not holiday,
        bell_schedule_id=None if holiday else REGULAR,
    )  # fmt: skip


def bell_periods(school: SchoolPlan) -> Iterator[BellPeriod]:
    """Seven periods from eight o'clock: 50 minutes and five to change; 30 on a day of early release."""
    for schedule, minutes in ((REGULAR, 50), (EARLY_RELEASE, 30)):
        for number in range(7):
            begins = 8 * 60 + number * (minutes + 5) + (30 if number > 3 else 0)
            yield BellPeriod(
                school_id=school.school_id, bell_schedule_id=schedule, period_id=str(number + 1),
                begins_at=clock(begins), ends_at=clock(begins + minutes),
            )  # fmt: skip


def clock(minutes: int) -> time:
    """The local time so many minutes after midnight."""
    return time(minutes // 60, minutes % 60)
