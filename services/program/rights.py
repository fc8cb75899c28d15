"""Who may read what the program decides, and who may decide it. Single students are for their own school only."""

from typing import Final

from services.program.concealment import Sight
from shared.plumbing.circumstances import Asking
from shared.schema.refusals import NotFound

WRITERS: Final = ("coordinator",)
WITNESSES: Final = ("coordinator", "counselor")
READERS: Final = ("coordinator", "counselor", "principal", "dashboard", "district_office", "auditor")
OF_THE_SCHOOL: Final = ("counselor", "principal")
SEE_SMALL_GROUPS: Final = ("coordinator", "auditor")
"""Of a selection and what follows from it: who decides by the numbers, and who checks the decision (decision 50)."""


class NotOfYourSchool(NotFound):
    """There is no such school among yours."""


def is_of_the_school(asking: Asking, school_id: str) -> bool:
    """Her token names the school; one that names none is good for none, where single students are shown."""
    return asking.principal.role in OF_THE_SCHOOL and school_id in (asking.principal.schools or ())


def own_schools(asking: Asking) -> frozenset[str]:
    return frozenset(asking.principal.schools or ()) if asking.principal.role in OF_THE_SCHOOL else frozenset()


def sight_of(asking: Asking) -> Sight:
    """Of which schools' small groups she may read in a selection, and in what follows from it."""
    return Sight(asking.principal.role in SEE_SMALL_GROUPS, own_schools(asking))


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
