"""Who may read a school's students one by one: its own principal and counselors, and the services that serve them."""

from typing import Annotated

from fastapi import Depends

from services.credit.sheet_library import NoSuchSchool
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.schema.base import Id


async def _of_own_school(asking: WhoAsks, school_id: Id) -> Asking:
    """A principal's or counselor's token names her schools; one that names none is good for none here."""
    asking.require_role("service", "counselor", "principal")
    named = asking.principal.schools
    if asking.principal.role != "service" and (named is None or school_id not in named):
        raise NoSuchSchool("Check the school's id, and that your token is good for the school.")
    return asking


OfOwnSchool = Annotated[Asking, Depends(_of_own_school)]
