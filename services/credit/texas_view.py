"""One view of a district's schools in Texas, for the routes of that state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from services.credit.sheet_library import SheetLibrary, View
from shared.plumbing.circumstances import Asking
from shared.schema.law import NoLawInForce
from shared.schema.refusals import NotFound, Unprocessable
from shared.schema.roster import Jurisdiction


class NotOfTexas(NotFound):
    """No school in Texas that you may see has what was asked for in that school year."""


class BeforeTheLaw(Unprocessable):
    """The law that we have does not reach back to those days, and we do not guess."""


@asynccontextmanager
async def texas_view(library: SheetLibrary, asking: Asking, school_id: str | None = None) -> AsyncIterator[View]:
    """Texas's schools alone; of one school, when it is named, and of none when that one is in another state.

    Raises NoSuchSchool; BeforeTheLaw for what no law reaches back to.
    """
    try:
        async with library.view(asking, only=school_id) as view:
            if school_id is not None:
                view.school(school_id)
            texan = {
                name: one for name, one in view.schools.items() if one.facts.school.jurisdiction is Jurisdiction.TEXAS
            }
            yield replace(view, schools=texan)
    except NoLawInForce as why:
        raise BeforeTheLaw(str(why)) from None
