"""The settings of Illinois's grid, one function a statement. Rows are added, never changed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.credit import tables
from services.credit.lawbook import LawFile
from services.credit.minimum_time import GridSetting, lawbook_of_district
from shared.schema.minimum_time import KeptMinimumTimeSetting, MinimumTimeSetting


async def keep_setting(
    connection: Any, district_id: str, setting: MinimumTimeSetting, at: datetime, by: str
) -> MinimumTimeSetting:
    """The setting of that id: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO minimum_time_setting (district_id, setting_id, setting, set_at, set_by) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        district_id, setting.setting_id, setting.model_dump_json(), at, by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT setting FROM minimum_time_setting WHERE district_id = $1 AND setting_id = $2",
        district_id,
        setting.setting_id,
    )
    return MinimumTimeSetting.model_validate_json(kept)


async def find_kept(connection: Any, district_id: str) -> list[KeptMinimumTimeSetting]:
    """In the order in which they were set."""
    rows = await connection.fetch(
        "SELECT setting, set_at, set_by FROM minimum_time_setting WHERE district_id = $1 ORDER BY set_at, setting_id",
        district_id,
    )
    return [
        KeptMinimumTimeSetting(
            setting=MinimumTimeSetting.model_validate_json(row["setting"]), set_at=row["set_at"], set_by=row["set_by"]
        )
        for row in rows
    ]


async def find_settings(connection: Any, district_id: str) -> tuple[GridSetting, ...]:
    return tuple(
        GridSetting(kept.setting.grid, kept.setting.begins_on, kept.setting.reason, kept.set_at, kept.set_by)
        for kept in await find_kept(connection, district_id)
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
