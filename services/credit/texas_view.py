"""One view of a district's schools in Texas, for the routes under /v1/texas/."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.credit.sheet_library import SheetLibrary, View
from shared.plumbing.circumstances import Asking
from shared.schema.law import NoLawInForce
from shared.schema.refusals import NotFound, Unprocessable


class NotOfTexas(NotFound):
    """No school in Texas that you may see has what was asked for in that school year."""


class BeforeTheLaw(Unprocessable):
    """The law that we have does not reach back to those days, and we do not guess."""


@asynccontextmanager
async def texas_view(library: SheetLibrary, asking: Asking, school_id: str | None = None) -> AsyncIterator[View]:
    """Of one school, when it is named. Raises NoSuchSchool; BeforeTheLaw for what no law reaches back to."""
    try:
        async with library.view(asking, only=school_id) as view:
            if school_id is not None:
                view.school(school_id)
            yield view
    except NoLawInForce as why:
        raise BeforeTheLaw(str(why)) from None
