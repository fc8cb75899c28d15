"""A collection's rows as CSV: field names above, a row a line, an empty cell for what is not said. Pure.

Cells become what JSON would have held, and are then read as strictly: 420 a number, TRUE a boolean, 8:00 a time. A list
is one cell with commas, as in OneRoster; guardians are separated by semicolons, and each is a name and then telephone
numbers, separated by bars.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.schema.base import Schema
from shared.schema.refusals import Malformed, Unprocessable

Read = Callable[[str], Any]
HEADER = 1


class NotATable(Unprocessable):
    """The CSV has no usable first row of column names, or no rows, or too many."""


@dataclass(frozen=True)
class CsvRows:
    """The rows by their place in a spreadsheet (the first is 2), and the columns that are no field of theirs."""

    rows: Mapping[int, Mapping[str, Any]]
    unknown: tuple[str, ...]


def csv_rows(text: str, kind: type[Schema], most_rows: int) -> CsvRows:
    """Raises NotATable, Malformed."""
    lines = _lines(text)
    names = [name.strip().lower() for name in next(lines, (HEADER, []))[1]]
    reads = {name: _read(about) for name, about in kind.model_json_schema()["properties"].items()}
    named = [name for name in names if name]  # a spreadsheet leaves nameless columns at the right
    if len(set(named)) != len(named) or not set(named) & set(reads):
        raise NotATable(f"Name each column once in the first row: {', '.join(reads)}.", f"/rows/{HEADER}")
    for name, about in kind.model_fields.items():
        if about.is_required() and name not in names:
            raise NotATable(f"The column {name} is missing.", f"/rows/{HEADER}/{name}")
    rows: dict[int, Mapping[str, Any]] = {}
    for number, values in lines:
        if any(values[len(names) :]):
            raise NotATable("The row has more cells than there are columns.", f"/rows/{number}")
        said = {name: value.strip() for name, value in zip(names, values, strict=False)}
        if any(said.values()):
            rows[number] = {name: read(said[name]) for name, read in reads.items() if said.get(name)}
        if len(rows) > most_rows:
            raise NotATable(f"Send at most {most_rows:,} rows a call.", f"/rows/{number}")
    if not rows:
        raise NotATable("There is no row below the column names.", f"/rows/{HEADER + 1}")
    return CsvRows(rows, tuple(name[:64] for name in names if name and name not in reads))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    number = HEADER
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), HEADER):
            yield number, values
    except csv.Error:
        raise Malformed("It cannot be read as CSV (RFC 4180) after this row.", f"/rows/{number}") from None


def _read(about: Mapping[str, Any]) -> Read:
    """How a cell is read, by what the field's JSON schema says."""
    forms = {form.get("type"): form for form in (about, *about.get("anyOf", ()))}
    if "array" in forms:
        item = forms["array"].get("items", {})
        return _guardians if "$ref" in item else lambda cell: [_read(item)(each.strip()) for each in cell.split(",")]
    if "integer" in forms:
        return lambda cell: int(cell) if re.fullmatch(r"-?[0-9]{1,9}", cell) else cell
    if "boolean" in forms:
        return lambda cell: {"true": True, "false": False}.get(cell.lower(), cell)
    if any(form.get("format") == "time" for form in forms.values()):
        return lambda cell: f"0{cell}" if re.match(r"[0-9]:", cell) else cell
    return str


def _guardians(cell: str) -> list[dict[str, Any]]:
    people = [[part.strip() for part in person.split("|")] for person in cell.split(";")]
    return [{"name": name, "phones": [phone for phone in phones if phone]} for name, *phones in people]
