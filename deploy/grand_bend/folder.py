"""A folder of an Ed-Fi sample district's roster and marks in CSV, read as it stands and checked for what it says."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from deploy.trouble import Trouble

TABLES: Mapping[str, tuple[str, ...]] = {
    "students": ("student_id", "birth_date"),
    "enrollments": ("student_id", "school_id", "entry_date", "entry_grade", "exit_date"),
    "sections": ("school_id", "course", "term", "period", "room"),
    "section_enrollments": ("student_id", "school_id", "course", "term", "period", "room", "begin", "end"),
    "calendar_dates": ("date", "event"),
    "grading_periods": ("grading_period", "begin", "end"),
}
MARKS = ("student_id", "school_id", "date", "category", "course", "term", "period", "room")


class SectionKey(NamedTuple):
    """What names a section. The file's `unique_section` does not: it repeats."""

    school_id: str
    course: str
    term: str
    period: str
    room: str

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "SectionKey":
        return cls(*(row[name] for name in cls._fields))

    @property
    def period_id(self) -> str:
        """`02` of `02 - Traditional`."""
        return self.period[:2].strip()


@dataclass(frozen=True)
class Row:
    """One line of a file, that knows where it stands."""

    file: Path
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def day(self, column: str) -> date:
        try:
            return date.fromisoformat(self.cells[column])
        except ValueError:
            raise Trouble(f"{self}: {column} is not a date such as 2010-08-23.") from None

    def __str__(self) -> str:
        return f"{self.file.name}, line {self.line}"


@dataclass(frozen=True)
class Folder:
    tables: Mapping[str, tuple[Row, ...]]
    marks: tuple[Row, ...]
    district_id: str

    @classmethod
    def read(cls, data: Path, marks: Path) -> "Folder":
        """Errors: `Trouble` for a file or column that is missing. The district is named for the contents: the same
        files are the same district again, and other files another, empty one."""
        tables = {name: tuple(_rows(data / f"{name}.csv", columns)) for name, columns in TABLES.items()}
        files = (*(data / f"{name}.csv" for name in TABLES), marks)
        return cls(tables, tuple(_rows(marks, MARKS)), _named_for(files))

    def spans(self) -> Iterator[tuple[str, date, date]]:
        """Each six-weeks: its name, its first day, and the first day after it (the file's `end` is inclusive)."""
        rows = sorted(self.tables["grading_periods"], key=lambda row: row.day("begin"))
        for row in rows:
            yield row["grading_period"], row.day("begin"), row.day("end") + timedelta(days=1)

    def reported(self) -> list[tuple[str, date, date]]:
        """The six-weeks that began on or before the day of the last mark."""
        if not self.marks:
            raise Trouble("There is not one absence mark in the file of marks: nothing can be replayed.")
        last = max(mark.day("date") for mark in self.marks)
        return [span for span in self.spans() if span[1] <= last]


def _named_for(files: Iterable[Path]) -> str:
    digests = "".join(hashlib.sha256(_bytes(file)).hexdigest() for file in files)
    return f"grand-bend-{hashlib.sha256(digests.encode()).hexdigest()[:10]}"


def _rows(file: Path, columns: tuple[str, ...]) -> Iterator[Row]:
    _bytes(file)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        if missing := set(columns) - set(reader.fieldnames or ()):
            raise Trouble(f"{file} has no column {', '.join(sorted(missing))}.")
        for cells in reader:
            if None in cells or None in cells.values():
                raise Trouble(f"{file.name}, line {reader.line_num}: it has not as many cells as the first line.")
            yield Row(file, reader.line_num, {name: text.strip() for name, text in cells.items()})


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Trouble(f"{file} cannot be read ({error.strerror}): say where it is with DATA= or MARKS=.") from None
