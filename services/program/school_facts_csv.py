"""School facts as a table: text ids, UTF-8 or Latin-1, no total for a school, and every odd score reported. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import NonNegativeInt

from services.program.rulebook import Scale
from services.program.school_facts import read_api
from shared.schema.base import Schema

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "school_id": ("school_id", "cds"),
    "name": ("name", "school_name", "sname"),
    "level": ("level", "stype"),
    "api": ("api",),
    "record": ("record", "rtype"),
    "east": ("east",),
    "north": ("north",),
}
"""What a column means, and the names by which we know it; the caller may name another."""
LEVELS: Final = {"e": "elementary", "m": "middle", "h": "high", "s": "span"}
BECAME_A_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+|[0-9]+\.[0-9]+")
"""What a spreadsheet makes of a long id: 1.96473E+13."""
NO_SCHOOL: Final = "0000000"  # the school's part of a 14-digit county-district-school code, in a district's own row
MOST_ROWS: Final = 10_000


class NotATable(ValueError):
    """The text is no table with a heading and the columns that are needed."""


class LeftOut(Schema):
    """A row that is no school, by its line in the file."""

    line: int
    because: str


class OddScore(Schema):
    """A school whose API is missing or cannot be read; it is kept as it stands, and cannot be selected (AMB-31)."""

    line: int
    school_id: str
    because: str


class RefusedRow(Schema):
    line: NonNegativeInt
    because: str


@dataclass(slots=True)
class Table:
    """What was read. `rows` have only the facts that the table has columns for, by line."""

    encoding: str
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    odd: list[OddScore] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)


def read_table(raw: bytes, named: Mapping[str, str], targets: Mapping[str, str], scale: Scale) -> Table:
    """Raises NotATable. `named` columns by meaning; `targets`: enrollment columns, by target grade."""
    text, encoding = decoded(raw)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    table = Table(encoding)
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        places = _places(heading, named, targets)
        seen: set[str] = set()
        for cells in lines:
            if any(cell.strip() for cell in cells):
                if len(cells) == len(heading):
                    _read(table, lines.line_num, cells, places, scale, seen)
                else:
                    because = f"{len(cells)} cells under {len(heading)} columns"
                    table.refused.append(RefusedRow(line=lines.line_num, because=because))
            if len(table.rows) > MOST_ROWS:
                raise NotATable(f"there are more than {MOST_ROWS} schools")
    except csv.Error as error:
        raise NotATable(f"line {lines.line_num}: {error}") from None
    return table


def decoded(raw: bytes) -> tuple[str, str]:
    """As UTF-8 where it is, a byte-order mark left out; else as Latin-1, which every byte is."""
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def _places(heading: list[str], named: Mapping[str, str], targets: Mapping[str, str]) -> dict[str, int]:
    if len(set(heading)) != len(heading):
        raise NotATable("a column is named twice")
    places = {}
    for meaning, known in COLUMNS.items():
        asked = named.get(meaning)
        if asked is not None and asked not in heading:
            raise NotATable(f"there is no column {asked!r} for {meaning}")
        if found := asked or next((name for name in known if name in heading), None):
            places[meaning] = heading.index(found)
    for target, column in targets.items():
        if column not in heading:
            raise NotATable(f"there is no column {column!r} for the enrollment of {target}")
        places[target] = heading.index(column)
    if "school_id" not in places:
        raise NotATable("no column is the school's id: name it")
    return places


def _read(table: Table, line: int, cells: list[str], places: Mapping[str, int], scale: Scale, seen: set[str]) -> None:
    said = {meaning: cells[place].strip() for meaning, place in places.items()}
    if because := _no_school(said):
        table.left_out.append(LeftOut(line=line, because=because))
        return
    try:
        row = dict(_facts(said))
    except ValueError as error:
        table.refused.append(RefusedRow(line=line, because=str(error)))
        return
    if row["school_id"] in seen:
        table.refused.append(RefusedRow(line=line, because="the school was named before"))
        return
    seen.add(row["school_id"])
    table.rows[line] = row
    if "api" in row and (problem := read_api(row["api"], scale).problem):
        table.odd.append(OddScore(line=line, school_id=row["school_id"], because=problem))


def _no_school(said: Mapping[str, str]) -> str | None:
    """A district's or the state's total stands among the schools of published files."""
    school = said["school_id"]
    if said.get("record", "S") not in ("S", "s", "school"):
        return "its record is not a school's"
    if len(school) == 14 and school.isdigit() and school.endswith(NO_SCHOOL):
        return "its code names a district and no school"
    if "total" in school.lower() or (not school and "total" in said.get("name", "").lower()):
        return "it is a total"
    return None


def _facts(said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Raises ValueError, in words. An empty cell says that it is not known; a column that is not there, nothing."""
    school = said["school_id"]
    if not school:
        raise ValueError("there is no school id")
    if BECAME_A_NUMBER.fullmatch(school):
        raise ValueError("the school id has become a number: send it as text")
    yield "school_id", school
    if "name" in said:
        yield "name", said["name"]
    if "level" in said:
        yield "level", LEVELS.get(said["level"].lower(), said["level"].lower())
    if "api" in said:
        yield "api", said["api"] or None
    if said.get("east") or said.get("north"):
        yield "place", {"east": _whole(said.get("east", "")), "north": _whole(said.get("north", ""))}
    enrollments = {meaning: _whole(cell) for meaning, cell in said.items() if meaning not in COLUMNS and cell}
    if enrollments:
        yield "enrollments", enrollments


def _whole(cell: str) -> int:
    if not cell.removeprefix("-").isdecimal() or not cell.isascii():
        raise ValueError("a number of students or metres is not a whole number")
    return int(cell)
