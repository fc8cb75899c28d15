"""Whether a page of roll's feed continues what we have: same epoch, no hole, every link of the chain. Pure."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.schema.chain import GENESIS, link
from shared.schema.entries import FeedPage, read_entry


class BrokenStream(Exception):
    """The stream does not continue what we have followed, or says what we do not understand. It is not followed on."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How far a stream has been followed: the last sequence and its hash; `after` is the feed's cursor there."""

    stream: str
    epoch: UUID | None = None
    sequence: int = 0
    hash: bytes = GENESIS
    after: str | None = None
    head: int = 0
    alarm: str | None = None


def verified(district_id: str, followed: Followed, page: FeedPage) -> tuple[Followed, list[Any]]:
    """Where the page ends, and its entries. Raises BrokenStream; nothing of such a page may be used."""
    if page.stream != followed.stream:
        raise BrokenStream("the page is of another stream")
    if followed.epoch not in (None, page.epoch):
        raise BrokenStream("the epoch has changed: roll's database was restored, follow it from the beginning")
    if page.head < followed.sequence:
        raise BrokenStream("the stream is shorter than what was followed of it")
    entries, hash_ = [], followed.hash
    for sequence, entry in enumerate(page.entries, start=followed.sequence + 1):
        if entry.sequence != sequence:
            raise BrokenStream(f"entry {sequence} is missing")
        body = entry.body.encode()
        hash_ = link(district_id, page.stream, sequence, hash_, body)
        if hash_.hex() != entry.hash:
            raise BrokenStream(f"the chain is broken at entry {sequence}: its hash does not follow from what is before")
        entries.append(_read(sequence, body))
    return (
        replace(
            followed,
            epoch=page.epoch,
            sequence=followed.sequence + len(entries),
            hash=hash_,
            after=page.cursor if entries else followed.after,
            head=page.head,
        ),
        entries,
    )


def _read(sequence: int, body: bytes) -> Any:
    try:
        return read_entry.validate_json(body)
    except ValidationError as invalid:
        places = ", ".join(sorted({".".join(map(str, error["loc"])) or error["type"] for error in invalid.errors()}))
        raise BrokenStream(f"entry {sequence} is of a kind or form that we do not know ({places})") from None
