"""Who may read what the program decides, and who may decide it. Single students are for their own school only."""

from typing import Final

from shared.plumbing.circumstances import Asking
from shared.schema.refusals import NotFound

WRITERS: Final = ("coordinator",)
WITNESSES: Final = ("coordinator", "counselor")
READERS: Final = ("coordinator", "counselor", "principal", "dashboard", "district_office", "auditor")
OF_THE_SCHOOL: Final = ("counselor", "principal")


class NotOfYourSchool(NotFound):
    """There is no such school among yours."""


def is_of_the_school(asking: Asking, school_id: str) -> bool:
    """Her token names the school; one that names none is good for none, where single students are shown."""
    return asking.principal.role in OF_THE_SCHOOL and school_id in (asking.principal.schools or ())


def require_own_school(asking: Asking, school_id: str) -> None:
    """Counselors and principals, of schools that their token names. Raises Forbidden, NotOfYourSchool."""
    asking.require_role(*OF_THE_SCHOOL)
    if not is_of_the_school(asking, school_id):
        raise NotOfYourSchool("Ask for a token that names the school.")


def require_reader_of(asking: Asking, school_id: str) -> None:
    """The school itself, and whoever reads of the whole district. Raises Forbidden, NotOfYourSchool."""
    asking.require_role(*READERS)
    if asking.principal.role in OF_THE_SCHOOL and not is_of_the_school(asking, school_id):
        raise NotOfYourSchool("Ask for a token that names the school.")
