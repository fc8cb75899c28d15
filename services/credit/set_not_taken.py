"""Set what becomes of days whose roll nobody took, and read what is set, by whom and why (GEN-6)."""

from fastapi import APIRouter

from services.credit.not_taken import NOT_TAKEN, in_force
from services.credit.not_taken_tables import SETTINGS, find_settings
from services.credit.sheet_library import Library, Reader
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.not_taken import NotTakenSetting, NotTakenSettings
from shared.schema.refusals import Conflict
from shared.schema.roster import Jurisdiction

router = APIRouter(tags=["settings"], route_class=JSONRoute)


class SettingIdReused(Conflict):
    """The setting id belongs to another setting; choose a new one."""


@router.post("/v1/not-taken-settings", status_code=201, responses=refusals(SettingIdReused))
async def set_not_taken(setting: NotTakenSetting, asking: WhoAsks, library: Library) -> NotTakenSetting:
    """Put a setting on record. Sending it again changes nothing; to change one's mind is another setting."""
    asking.require_role("district_office")
    async with library.database.bare(asking.district_id) as connection:
        kept, _ = await SETTINGS.keep(connection, asking.district_id, setting, asking.at, asking.principal.subject)
    if kept != setting:
        raise SettingIdReused("Use a new id for every setting.", "/setting_id")
    return kept


@router.get("/v1/not-taken-settings", responses=refusals())
async def read_not_taken(reader: Reader, library: Library) -> NotTakenSettings:
    """The defaults, what is in force today (UTC) in each jurisdiction, and every setting there ever was."""
    async with library.database.bare(reader.district_id, isolation="repeatable_read", readonly=True) as connection:
        trail = await SETTINGS.trail(connection, reader.district_id)
        settings = await find_settings(connection, reader.district_id)
    today = reader.at.date()
    now = {name.value: in_force(settings, name.value, today) for name in Jurisdiction}
    return NotTakenSettings(
        defaults=dict(NOT_TAKEN),
        in_force={name: "not_taken" if one is None else one.counts_as.value for name, one in now.items()},
        trail=tuple(trail),
    )
