"""Check an export of a Rollbook stream: python3 verify_export.py EXPORT [CHECKPOINT [VERIFIER]]

Needs Python 3.8 or newer and nothing else. The first line of the export names the stream, its head and the head's
hash; every other line is an entry: sequence, hash (hex), body (text). Each hash follows from the one before:

    hash(n) = sha256(0x01 | len(district) | district | len(stream) | stream | n | hash(n-1) | sha256(body(n)))

Lengths are 4 bytes and n is 8, big-endian; names and bodies are UTF-8; hash(0) is 32 zero bytes. Nobody can change,
remove, insert or reorder an entry unless every later hash changes. Who writes all of them anew is found out by a
checkpoint (a signed note of an earlier head) kept elsewhere: the second file. With the key of who signed it
(name+id+key, as it was published) its Ed25519 signature is checked too, by RFC 8032; without, it is not.
"""

import base64
import json
import sys
from hashlib import sha256, sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def link(district, stream, sequence, previous, body):
    parts = [b"\x01"]
    for name in (district.encode(), stream.encode()):
        parts += [len(name).to_bytes(4, "big"), name]
    parts += [sequence.to_bytes(8, "big"), previous, sha256(body).digest()]
    return sha256(b"".join(parts)).digest()


def check(lines, size=None):
    """The stream's first line, how many entries follow it whole, the last hash, and the hash at `size`."""
    first = json.loads(next(lines))
    if first.get("export") != "rollbook-stream/1":
        raise ValueError("this is not an export of a Rollbook stream")
    count, previous, at_size = 0, bytes(32), bytes(32)
    for line in lines:
        try:
            entry = json.loads(line)
            sequence, said, body = entry["sequence"], entry["hash"], entry["body"].encode()
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"entry {count + 1}: its line cannot be read") from None
        if sequence != count + 1:
            raise ValueError(f"entry {count + 1} is missing: entry {sequence} stands in its place")
        previous = link(first["district_id"], first["stream"], sequence, previous, body)
        if previous.hex() != said:
            raise ValueError(f"entry {sequence}: its hash does not follow from its body and the hash before it")
        count += 1
        at_size = previous if count == size else at_size
    if count != first["head"]:
        raise ValueError(f"entry {count + 1} is missing: the stream has {first['head']}")
    if previous.hex() != first["hash"]:
        raise ValueError(f"entry {count}: the head that the first line names has another hash")
    return first, count, previous, at_size


def point(encoded):
    """The point of the curve that 32 bytes mean, in extended coordinates. Raises ValueError."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if len(encoded) != 32 or y >= P or (x * x - squared) % P or (x == 0 and sign):
        raise ValueError("it names no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def plus(one, other):
    a, b = (one[1] - one[0]) * (other[1] - other[0]) % P, (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, base):
    total = 0, 1, 1, 0
    while number:
        total = plus(total, base) if number & 1 else total
        base, number = plus(base, base), number >> 1
    return total


def is_signed(public, message, signature):
    """Whether the Ed25519 signature (64 bytes) of the message was made with the public key's private half."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little")
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s, base), plus(point(signature[:32]), times(h % ORDER, point(public)))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


def check_signature(note, verifier):
    """Raises ValueError unless the note was signed by the verifier's key, and speaks under its name."""
    name, _, key = verifier.split("+", 2)
    public = base64.b64decode(key, validate=True)[1:]
    text, _, signatures = note.rpartition("\n\n")
    mark = "\u2014 " + name + " "
    lines = [line[len(mark) :] for line in signatures.splitlines() if line.startswith(mark)]
    signed = [base64.b64decode(line, validate=True)[4:] for line in lines]
    if not any(is_signed(public, text.encode() + b"\n", each) for each in signed):
        raise ValueError("the checkpoint was not signed by that key")
    if not text.startswith(name + "/"):
        raise ValueError("the checkpoint speaks under another name than its key")


def main(arguments):
    if len(arguments) not in (1, 2, 3):
        sys.exit(__doc__)
    note, size = None, None
    try:
        if len(arguments) > 1:
            with open(arguments[1], encoding="utf-8") as kept:
                said = kept.read()
            if len(arguments) == 3:
                check_signature(said, arguments[2])
            note = said.split("\n")
            size = int(note[1])
        with open(arguments[0], encoding="utf-8", newline="\n") as lines:
            first, count, head, at_size = check(iter(lines), size)
        if note and not note[0].endswith(f"/{first['district_id']}/{first['stream']}"):
            raise ValueError("the checkpoint is of another stream")
        if note and size > count:
            raise ValueError(f"entry {count + 1} is missing: the checkpoint has seen {size}")
        if note and at_size != base64.b64decode(note[2]):
            raise ValueError(f"up to entry {size} this is not the stream that the checkpoint has seen")
    except (OSError, ValueError, LookupError, StopIteration) as wrong:
        print(f"NOT WHOLE. {wrong}")
        return 1
    signed = "signed " if len(arguments) == 3 else ""
    seen = f", as the {signed}checkpoint saw it up to entry {size}" if note else ""
    print(f"Whole{seen}: {first['stream']} of {first['district_id']}, {count} entries, head {head.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
