"""The entries that came to a stream after a place in it, asked of roll."""

from typing import Annotated
from uuid import UUID

import httpx
from fastapi import Depends, Request

from services.credit.feed import Followed, verified
from services.credit.tell_entries import Since
from shared.plumbing.client import ServiceClient
from shared.schema.entries import FeedPage, StreamHead, StreamHeads

PAGE = 1000
MOST_ENTRIES = 20_000


class CannotTell(Exception):
    """Roll does not answer, or there is too much to tell."""


async def _roll(request: Request) -> ServiceClient:
    roll: ServiceClient = request.app.state.roll
    return roll


Roll = Annotated[ServiceClient, Depends(_roll)]


async def heads_of(roll: ServiceClient, district_id: str) -> tuple[StreamHead, ...]:
    """Every stream that roll has now; none when it is away."""
    try:
        answer = await roll.get("/v1/streams", district_id=district_id)
    except httpx.HTTPError:
        return ()
    return StreamHeads.model_validate_json(answer.content).streams if answer.status_code == httpx.codes.OK else ()


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
