"""Set by which grid Illinois's minutes are counted, and read what is set, by whom and why (IL-2, AMB-17)."""

from fastapi import APIRouter, BackgroundTasks

from services.credit.build_touched import Builder
from services.credit.minimum_time import DEFAULT, in_force
from services.credit.minimum_time_tables import SETTINGS, find_settings, touch_from
from services.credit.sheet_library import Library, Reader
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.minimum_time import MinimumTimeSetting, MinimumTimeSettings
from shared.schema.refusals import Conflict, Unprocessable

router = APIRouter(tags=["settings"], route_class=JSONRoute)


class GridSettingIdReused(Conflict):
    """The setting id belongs to another setting; choose a new one."""


class BeforeTheGrid(Unprocessable):
    """The grids speak of no day before July 2001."""


@router.post(
    "/v1/illinois/minimum-time-settings", status_code=201, responses=refusals(GridSettingIdReused, BeforeTheGrid)
)
async def set_minimum_time(
    setting: MinimumTimeSetting, asking: WhoAsks, library: Library, afterwards: BackgroundTasks
) -> MinimumTimeSetting:
    """Put a setting on record. The days from its first on are built again; no certified statement is changed. Sending
    it again changes nothing; to change one's mind is another setting."""
    asking.require_role("district_office")
    if not library.lawbook["illinois_appendix_b"].law.minimum_time.reaches_back_to(setting.begins_on):
        raise BeforeTheGrid("Choose a first day from 2001-07-01 on.", "/begins_on")
    async with library.database.bare(asking.district_id) as connection:
        kept, new = await SETTINGS.keep(connection, asking.district_id, setting, asking.at, asking.principal.subject)
        if new:
            await touch_from(connection, asking.district_id, setting, library.lawbook)
            builder = Builder(library.database, asking.district_id, library.lawbook)
            afterwards.add_task(builder.build_everything_touched)
    if kept != setting:
        raise GridSettingIdReused("Use a new id for every setting.", "/setting_id")
    return kept


@router.get("/v1/illinois/minimum-time-settings", responses=refusals())
async def read_minimum_time(reader: Reader, library: Library) -> MinimumTimeSettings:
    """What is in force today (UTC), and every setting there ever was."""
    async with library.database.bare(reader.district_id, isolation="repeatable_read", readonly=True) as connection:
        trail = await SETTINGS.trail(connection, reader.district_id)
        now = in_force(await find_settings(connection, reader.district_id), reader.at.date())
    return MinimumTimeSettings(in_force=DEFAULT if now is None else now.grid, trail=tuple(trail))
