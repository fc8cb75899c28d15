"""The files of a OneRoster package, read safely: a zip is an attack until it has been measured."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from shared.schema.refusals import Unprocessable

FILES = (
    "orgs", "academicSessions", "courses", "users", "roles", "demographics", "classes", "enrollments",
)  # fmt: skip
MOST_MEMBERS = 100
MOST_BYTES = 1024 * 1024 * 1024
MOST_RATIO = 200
MOST_ROWS = 3_000_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ALSO_CALLED = {
    "orgsourcedid": "schoolsourcedid", "orgsourcedids": "schoolsourcedid", "sessionsourcedids": "termsourcedids",
    "sessionsourcedid": "termsourcedids", "rolestartdate": "begindate", "roleenddate": "enddate", "grade": "grades",
}  # fmt: skip
"""Column names of OneRoster 1.1 and of School Data Sync, and what OneRoster 1.2 says for them. All in lower case."""


class NotAPackage(Unprocessable):
    """This is not a OneRoster package."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of one file: its values by lower-case column name, '' where it says nothing."""

    file: str
    row: int
    values: Mapping[str, str]

    def get(self, column: str) -> str:
        return self.values.get(column.lower(), "")

    def items(self, column: str) -> list[str]:
        return [item.strip() for item in self.get(column).split(",") if item.strip()]


class Package:
    """An open package. `modes` says of each file that is there whether it is bulk or delta."""

    def __init__(self, path: Path) -> None:
        """Raises NotAPackage."""
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise NotAPackage("Send a whole .zip; this one is cut short or something else.") from None
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        size = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        names = [member.filename for member in members]
        if len(members) > MOST_MEMBERS or len(set(names)) != len(names):
            raise NotAPackage(f"A package has at most {MOST_MEMBERS} files, each once.")
        if size > MOST_BYTES or size > MOST_RATIO * max(packed, 1024):
            raise NotAPackage("It would unpack to more than we take.")
        if any(member.flag_bits & 1 or member.compress_type not in METHODS for member in members):
            raise NotAPackage("Zip it with deflate and without a password.")
        self._members = {name: f"{name}.csv" for name in FILES if f"{name}.csv" in names}
        if not self._members:
            raise NotAPackage("Its files must be at the zip's root, named orgs.csv, users.csv and so on.")
        self.modes = self._read_modes("manifest.csv" in names)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def _read_modes(self, has_manifest: bool) -> dict[str, Literal["bulk", "delta"]]:
        if not has_manifest:
            return dict.fromkeys(self._members, "bulk")
        said = {line.get("propertyName"): line.get("value").lower() for line in self._lines("manifest", "manifest.csv")}
        modes: dict[str, Literal["bulk", "delta"]] = {}
        for name in FILES:
            mode, there = said.get(f"file.{name}", "absent"), name in self._members
            if mode not in ("absent", "bulk", "delta") or there != (mode != "absent"):
                raise NotAPackage("The manifest and the files do not agree about it.", f"/{name}.csv")
            if there:
                modes[name] = "bulk" if mode == "bulk" else "delta"
        return modes

    def lines(self, file: str) -> Iterator[Line]:
        """The rows of a file, none when it is not there. Raises NotAPackage, naming file and row."""
        if file in self._members:
            yield from self._lines(file, self._members[file])

    def _lines(self, file: str, member: str) -> Iterator[Line]:
        row = 1
        try:
            with self._zip.open(member) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text:
                reader = csv.reader(text, strict=True)
                names = [_column(name) for name in next(reader, [])]
                if len(set(names)) != len(names) or not names or any("\x00" in name for name in names):
                    raise NotAPackage("Name each column once in the first row.", f"/{file}.csv/1")
                for row, values in enumerate(reader, 2):
                    if row > MOST_ROWS or len(values) > len(names):
                        raise NotAPackage("There are more cells than columns, or too many rows.", f"/{file}.csv/{row}")
                    if any("\x00" in value for value in values):
                        raise NotAPackage("It has a NUL character.", f"/{file}.csv/{row}")
                    if any(values):
                        yield Line(file, row, dict(zip(names, map(str.strip, values), strict=False)))
        except UnicodeDecodeError:
            raise NotAPackage("It is not UTF-8 after this row.", f"/{file}.csv/{row}") from None
        except csv.Error:
            raise NotAPackage("It cannot be read as CSV after this row.", f"/{file}.csv/{row}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
            raise NotAPackage("It is damaged in the zip.", f"/{file}.csv") from None


def _column(name: str) -> str:
    lower = name.strip().lower()
    return ALSO_CALLED.get(lower, lower)
