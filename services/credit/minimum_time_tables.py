"""The settings of Illinois's grid, and the law as they have it read."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.credit import tables
from services.credit.lawbook import LawFile
from services.credit.minimum_time import GridSetting, lawbook_of_district
from services.credit.settings_on_record import SettingsOnRecord
from shared.schema.minimum_time import KeptMinimumTimeSetting, MinimumTimeSetting

SETTINGS = SettingsOnRecord("minimum_time_setting", MinimumTimeSetting, KeptMinimumTimeSetting)


async def find_settings(connection: Any, district_id: str) -> tuple[GridSetting, ...]:
    return tuple(
        GridSetting(kept.setting.grid, kept.setting.begins_on, kept.setting.reason, kept.set_at, kept.set_by)
        for kept in await SETTINGS.trail(connection, district_id)
    )


async def find_lawbook(connection: Any, district_id: str, lawbook: Mapping[str, LawFile]) -> dict[str, LawFile]:
    """The lawbook as the district has set it to be read."""
    return lawbook_of_district(lawbook, await find_settings(connection, district_id))


async def touch_from(
    connection: Any, district_id: str, setting: MinimumTimeSetting, lawbook: Mapping[str, LawFile]
) -> None:
    """Every day of Illinois's schools from the setting's first day on is built again; no other."""
    schools = await connection.fetch(
        "SELECT school_id FROM fact WHERE district_id = $1 AND collection = 'schools' "
        "AND row ->> 'jurisdiction' = 'illinois'",
        district_id,
    )
    for school in schools:
        await tables.touch(connection, district_id, school["school_id"], [(setting.begins_on, date.max)])
    digest = (await find_lawbook(connection, district_id, lawbook))["illinois"].digest
    await connection.execute(
        "UPDATE law_used SET digest = $2 WHERE district_id = $1 AND jurisdiction = 'illinois'", district_id, digest
    )
