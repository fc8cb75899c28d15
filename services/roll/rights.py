"""Who may do what with a roll. Deny by default; the schedule, not the token, says whose section it is."""

from services.roll.rolls import RollPlace
from shared.plumbing.circumstances import Asking
from shared.schema.refusals import Forbidden, NotFound

OFFICE = ("attendance_clerk", "district_office")
READERS = ("teacher", "attendance_clerk", "principal", "district_office", "auditor")


class NotYourSection(Forbidden):
    """This section is not yours on this date."""


class NoSuchSchool(NotFound):
    """There is no such school here."""


def may_take(asking: Asking, place: RollPlace) -> None:
    """The section's teacher (or her substitute) on that date; the office, for rolls that came on paper."""
    asking.require_role("teacher", *OFFICE)
    if asking.principal.role == "teacher":
        if not place.teaches:
            raise NotYourSection("Ask the office to enter you as its teacher or substitute for the date.")
    else:
        of_own_school(asking, place.school_id)


def may_adjust(asking: Asking, place: RollPlace) -> None:
    """Central attendance staff, not the teacher (TX-11, AMB-7)."""
    asking.require_role(*OFFICE)
    of_own_school(asking, place.school_id)


def may_read(asking: Asking, place: RollPlace) -> None:
    asking.require_role(*READERS)
    if asking.principal.role == "teacher":
        if not place.teaches:
            raise NotYourSection("You may read the sheets of your own sections.")
    else:
        of_own_school(asking, place.school_id)


def of_own_school(asking: Asking, school_id: str) -> None:
    if not asking.principal.may_see_school(school_id):
        raise NoSuchSchool("Your token does not cover the school.")
