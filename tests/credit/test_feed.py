"""A page of the feed is used only if it continues what was followed, link by link."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from services.credit.feed import BrokenStream, Followed, verified
from shared.schema.chain import GENESIS, link
from shared.schema.entries import FeedEntry, FeedPage

EPOCH = UUID(int=1)
BODY = (
    '{"at":"2026-03-09T15:00:00Z","by":"sis","ids":["ana"],"kind":"people_changed","people":"students",'
    '"role":"sis_client"}'
)


def a_page(*bodies: str, after: Followed | None = None) -> FeedPage:
    """A page as roll would send it, after that place."""
    at = after or Followed("school.cedar")
    entries, previous = [], at.hash
    for sequence, body in enumerate(bodies, start=at.sequence + 1):
        previous = link("demo", "school.cedar", sequence, previous, body.encode())
        entries.append(FeedEntry(sequence=sequence, hash=previous.hex(), body=body))
    last = at.sequence + len(bodies)
    return FeedPage(epoch=EPOCH, stream="school.cedar", entries=tuple(entries), cursor=f"after {last}", head=last)


def test_pages_continue_one_another() -> None:
    first, _ = verified("demo", Followed("school.cedar"), a_page(BODY, BODY))
    second, entries = verified("demo", first, a_page(BODY, after=first))

    assert (second.sequence, second.after, len(entries)) == (3, "after 3", 1)
    assert second.hash != GENESIS


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        (lambda page: page.model_copy(update={"entries": page.entries[1:]}), "missing"),
        (lambda page: page.model_copy(update={"entries": page.entries[::-1]}), "missing"),
        (lambda page: page.model_copy(update={"stream": "school.other"}), "another stream"),
        (lambda page: _with_body(page, BODY.replace("ana", "ben")), "chain is broken"),
    ],
)
def test_a_page_with_a_hole_or_a_changed_entry_is_refused_whole(spoiled: object, words: str) -> None:
    assert callable(spoiled)
    with pytest.raises(BrokenStream, match=words):
        verified("demo", Followed("school.cedar"), spoiled(a_page(BODY, BODY)))


def test_another_district_s_entries_are_refused() -> None:
    with pytest.raises(BrokenStream, match="chain is broken"):
        verified("elsewhere", Followed("school.cedar"), a_page(BODY))


def test_a_restored_database_is_noticed() -> None:
    followed, _ = verified("demo", Followed("school.cedar"), a_page(BODY))

    with pytest.raises(BrokenStream, match="epoch"):
        verified("demo", replace(followed, epoch=uuid4()), a_page(BODY, after=followed))
    with pytest.raises(BrokenStream, match="shorter"):
        verified("demo", followed, a_page())


@pytest.mark.parametrize("body", ['{"kind":"school_abolished"}', "{}", BODY.replace('"by":"sis",', "")])
def test_an_entry_that_nobody_here_understands_stops_the_stream(body: str) -> None:
    with pytest.raises(BrokenStream, match="do not know"):
        verified("demo", Followed("school.cedar"), a_page(body))


def _with_body(page: FeedPage, body: str) -> FeedPage:
    changed = page.entries[0].model_copy(update={"body": body})
    return page.model_copy(update={"entries": (changed, *page.entries[1:])})
