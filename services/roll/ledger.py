"""What goes into a stream: canonical bytes, and the digest by which a retry is known. Pure."""

from hashlib import sha256
from typing import Any

import rfc8785

from shared.schema.base import Schema
from shared.schema.entries import Entry
from shared.schema.refusals import Unprocessable


class WriteIdReused(Unprocessable):
    """This id already names another write."""


def canonical(entry: Entry) -> bytes:
    """The entry's bytes as they are stored, hashed and fed: RFC 8785. Fields that say nothing are left out."""
    return rfc8785.dumps(entry.model_dump(mode="json", exclude_none=True))


def digest(kind: str, place: dict[str, str], said: Schema) -> bytes:
    """What the caller said, and of what, as 32 bytes: the same for a retry and different for anything else."""
    words: dict[str, Any] = {"kind": kind, "place": place, "said": said.model_dump(mode="json", exclude_none=True)}
    return sha256(b"\x02v1" + rfc8785.dumps(words)).digest()
