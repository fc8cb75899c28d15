"""What an import would do: each row that the package speaks of against the row that is here. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.roll.oneroster_package import Line
from services.roll.oneroster_reading import Reading
from services.roll.oneroster_rows import Key, goes_on
from services.roll.row_intake import Said
from shared.schema.base import Schema
from shared.schema.oneroster import FileRefusal, RowCounts

ORDER = (
    "schools", "tracks", "students", "staff", "school_enrollments", "sections", "section_teachers",
    "section_enrollments",
)  # fmt: skip
COLUMNS = {
    "schools": {"school_id": "sourcedId"},
    "students": {"student_id": "sourcedId", "given_name": "givenName", "family_name": "familyName"},
    "staff": {"staff_id": "sourcedId", "name": "familyName"},
    "sections": {"section_id": "sourcedId", "period_ids": "periods", "begins_on": "termSourcedIds"},
}
ELSEWHERE = {
    "school_id": "schoolSourcedId", "student_id": "userSourcedId", "staff_id": "userSourcedId",
    "section_id": "classSourcedId", "entry_date": "beginDate", "withdrawal_date": "endDate",
    "begins_on": "beginDate", "ends_before": "endDate", "grade": "grades",
}  # fmt: skip
REFERS = {
    "tracks": {"school_id": "schools"},
    "school_enrollments": {"school_id": "schools", "student_id": "students"},
    "sections": {"school_id": "schools"},
    "section_teachers": {"section_id": "sections", "staff_id": "staff"},
    "section_enrollments": {"section_id": "sections", "student_id": "students"},
}
WHOLE = {
    "sections": ("classes",), "section_enrollments": ("enrollments",), "section_teachers": ("enrollments",),
    "school_enrollments": ("users", "roles"),
}  # fmt: skip
"""The files that, in bulk, are the whole truth about a collection."""
SPELLS = ("school_enrollments", "section_enrollments", "section_teachers")
"""Rows of somebody in something, told apart by the day on which they begin: the last part of their key."""


@dataclass
class Plan:
    """Rows to write, in order, each with the line that asked for it (None: it ends).

    `removed` of the `standing` rows of a collection end because a bulk file does not name them; `emptied` are the
    schools that would have none left.
    """

    writes: dict[str, list[tuple[Line | None, Schema]]] = field(default_factory=dict)
    counts: dict[str, RowCounts] = field(default_factory=dict)
    removed: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    emptied: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(map(len, self.writes.values()))


def plan(reading: Reading, kinds: Mapping[str, type[Schema]], modes: Mapping[str, str]) -> Plan:
    """Refused rows are added to `reading.refused`. A bulk file ends the rows, of its schools, that it does not name."""
    made = Plan()
    good: dict[str, set[Any]] = {}
    for collection in ORDER:
        here = reading.here.rows.get(collection, {})
        writes, counts = made.writes.setdefault(collection, []), RowCounts().model_dump()
        good[collection] = {key[0] for key in here}
        for key, row, line in _said(reading, collection, kinds[collection]):
            if not _refers(reading, collection, row, line, good):
                continue
            good[collection].add(key[0])
            was = here.get(key)
            counts["new" if was is None else "unchanged" if was == row else "changed"] += 1
            if was != row:
                writes.append((line, row))
        ended, unnamed = _ended(reading, collection, modes)
        if collection in WHOLE:
            made.removed[collection] = len(unnamed)
            made.standing[collection] = sum(goes_on(row, reading.today) for row in here.values())
            made.emptied |= _emptied(reading, collection, unnamed)
        counts["ended"] = len(ended)
        writes.extend((None, row) for row in ended)
        made.counts[collection] = RowCounts(**counts)
    return made


def _said(reading: Reading, collection: str, kind: type[Schema]) -> Iterator[tuple[Key, Schema, Line]]:
    for key, said in reading.said.get(collection, {}).items():
        was = reading.here.find(collection, *key)
        values = said.otherwise | said.fields if was is None else was.model_dump() | said.fields
        try:
            row = kind.model_validate({name: value for name, value in values.items() if value is not None})
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False, include_context=False):
                name = str(error["loc"][0]) if error["loc"] else "ends_before"
                reading.refuse(said.line, _column(collection, name), error["msg"])
            continue
        yield key, row, said.line


def _column(collection: str, name: str) -> str:
    return COLUMNS.get(collection, {}).get(name) or ELSEWHERE.get(name, name)


def told(collection: str, line: Line | None, said: Said) -> FileRefusal:
    """What is said of a row of ours, as said of the package's."""
    if line is None:
        return FileRefusal(file="", row=0, column=collection, detail=said.detail)
    column = _column(collection, said.column or "")
    return FileRefusal(file=f"{line.file}.csv", row=line.row, column=column, detail=said.detail)


def _refers(reading: Reading, collection: str, row: Any, line: Line, good: Mapping[str, set[Any]]) -> bool:
    """Whether all that the row names is here, or will be; if not, the row is refused."""
    for name, named in REFERS.get(collection, {}).items():
        if getattr(row, name) not in good[named]:
            reading.refuse(line, ELSEWHERE[name], "it is not here and not in the package, or was refused there")
            return False
    was = reading.here.find("sections", row.section_id) if collection == "sections" else None
    if was is not None and was.school_id != row.school_id:
        reading.refuse(line, "schoolSourcedId", "a class stays in its school")
        return False
    return True


def _ended(reading: Reading, collection: str, modes: Mapping[str, str]) -> tuple[Sequence[Schema], set[Key]]:
    """Rows that come to an end, never erased: deleted by name, begun on another day, or not in a bulk file (these)."""
    here, said = reading.here.rows.get(collection, {}), reading.said.get(collection, {}).keys()
    deleted = reading.deleted.get(collection, set()) & here.keys() - said
    left = {key for key in here.keys() - said - deleted if goes_on(here[key], reading.today)}
    begun = _begun(said) if collection in SPELLS else {}
    replaced = {key for key in left if key[:-1] in begun}
    unnamed = {
        key for key in left - replaced if _is_whole(collection, modes) and here[key].school_id in reading.schools
    }
    ends = {key: min(reading.today, begun[key[:-1]]) for key in replaced}
    return [_ending(here[key], ends.get(key, reading.today)) for key in sorted(deleted | unnamed | replaced)], unnamed


def _begun(said: Iterable[Key]) -> dict[Key, date]:
    """The first day that the package says of each spell."""
    begun: dict[Key, date] = {}
    for key in said:
        begun[key[:-1]] = min(begun.get(key[:-1], key[-1]), key[-1])
    return begun


def _emptied(reading: Reading, collection: str, unnamed: set[Key]) -> set[str]:
    """The schools of which nothing would go on, where the file says nothing of them either."""
    here, said = reading.here.rows.get(collection, {}), reading.said.get(collection, {})
    ended = {here[key].school_id for key in unnamed}
    left = {row.school_id for key, row in here.items() if key not in unnamed and goes_on(row, reading.today)}
    return ended - left - {each.fields.get("school_id") for each in said.values()} - {None}


def _is_whole(collection: str, modes: Mapping[str, str]) -> bool:
    if collection == "school_enrollments":
        return modes.get("users") == "bulk" and modes.get("roles", "bulk") == "bulk"
    return any(modes.get(file) == "bulk" for file in WHOLE.get(collection, ()))


def _ending(row: Any, on: date) -> Schema:
    begins, ends = ("entry_date", "withdrawal_date") if hasattr(row, "entry_date") else ("begins_on", "ends_before")
    ended: Schema = row.model_copy(update={ends: max(getattr(row, begins), on)})
    return ended


def chunks(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[first : first + size] for first in range(0, len(rows), size))
