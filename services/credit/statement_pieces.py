"""A statement's bytes in pieces: what stands before its students, each school's students, and what stands after. Pure.

A piece is packed by itself (RFC 1951, ended on a whole byte), so that pieces in a row are one stream: a statement is
read, compared and sent without ever being whole in memory.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from struct import pack as as_bytes

from services.credit.frozen_count import SchoolCount, canonical_of

NO_HEADER = -zlib.MAX_WBITS
QUICKLY = 1
"""Rows are so alike that more effort gains little: a fortieth of their size in any case."""
GZIP_BEGINS = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
NOTHING_MORE = b"\x03\x00"
OPENS, CLOSES, ROW_ENDS, SCHOOL = b'"students":[', b"]", b"}", b'"school_id":"'


class Damaged(Exception):
    """The bytes are not those that were certified."""


def pack(text: bytes) -> bytes:
    packer = zlib.compressobj(QUICKLY, zlib.DEFLATED, NO_HEADER)
    return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)


COMMA = pack(b",")


@dataclass(frozen=True, slots=True)
class Piece:
    """`school_id` '' stands before or after the students. `digest` is the SHA-256 of its text."""

    school_id: str
    digest: bytes
    packed: bytes

    @classmethod
    def of(cls, school_id: str, text: bytes) -> "Piece":
        return cls(school_id, sha256(text).digest(), pack(text))

    def text(self) -> bytes:
        """Raises Damaged."""
        text = zlib.decompressobj(NO_HEADER).decompress(self.packed)
        if sha256(text).digest() != self.digest:
            raise Damaged(f"the piece of {self.school_id or 'no school'} does not have the digest that it had")
        return text


@dataclass(frozen=True, slots=True)
class FrozenBytes:
    """A statement in its pieces, with the digest of its bytes, and the one without the streams' places."""

    digest: bytes
    count_digest: bytes
    pieces: tuple[Piece, ...]

    @property
    def pieces_digest(self) -> bytes:
        """As the database reckons it, of all that is kept."""
        return sha256(b"".join(piece.digest + piece.packed for piece in self.pieces)).digest()


def freeze(parts: Mapping[str, str], counts: Iterable[SchoolCount]) -> FrozenBytes:
    """`parts` are those of a statement that has no students yet; a school's rows are written and packed one by one."""
    before, after = _around(canonical_of(parts))
    pieces, whole, counted = [Piece.of("", before)], sha256(before), sha256(_around(canonical_of(parts, "streams"))[0])
    for count in counts:
        if text := count.text():
            joined = text if len(pieces) == 1 else b"," + text
            whole.update(joined)
            counted.update(joined)
            pieces.append(Piece.of(count.school_id, text))
    whole.update(after)
    counted.update(after)
    return FrozenBytes(whole.digest(), counted.digest(), (*pieces, Piece.of("", after)))


def _around(document: bytes) -> tuple[bytes, bytes]:
    at = document.index(OPENS) + len(OPENS)
    return document[:at], document[at:]


def cut(document: bytes) -> list[Piece]:
    """The pieces of a statement that was kept whole, as the first ones were. A school's rows are together."""
    begins = document.index(OPENS) + len(OPENS)
    at, pieces = begins, [Piece.of("", document[:begins])]
    while document[at : at + 1] != CLOSES:
        at += document[at : at + 1] == b","
        names = document.index(SCHOOL, at) + len(SCHOOL)
        school = document[names : document.index(b'"', names)]
        ends = document.index(ROW_ENDS, document.rindex(SCHOOL + school + b'","student_id"')) + 1
        pieces.append(Piece.of(school.decode(), document[at:ends]))
        at = ends
    return [*pieces, Piece.of("", document[at:])]


def joined(pieces: Sequence[Piece]) -> bytes:
    """Raises Damaged."""
    students = b",".join(piece.text() for piece in pieces if piece.school_id)
    return pieces[0].text() + students + pieces[-1].text()


def written(pieces: Sequence[Piece], digest: bytes, *, gzip: bool) -> Iterator[bytes]:
    """The statement's bytes, or the same as gzip (RFC 1952) without packing anything anew.

    Raises Damaged before the last byte if they are not those of the digest.
    """
    whole, check, size, first = sha256(), 0, 0, True
    if gzip:
        yield GZIP_BEGINS
    for piece in pieces[:-1]:
        text = piece.text()
        joined = b"," + text if piece.school_id and not first else text
        if gzip and joined is not text:
            yield COMMA
        yield piece.packed if gzip else joined
        first = not piece.school_id
        whole.update(joined)
        check, size = zlib.crc32(joined, check), size + len(joined)
    last = pieces[-1].text()
    whole.update(last)
    if whole.digest() != digest:
        raise Damaged("the statement does not have the digest that was certified")
    yield (
        last
        if not gzip
        else pieces[-1].packed
        + NOTHING_MORE
        + as_bytes("<II", zlib.crc32(last, check), (size + len(last)) & 0xFFFFFFFF)
    )
