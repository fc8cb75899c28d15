"""The settings of what becomes of days not taken."""

from typing import Any

from services.credit.not_taken import NotTaken, Setting
from services.credit.settings_on_record import SettingsOnRecord
from shared.schema.not_taken import KeptNotTakenSetting, NotTakenSetting

SETTINGS = SettingsOnRecord("not_taken_setting", NotTakenSetting, KeptNotTakenSetting)


async def find_settings(connection: Any, district_id: str) -> tuple[Setting, ...]:
    return tuple(
        Setting(
            kept.setting.jurisdiction.value, NotTaken(kept.setting.counts_as), kept.setting.begins_on,
            kept.setting.reason, kept.set_at, kept.set_by,
        )
        for kept in await SETTINGS.trail(connection, district_id)
    )  # fmt: skip
