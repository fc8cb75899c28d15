"""A window of days that is summed: what it may be, and the grade that a student was in by its end. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from services.credit.built_sheets import LONGEST_WINDOW
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Grade, SchoolEnrollment

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


class NoSuchWindow(Unprocessable):
    """The window of days cannot be summed."""


def check_window(begins_on: date, ends_before: date, pointer: str = "query/ends_before") -> None:
    """Raises NoSuchWindow."""
    if not begins_on < ends_before or (ends_before - begins_on).days > LONGEST_WINDOW:
        raise NoSuchWindow(f"Ask for at least one day and at most {LONGEST_WINDOW}.", pointer)
    if begins_on < EARLIEST or ends_before > LATEST:
        raise NoSuchWindow(f"Ask for days from {EARLIEST} until before {LATEST}.", pointer)


def counted_before(ends_before: date, today: date) -> date:
    """Days to come are never counted."""
    return min(ends_before, today + timedelta(days=1))


def last_grades(enrollments: Iterable[SchoolEnrollment], first: date, last: date) -> dict[str, Grade]:
    """The grade of each student's last enrollment that reaches into the window. Enrollments come by entry date."""
    return {
        enrollment.student_id: enrollment.grade
        for enrollment in enrollments
        if enrollment.entry_date < last and (enrollment.withdrawal_date is None or enrollment.withdrawal_date > first)
    }
