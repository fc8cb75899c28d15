"""What goes into a stream: canonical bytes, and the digest by which a retry is known. Pure."""

import json
from hashlib import sha256

from shared.schema.base import Schema
from shared.schema.entries import Entry
from shared.schema.refusals import Unprocessable


class WriteIdReused(Unprocessable):
    """This id already names another write."""


def canonical(entry: Entry) -> bytes:
    """The entry's bytes as they are stored, hashed and fed: RFC 8785. Fields that say nothing are left out.

    Entries hold text and integers under ASCII names, for which the standard library writes the same bytes as a full
    canonicaliser in a tenth of the time; a property test holds the two together.
    """
    words = entry.model_dump(mode="json", exclude_none=True)
    return json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest(kind: str, place: dict[str, str], said: Schema, fields: set[str] | None = None) -> bytes:
    """What the caller said, and of what, as 32 bytes: the same for a retry and different for anything else."""
    words = said.model_dump_json(include=fields, exclude_none=True)
    return sha256(b"\x02v1" + json.dumps([kind, place, words], sort_keys=True).encode()).digest()
