"""Is a stream whole: every entry there, linked, in its one form? Pure.

What this cannot see is a stream written anew from some entry to its head: that shows against a checkpoint, or in
credit, which has followed the stream before.
"""

import json

import rfc8785
from pydantic import ValidationError

from shared.schema.chain import GENESIS, link
from shared.schema.entries import Entry, read_entry
from shared.schema.proof import Fault


class Broken(Exception):
    """The stream is not whole: the first bad sequence, and what is wrong there."""

    def __init__(self, sequence: int, detail: str) -> None:
        super().__init__(f"entry {sequence}: {detail}")
        self.fault = Fault(sequence=sequence, detail=detail)


class Chain:
    """Follows a stream entry by entry from wherever it is known to be whole, by default from its beginning."""

    def __init__(self, district_id: str, stream: str, sequence: int = 0, hash_: bytes = GENESIS) -> None:
        self.district_id, self.stream = district_id, stream
        self.sequence, self.hash = sequence, hash_
        self.witnessed: tuple[int, bytes] | None = None
        """A place that somebody outside has kept, and the hash that was there."""

    def follow(self, sequence: int, stored: bytes, body: bytes) -> None:
        """Raises Broken, at the first sequence that is missing or does not follow."""
        due = self.sequence + 1
        if sequence != due:
            raise Broken(due, "it is missing")
        computed = link(self.district_id, self.stream, due, self.hash, body)
        if computed != stored:
            raise Broken(due, "its hash does not follow from its body and the hash before it")
        if self.witnessed is not None and self.witnessed[0] == due and self.witnessed[1] != computed:
            raise Broken(due, "up to here this is not the stream that the checkpoint has seen")
        self.sequence, self.hash = due, computed

    def ends_at(self, head: int, hash_: bytes) -> None:
        """Raises Broken unless the stream's head is where the entries end."""
        if self.sequence < max(head, self.witnessed[0] if self.witnessed else 0):
            raise Broken(self.sequence + 1, "it is missing")
        if self.sequence > head:
            raise Broken(head + 1, "it is beyond the stream's head")
        if self.hash != hash_:
            raise Broken(head, "the stream's head has another hash")


def read_body(sequence: int, body: bytes) -> Entry:
    """The entry that a body says. Raises Broken when it is not an entry, or not in its one form (RFC 8785)."""
    try:
        entry: Entry = read_entry.validate_json(body)
        one_form = rfc8785.dumps(json.loads(body))
    except (ValidationError, ValueError):
        raise Broken(sequence, "its body is not an entry of a kind that we know") from None
    if one_form != body:
        raise Broken(sequence, "its body is not canonical JSON")
    return entry
