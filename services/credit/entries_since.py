"""The entries that came to a stream after a place in it, asked of roll, and of whom each of them speaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx

from services.credit.feed import Followed, verified
from shared.plumbing.client import ServiceClient
from shared.schema.entries import FeedPage, MarkAdjusted, RollTaken, RosterChanged

PAGE = 1000
MOST_ENTRIES = 20_000


class CannotTell(Exception):
    """Roll does not answer, or there is too much to tell."""


@dataclass(frozen=True, slots=True)
class Since:
    """An entry with its place and its hash (hex)."""

    stream: str
    sequence: int
    hash: str
    entry: Any


async def entries_since(
    roll: ServiceClient, district_id: str, at: Followed, until: int, epoch: UUID | None
) -> list[Since]:
    """The entries after `at` up to `until`, verified to continue the hash that stands there. At most MOST_ENTRIES.

    `epoch` is the one that is followed now. Where it is another, roll was restored: the stream is read from its first
    entry, and must come to the same hash at `at`. Raises CannotTell, and BrokenStream when roll's stream is no
    continuation of what was certified.
    """
    if at.epoch in (None, epoch):
        return await _read(roll, district_id, at, until)
    if until < at.sequence:
        raise CannotTell(
            f"{at.stream} was followed anew and has come as far as entry {until}; "
            f"this statement rests on entry {at.sequence}"
        )
    entries = await _read(roll, district_id, Followed(at.stream), until)
    if entries[at.sequence - 1].hash != at.hash.hex():
        raise CannotTell(
            f"roll was restored: {at.stream} no longer has at entry {at.sequence} what this statement rests on"
        )
    return entries[at.sequence :]


async def _read(roll: ServiceClient, district_id: str, at: Followed, until: int) -> list[Since]:
    if until - at.sequence > MOST_ENTRIES:
        raise CannotTell(f"{at.stream} has more than {MOST_ENTRIES} entries since; export the stream to read them")
    found: list[Since] = []
    while at.sequence < until:
        params = {"limit": PAGE} | ({} if at.after is None else {"after": at.after})
        try:
            answer = await roll.get(f"/v1/streams/{at.stream}/entries", district_id=district_id, params=params)
        except httpx.HTTPError:
            raise CannotTell("roll does not answer now") from None
        if answer.status_code == httpx.codes.GONE:
            raise CannotTell("roll was restored, and the district has not been followed anew; see /v1/status")
        if answer.status_code != httpx.codes.OK:
            raise CannotTell(f"roll answered {answer.status_code}")
        page = FeedPage.model_validate_json(answer.content)
        at, entries = verified(district_id, at, page)
        if not entries:
            raise CannotTell(f"{at.stream} ends before what was followed of it")
        found += [
            Since(at.stream, fed.sequence, fed.hash, entry) for fed, entry in zip(page.entries, entries, strict=True)
        ]
    return [since for since in found if since.sequence <= until]


Rosters = Mapping[tuple[str, int], Sequence[str]]
"""By section and number: the students of a roster, in the order in which rolls mark them."""
NOBODY: frozenset[str] = frozenset()


def speaks_of(entry: Any, begins_on: date, ends_before: date, rosters: Rosters) -> frozenset[str] | None:
    """The students whose days from `begins_on` until before `ends_before` an entry may change; None is everybody."""
    match entry:
        case MarkAdjusted() if begins_on <= entry.on < ends_before:
            return frozenset((entry.student_id,))
        case RollTaken() if begins_on <= entry.on < ends_before:
            return frozenset(rosters.get((entry.section_id, entry.roster), ()))
        case RosterChanged():
            return _rows_speak_of(entry.collection, entry.rows, begins_on, ends_before)
        case _:
            return NOBODY


def _rows_speak_of(
    collection: str, rows: Sequence[dict[str, Any]], begins_on: date, ends_before: date
) -> frozenset[str] | None:
    if collection == "section_teachers":
        return NOBODY
    if collection == "calendar_days":
        within = any(begins_on.isoformat() <= row["on"] < ends_before.isoformat() for row in rows)
        return None if within else NOBODY
    if all("student_id" in row for row in rows):
        return frozenset(row["student_id"] for row in rows)
    return None
