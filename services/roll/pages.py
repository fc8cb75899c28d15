"""Cursors of lists that are read in pages: the key of the last row, opaque to the caller. Pure."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from shared.schema.refusals import Malformed


class NotACursor(Malformed):
    """This is not a cursor of this list."""


def cursor_after(*key: str) -> str:
    return urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_in(cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """The key that a cursor means; None for no cursor. Raises NotACursor."""
    if cursor is None:
        return None
    try:
        key = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        key = None
    if not isinstance(key, list) or len(key) != parts or not all(isinstance(part, str) for part in key):
        raise NotACursor("Send the next_cursor of the last page, unchanged.")
    if any("\0" in part for part in key):
        raise NotACursor("Send the next_cursor of the last page, unchanged.")
    return tuple(key)
