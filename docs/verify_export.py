"""Check an export of a Rollbook stream: python3 verify_export.py EXPORT [CHECKPOINT]

Needs Python 3.8 or newer and nothing else. The first line of the export names the stream, its head and the head's
hash; every other line is an entry: sequence, hash (hex), body (text). Each hash follows from the one before:

    hash(n) = sha256(0x01 | len(district) | district | len(stream) | stream | n | hash(n-1) | sha256(body(n)))

Lengths are 4 bytes and n is 8, big-endian; names and bodies are UTF-8; hash(0) is 32 zero bytes. Nobody can change,
remove, insert or reorder an entry unless every later hash changes. Who writes all of them anew is found out by a
checkpoint (a signed note of an earlier head) kept elsewhere: the second file. Its signature is not checked here.
"""

import base64
import json
import sys
from hashlib import sha256


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


def main(arguments):
    if len(arguments) not in (1, 2):
        sys.exit(__doc__)
    note, size = None, None
    try:
        if len(arguments) == 2:
            with open(arguments[1], encoding="utf-8") as kept:
                note = kept.read().split("\n")
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
    seen = f", as the checkpoint saw it up to entry {size}" if note else ""
    print(f"Whole{seen}: {first['stream']} of {first['district_id']}, {count} entries, head {head.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
