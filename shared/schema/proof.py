"""Proofs on the wire: what became of reading a stream again, entry by entry."""

from typing import Literal

from shared.schema.base import Schema

Compared = Literal["as the entries say", "otherwise", "not compared"]


class Fault(Schema):
    """The first entry that is not as it must be, and what is wrong. Nothing after it was read."""

    sequence: int
    detail: str


class StreamVerification(Schema):
    """Entries `after` + 1 to `verified` are whole: dense, linked, in their one form. `hash` is the chain's there (hex).

    `standing` says whether what stands (rolls, roster) is what the entries say: compared only by a call that read the
    stream from its beginning to its head. `next` continues where this call stopped; null at the head or a fault.
    """

    stream: str
    after: int
    verified: int
    hash: str
    head: int
    fault: Fault | None = None
    standing: Compared = "not compared"
    next: str | None = None


class VerificationProgress(Schema):
    """How far a verification has come: entries 1 to `verified` of `head` are whole."""

    stream: str
    verified: int
    head: int
