"""Dated settings of a district: put on record, and read with who set them. Rows are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.schema.base import Schema

SettingT = TypeVar("SettingT", bound=Schema)
KeptT = TypeVar("KeptT", bound=Schema)


@dataclass(frozen=True, slots=True)
class SettingsOnRecord(Generic[SettingT, KeptT]):
    """One kind of setting, in a table of its own. `setting` has a `setting_id`, `kept` says who set it and when."""

    table: str
    setting: type[SettingT]
    kept: type[KeptT]

    async def keep(
        self, connection: Any, district_id: str, setting: SettingT, at: datetime, by: str
    ) -> tuple[SettingT, bool]:
        """The setting of that id, and whether it is new: it is this one, unless there was one before."""
        said, setting_id = setting.model_dump_json(), setting.model_dump()["setting_id"]
        new = await connection.fetchval(
            f"INSERT INTO {self.table} (district_id, setting_id, setting, set_at, set_by) "  # noqa: S608 - a table of ours
            "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true",
            district_id, setting_id, said, at, by,
        )  # fmt: skip
        if new:
            return setting, True
        kept = await connection.fetchval(
            f"SELECT setting FROM {self.table} WHERE district_id = $1 AND setting_id = $2",  # noqa: S608 - a table of ours
            district_id,
            setting_id,
        )
        return self.setting.model_validate_json(kept), False

    async def trail(self, connection: Any, district_id: str) -> Sequence[KeptT]:
        """In the order in which they were set."""
        rows = await connection.fetch(
            f"SELECT setting, set_at, set_by FROM {self.table} "  # noqa: S608 - a table of ours
            "WHERE district_id = $1 ORDER BY set_at, setting_id",
            district_id,
        )
        return [
            self.kept.model_validate({**row, "setting": self.setting.model_validate_json(row["setting"])})
            for row in rows
        ]
