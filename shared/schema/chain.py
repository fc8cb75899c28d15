"""The hash chain of a stream: how roll links its entries, and how anybody checks the links.

    hash(n) = sha256(0x01 | len(district) | district | len(stream) | stream | n | hash(n-1) | sha256(body(n)))

Lengths are 4 bytes and n is 8 bytes, both big-endian; hash(0) is 32 zero bytes. The stored bytes of the body are
hashed, so that a verifier needs no canonicaliser. The same formula is in SQL in roll's first migration.
"""

from hashlib import sha256

GENESIS = bytes(32)


def link(district_id: str, stream: str, sequence: int, previous: bytes, body: bytes) -> bytes:
    """The hash of one entry: 32 bytes. `sequence` counts from 1 and `previous` is the hash before it."""
    parts = [b"\x01"]
    for name in (district_id.encode(), stream.encode()):
        parts += [len(name).to_bytes(4, "big"), name]
    parts += [sequence.to_bytes(8, "big"), previous, sha256(body).digest()]
    return sha256(b"".join(parts)).digest()
