"""Keep a district's own grade bands for form SA-129: those of the law file are from memory, and only a default."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter

from services.credit.formulas.new_york_year import StateAidAda
from services.credit.sheet_library import Library, Reader
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.state_aid import StateAidBands

router = APIRouter(tags=["attendance"], route_class=JSONRoute)


class BandsStand(Conflict):
    """Other bands begin on that day."""


class NotEachGradeOnce(Unprocessable):
    """Each grade is in exactly one band."""


def in_place_of(default: StateAidAda, own: Sequence[StateAidBands], on: date) -> StateAidAda:
    """The rule with the district's bands of that day, or as it is. Raises ValueError unless each grade is in one."""
    known = [row for row in own if row.begins_on <= on]
    if not known:
        return default
    latest = known[-1]
    return StateAidAda.model_validate(
        default.model_dump(by_alias=True)
        | {"bands": [row.model_dump() for row in latest.bands], "cite": f"{default.cite}; bands: {latest.cite}",
           "reading": f"The bands are the district's own, from {latest.begins_on}."}
    )  # fmt: skip


async def find_bands(connection: Any, district_id: str) -> list[StateAidBands]:
    """In the order in which they begin."""
    rows = await connection.fetch(
        "SELECT bands FROM state_aid_bands WHERE district_id = $1 ORDER BY begins_on", district_id
    )
    return [StateAidBands.model_validate_json(row["bands"]) for row in rows]


@router.post("/v1/new-york/sa-129-bands", status_code=201, responses=refusals(BandsStand, NotEachGradeOnce))
async def keep_state_aid_bands(bands: StateAidBands, asking: WhoAsks, library: Library) -> StateAidBands:
    """Put the district's bands on record. Sending them again changes nothing; nothing rewrites them."""
    asking.require_role("district_office")
    rule: StateAidAda = library.lawbook["new_york_year"].law.state_aid_ada.in_force(bands.begins_on)
    try:
        in_place_of(rule, [bands], bands.begins_on)
    except ValueError:
        raise NotEachGradeOnce("Name every grade from PK to 12 once, TK among them.", "/bands") from None
    async with library.database.bare(asking.district_id) as connection:
        await connection.execute(
            "INSERT INTO state_aid_bands (district_id, begins_on, bands, recorded_at, recorded_by) "
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            asking.district_id, bands.begins_on, bands.model_dump_json(), asking.at, asking.principal.subject,
        )  # fmt: skip
        kept = [row for row in await find_bands(connection, asking.district_id) if row.begins_on == bands.begins_on]
    if kept != [bands]:
        raise BandsStand("Bands are never rewritten; let others begin on another day.")
    return bands


@router.get("/v1/new-york/sa-129-bands", responses=refusals())
async def read_state_aid_bands(reader: Reader, library: Library) -> tuple[StateAidBands, ...]:
    """The district's own bands, if it has any: without, those of the law file hold (GET /v1/law)."""
    async with library.database.bare(reader.district_id, readonly=True) as connection:
        return tuple(await find_bands(connection, reader.district_id))
