"""A district as credit keeps it, living through a history: entries, another law, settings, followed anew."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from services.credit import stream_tables
from services.credit.build_touched import Builder, touch_where_law_changed
from services.credit.built_sheets import total
from services.credit.feed import Followed
from services.credit.fold_entries import Fold
from services.credit.follow_anew import follow_anew
from services.credit.lawbook import LawFile, read_lawbook
from services.credit.not_taken_tables import SETTINGS
from services.credit.rebuild import Rebuilt, rebuild
from services.credit.sheet_library import SheetLibrary
from shared.plumbing import database as plumbing
from shared.plumbing.circumstances import Asking
from shared.plumbing.tokens import Principal
from shared.schema.not_taken import NotTakenSetting
from shared.schema.roster import Jurisdiction
from tests.credit.told_histories import SCHOOL, History, Said, Told, beginning

LAWBOOK = read_lawbook()


@dataclass
class District:
    """A district as credit keeps it, and the entries that it has been told."""

    database: plumbing.Database
    jurisdiction: str
    district_id: str = field(default_factory=lambda: f"d-{uuid4().hex[:12]}")
    law: dict[str, LawFile] = field(default_factory=lambda: LAWBOOK)
    told: list[Said] = field(default_factory=list)
    _builder: Builder | None = None

    async def tell(self, entries: Sequence[Said]) -> None:
        """Fold them, and build what they touch."""
        self.told += entries
        for stream, one in entries:
            async with self.database.bare(self.district_id) as connection:
                await Fold(connection, self.district_id, stream).fold([one])
        await self.build()

    async def build(self) -> None:
        self._builder = self._builder or Builder(self.database, self.district_id, self.law)
        await self._builder.build_everything_touched()

    async def live(self, step: Any, entry: Said | None) -> None:
        if entry is not None:
            await self.tell([entry])
        elif step[0] == "law":
            await self.rule_by(LAWBOOK if self.law is OTHERWISE else OTHERWISE)
        elif step[0] == "set":
            await self.set(*step[1:])
        elif step[0] == "anew":
            await self.follow_anew()

    async def rule_by(self, law: dict[str, LawFile]) -> None:
        self.law, self._builder = law, None
        await touch_where_law_changed(self.database, self.district_id, law)
        await self.build()

    async def set(self, counts_as: Any, on: date) -> None:
        setting = NotTakenSetting(
            setting_id=uuid4(), jurisdiction=Jurisdiction(self.jurisdiction), counts_as=counts_as, begins_on=on,
            reason="r",
        )  # fmt: skip
        async with self.database.bare(self.district_id) as connection:
            await SETTINGS.keep(connection, self.district_id, setting, datetime.now(UTC), "her")

    async def follow_anew(self) -> None:
        async with self.database.bare(self.district_id) as connection:
            await stream_tables.keep_followed(connection, self.district_id, Followed("district", uuid4()))
        assert await follow_anew(self.database, self.district_id, "her", "r")
        entries, self.told = self.told, []
        await self.tell(entries)

    async def figures(self) -> list[Any]:
        """The periods' sums, by the settings, as every answer reads them."""
        her = Principal("her", "auditor", (self.district_id,), None, 0)
        asking = Asking(her, self.district_id, datetime(2026, 6, 1, tzinfo=UTC))
        async with SheetLibrary(self.database).view(asking) as view:
            rows = view.periods(SCHOOL, 2026, None)
            return [
                (
                    total(row.cases, view.values),
                    row.students,
                    row.ada,
                    row.problems,
                    [u.say().days for u in row.untaken],
                )
                for row in rows
            ]


OTHERWISE = LAWBOOK | {
    name: replace(file, law=law, digest=f"{name}, otherwise")
    for name, file, law in (
        ("illinois", LAWBOOK["illinois"], LAWBOOK["illinois_appendix_b"].law.applied_to(LAWBOOK["illinois"].law)),
        ("new_york", LAWBOOK["new_york"], LAWBOOK["new_york"].law),
    )
}
"""Illinois by the rival reading of its grid; New York's file with another digest, by which its cases are other ones."""


async def lived(url: str, jurisdiction: str, history: History) -> tuple[Rebuilt, Rebuilt, list[Any], list[Any]]:
    """The history an entry at a time, and everything built again; and the same told at once to another district."""
    database = plumbing.Database(url, "rollbook-credit-test", connections=2)
    await database.open()
    try:
        what_is, one, other = Told(), District(database, jurisdiction), District(database, jurisdiction)
        await one.tell(beginning(jurisdiction))
        steps = [(step, what_is.entry(step)) for step in history]
        for step, entry in steps:
            await one.live(step, entry)
        if one.law is OTHERWISE:
            await one.rule_by(LAWBOOK)
        await other.tell([*beginning(jurisdiction), *(entry for _, entry in steps if entry is not None)])
        for step, entry in steps:
            if entry is None and step[0] == "set":
                await other.set(*step[1:])
        again = await rebuild(database, one.district_id), await rebuild(database, other.district_id)
        return *again, await one.figures(), await other.figures()
    finally:
        await database.close()
