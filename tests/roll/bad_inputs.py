"""Bad inputs: each is what somebody could send instead of a body that is in good order."""

import copy
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CANARY = "canary-8f3e"
"""Put wherever a value is wrong: it must not come back."""

JSON = {"Content-Type": "application/json"}
DATES = ("begins_on", "ends_before", "on", "entry_date", "birth_date")
INTEGERS = ("school_year", "number", "base_version", "scheduled_minutes")


@dataclass(frozen=True)
class Bad:
    name: str
    statuses: tuple[int, ...]
    content: bytes
    headers: dict[str, str]


def bad(name: str, content: str | bytes, *statuses: int, **headers: str) -> Bad:
    data = content.encode() if isinstance(content, str) else content
    return Bad(name, statuses, data, JSON | {header.replace("_", "-"): value for header, value in headers.items()})


def bad_inputs(body: dict[str, Any]) -> Iterator[Bad]:
    good = json.dumps(body)
    yield from _unreadable(good)
    yield from _of_another_kind(good)
    yield from _too_much(good)
    yield bad("an unknown field", json.dumps(body | {"recorded_at": CANARY}), 422)
    record = _record(body)
    for name, value in record.items():
        yield from _wrong_values(body, name, value)
        yield _with(
            body, f"{name} twice", 400, lambda text, name=name: text.replace(f'"{name}"', f'"{name}": 1, "{name}"', 1)
        )
    yield _changed(body, "an unknown field of the record", {"district_id": CANARY})
    yield _changed(body, "another unknown field of the record", {"paid": {"by": CANARY}})


def _unreadable(good: str) -> Iterator[Bad]:
    yield bad("nothing", "", 400)
    yield bad("blanks", "  \n ", 400)
    yield bad("half", good[: len(good) // 2], 400)
    yield bad("more than one", good + good, 400)
    yield bad("bytes that are not UTF-8", good.encode()[:-1] + b', "x": "\xff\xfe"}', 400)
    yield bad("UTF-16", good.encode("utf-16"), 400)
    yield bad("UTF-32", good.encode("utf-32"), 400)
    yield bad("a byte-order mark", b"\xef\xbb\xbf" + good.encode(), 400)
    yield bad("NaN", good[:-1] + ', "x": NaN}', 400)
    yield bad("-Infinity", good[:-1] + ', "x": -Infinity}', 400)
    yield bad("5,000 digits", good[:-1] + ', "x": ' + "9" * 5000 + "}", 400)
    yield bad("1e999", good[:-1] + ', "x": 1e999}', 400, 422)
    yield bad("deep lists", "[" * 100_000, 400)
    yield bad("deep lists that end", '{"x":' + "[" * 50_000 + "]" * 50_000 + "}", 400)
    yield bad("deep objects", '{"x":' * 30_000 + "1" + "}" * 30_000, 400)
    yield bad("half a character", good[:-1] + ', "x": "\\ud800"}', 400)
    yield bad("a comment", good + "// " + CANARY, 400)
    yield bad("single quotes", good.replace('"', "'"), 400)


def _of_another_kind(good: str) -> Iterator[Bad]:
    for content in ("[]", "null", '"' + CANARY + '"', "7", "true", "[" + good + "]", "{}"):
        yield bad(f"the body {content[:12]}", content, 422)
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json5",
        "",
    ):
        yield bad(f"the type {kind!r}", good, 415, Content_Type=kind)
    for charset in ("utf-16", "latin-1", "ascii"):
        yield bad(f"the charset {charset}", good, 415, Content_Type=f"application/json; charset={charset}")
    for encoding in ("gzip", "br", "zstd", "identity, gzip"):
        yield bad(f"compressed by {encoding}", gzip.compress(good.encode()), 415, Content_Encoding=encoding)
    yield bad("no form that we answer in", good, 406, Accept="text/html")
    yield bad("no form that there is", good, 406, Accept=CANARY)
    yield bad("giant headers", good, 431, X_Padding=CANARY * 2000)


def _too_much(good: str) -> Iterator[Bad]:
    yield bad("a long text", good[:-1] + ', "x": "' + "x" * 100_000 + '"}', 422)
    yield bad("a long name of a field", good[:-1] + ', "' + "k" * 100_000 + '": 1}', 422)


def _wrong_values(body: dict[str, Any], name: str, value: Any) -> Iterator[Bad]:
    for wrong in ({"x": CANARY}, [[CANARY]], [{"x": [CANARY]}]):
        yield _changed(body, f"{name} is {wrong}", {name: wrong})
    if isinstance(value, str):
        for text in ("\\u0000", "a\\u0000b", "\\u001b[31m", "\\ud800", "\\udc00\\ud800", CANARY * 500, ""):
            yield _with(
                body, f"{name} is {text[:20]}", 422, lambda good, text=text: good.replace("@@", text), {name: "@@"}
            )
        for number in (7, 7.5, True):
            yield _changed(body, f"{name} is {number}", {name: number})
    if name in DATES:
        for day in (
            "2026-02-30",
            "0001-01-01",
            "9999-12-31",
            "2026-3-1",
            "2026-03-10T08:00:00Z",
            1_772_000_000,
            CANARY,
        ):
            yield _changed(body, f"{name} is {day}", {name: day})
    if name in INTEGERS:
        for integer in (2**31, 2**63, 10**30, -1, True, "7", 7.5, CANARY):
            yield _changed(body, f"{name} is {integer}", {name: integer})


def _record(body: dict[str, Any]) -> dict[str, Any]:
    """What of the body says something: its first row, its first submission, or itself."""
    first: dict[str, Any] = next((body[name][0] for name in ("rows", "submissions") if name in body), body)
    return first


def _changed(body: dict[str, Any], name: str, change: dict[str, Any]) -> Bad:
    return _with(body, name, 422, lambda good: good, change)


def _with(body: dict[str, Any], name: str, status: int, spell: Any, change: dict[str, Any] | None = None) -> Bad:
    changed = copy.deepcopy(body)
    _record(changed).update(change or {})
    return bad(name, spell(json.dumps(changed)), status, 400)
