"""Illinois's law as a district has set it to be read: by grid 1, or from a day on by Appendix B (IL-1, IL-2). Pure.

The district's law is the law with one rule of it put together from both readings, each in force for its own days; a day
is ruled by the one in force on it, and names it. Its digest is that of both files and of what was set.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.credit.formulas.illinois import AppendixB, IllinoisLaw, MinimumTime
from services.credit.lawbook import LawFile
from shared.schema.law import Dated
from shared.schema.minimum_time import Grid

DEFAULT: Grid = "grid 1"


class SetByTheDistrict(MinimumTime):
    """A version of the grid that is in force because the district has set it."""


@dataclass(frozen=True, slots=True)
class GridSetting:
    grid: Grid
    begins_on: date
    reason: str
    set_at: datetime
    set_by: str

    def __str__(self) -> str:
        at = self.set_at.isoformat(timespec="seconds")
        return f"as {self.set_by} set it at {at} for days from {self.begins_on} on: {self.reason}"


def changes(settings: Iterable[GridSetting]) -> list[GridSetting]:
    """The settings that change something, by their first day; of several of one day the one set last."""
    by_day = {one.begins_on: one for one in sorted(settings, key=lambda one: (one.begins_on, one.set_at))}
    kept: list[GridSetting] = []
    for one in by_day.values():
        if one.grid != (kept[-1].grid if kept else DEFAULT):
            kept.append(one)
    return kept


def in_force(settings: Iterable[GridSetting], on: date) -> GridSetting | None:
    begun = [one for one in changes(settings) if one.begins_on <= on]
    return begun[-1] if begun else None


def lawbook_of_district(lawbook: Mapping[str, LawFile], settings: Sequence[GridSetting]) -> dict[str, LawFile]:
    """The same lawbook where nothing is set otherwise."""
    turns, file, rival = changes(settings), lawbook["illinois"], lawbook["illinois_appendix_b"]
    if not turns:
        return dict(lawbook)
    said = "".join(f"{one.begins_on} {one.grid}\n" for one in turns)
    digest = hashlib.sha256(f"{file.digest}\n{rival.digest}\n{said}".encode()).hexdigest()
    law: IllinoisLaw = file.law
    read = law.model_copy(update={"minimum_time": Dated[MinimumTime](tuple(_versions(law, rival.law, turns)))})
    return {**lawbook, "illinois": replace(file, law=read, digest=digest)}


def _versions(law: IllinoisLaw, rival: AppendixB, turns: Sequence[GridSetting]) -> Iterable[MinimumTime]:
    days = {version.in_force_from for version in (*law.minimum_time.root, *rival.minimum_time.root)}
    for on in sorted(days | {one.begins_on for one in turns}):
        setting = in_force(turns, on)
        if setting is None or setting.grid == DEFAULT:
            version = law.minimum_time.in_force(on)
            if on in (version.in_force_from, setting and setting.begins_on):
                yield version.model_copy(update={"in_force_from": on})
        else:
            version = rival.minimum_time.in_force(on)
            said = f"{version.reading} Read so {setting}"
            yield SetByTheDistrict(
                **{"from": on}, cite=version.cite, url=version.url, reading=said, checked_on=version.checked_on,
                rows=version.rows,
            )  # fmt: skip


def readings(lawbook: Mapping[str, LawFile], jurisdiction: str, first: date, before: date) -> tuple[str, ...]:
    """How the district has set the law of these days to be read, where it has set it."""
    if jurisdiction != "illinois" or before <= first:
        return ()
    versions = lawbook["illinois"].law.minimum_time.root
    ends = [*(version.in_force_from for version in versions[1:]), date.max]
    return tuple(
        f"minimum time by {version.cite}. {version.reading}"
        for version, end in zip(versions, ends, strict=True)
        if isinstance(version, SetByTheDistrict) and version.in_force_from < before and first < end
    )
