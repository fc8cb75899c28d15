"""The settings of what becomes of days not taken, one function a statement. Rows are added, never changed."""

from datetime import datetime
from typing import Any

from services.credit.not_taken import NotTaken, Setting
from shared.schema.not_taken import KeptNotTakenSetting, NotTakenSetting


async def keep_setting(
    connection: Any, district_id: str, setting: NotTakenSetting, at: datetime, by: str
) -> NotTakenSetting:
    """The setting of that id: this one, unless there was one before."""
    await connection.execute(
        "INSERT INTO not_taken_setting (district_id, setting_id, setting, set_at, set_by) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT DO NOTHING",
        district_id, setting.setting_id, setting.model_dump_json(), at, by,
    )  # fmt: skip
    kept = await connection.fetchval(
        "SELECT setting FROM not_taken_setting WHERE district_id = $1 AND setting_id = $2",
        district_id,
        setting.setting_id,
    )
    return NotTakenSetting.model_validate_json(kept)


async def find_kept(connection: Any, district_id: str) -> list[KeptNotTakenSetting]:
    """In the order in which they were set."""
    rows = await connection.fetch(
        "SELECT setting, set_at, set_by FROM not_taken_setting WHERE district_id = $1 ORDER BY set_at, setting_id",
        district_id,
    )
    return [
        KeptNotTakenSetting(
            setting=NotTakenSetting.model_validate_json(row["setting"]), set_at=row["set_at"], set_by=row["set_by"]
        )
        for row in rows
    ]


async def find_settings(connection: Any, district_id: str) -> tuple[Setting, ...]:
    return tuple(
        Setting(
            kept.setting.jurisdiction.value, NotTaken(kept.setting.counts_as), kept.setting.begins_on,
            kept.setting.reason, kept.set_at, kept.set_by,
        )
        for kept in await find_kept(connection, district_id)
    )  # fmt: skip
