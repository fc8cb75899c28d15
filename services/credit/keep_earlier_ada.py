"""Put on record the averages of years that were counted before Rollbook, and read the record (IL-9)."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.earlier_ada_tables import find_entries, keep_entry
from services.credit.formulas.illinois_claim import IllinoisClaimLaw
from services.credit.sheet_library import Library, NoSuchSchool, Reader
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.illinois import EarlierAda, EarlierAdas
from shared.schema.refusals import Conflict, Unprocessable

router = APIRouter(tags=["illinois"], route_class=JSONRoute)


class NotIllinois(Unprocessable):
    """The claim is Illinois's; the school is in another state."""


class YearOfNoClaim(Unprocessable):
    """The year is not over, or lies before 1998-99, when the average was weighted by grade."""


class EntryIdReused(Conflict):
    """The entry id belongs to another entry; choose a new one."""


@router.post(
    "/v1/illinois/earlier-ada",
    status_code=201,
    responses=refusals(NoSuchSchool, NotIllinois, YearOfNoClaim, EntryIdReused),
)
async def keep_earlier_ada(entry: EarlierAda, asking: WhoAsks, library: Library) -> EarlierAda:
    """Record a year's average. Sending it again changes nothing; a newer entry of the year takes its place."""
    asking.require_role("district_office")
    law: IllinoisClaimLaw = library.lawbook["illinois_claim"].law
    over = date(entry.school_year, 7, 1)
    if over > asking.at.date() or not law.claim_ada.reaches_back_to(date(entry.school_year - 1, 7, 1)):
        raise YearOfNoClaim("Name a school year, by the year in which it ended, from 1999 on.", "/school_year")
    if entry.school_id is not None:
        async with library.view(asking, only=entry.school_id) as view:
            if view.school(entry.school_id).facts.school.jurisdiction != "illinois":
                raise NotIllinois("Record it for a school in Illinois.", "/school_id")
    async with library.database.bare(asking.district_id) as connection:
        kept = await keep_entry(connection, asking.district_id, entry, asking.at, asking.principal.subject)
    if kept != entry:
        raise EntryIdReused("Choose a new entry id.", "/entry_id")
    return kept


@router.get("/v1/illinois/earlier-ada", responses=refusals(NoSuchSchool))
async def read_earlier_ada(
    reader: Reader,
    library: Library,
    school_id: Annotated[Id | None, Query(description="Without it, all that you may see.")] = None,
) -> EarlierAdas:
    """The trail: every entry of the schools that you may see, and the district's when you may see all of them."""
    who = reader.principal
    if school_id is not None and not who.may_see_school(school_id):
        raise NoSuchSchool("Check the school's id, and that your token is good for the school.")
    async with library.database.bare(reader.district_id, readonly=True) as connection:
        kept = await find_entries(connection, reader.district_id)
    entries = tuple(
        one
        for one in kept
        if school_id in (None, one.entry.school_id)
        and (who.schools is None if one.entry.school_id is None else who.may_see_school(one.entry.school_id))
    )
    return EarlierAdas(district_id=reader.district_id, entries=entries)
