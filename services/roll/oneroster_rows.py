"""What the reading of a OneRoster package stands on: the roster that is here, and how one row is read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.roll.oneroster_package import Line

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One row of ours that the package speaks of: what it says, and what is so `otherwise`, when the row is new."""

    line: Line
    fields: dict[str, Any]
    otherwise: dict[str, Any] = field(default_factory=dict)


class Unreadable(ValueError):
    """A column of a row cannot be kept as it is."""

    def __init__(self, column: str, detail: str) -> None:
        super().__init__(detail)
        self.column, self.detail = column, detail


class Here:
    """The roster as it stands: rows by collection and key, and those that have not come to an end by any column."""

    def __init__(self, rows: Mapping[str, Mapping[Key, Any]], today: date) -> None:
        self.rows, self.today = rows, today
        self._indexes: dict[tuple[str, ...], dict[tuple[str, ...], list[Key]]] = {}

    def find(self, collection: str, *key: Any) -> Any:
        return self.rows.get(collection, {}).get(key)

    def open(self, collection: str, **wanted: str) -> list[Key]:
        """The keys of the rows with those values that go on, in their order."""
        names = tuple(wanted)
        index = self._indexes.get((collection, *names))
        if index is None:
            index = self._indexes[collection, *names] = {}
            for key, row in sorted(self.rows.get(collection, {}).items()):
                if goes_on(row, self.today):
                    index.setdefault(tuple(getattr(row, name) for name in names), []).append(key)
        return index.get(tuple(wanted.values()), [])


def goes_on(row: Any, today: date) -> bool:
    ends = getattr(row, "withdrawal_date", None) or getattr(row, "ends_before", None)
    return ends is None or ends > today


def is_deleted(line: Line) -> bool:
    status = line.get("status").lower()
    if status not in ("", "active", "tobedeleted"):
        raise Unreadable("status", "it is active, tobedeleted or blank")
    return status == "tobedeleted"


def needed(line: Line, column: str) -> str:
    value = line.get(column)
    if not value:
        raise Unreadable(column, "it may not be blank")
    return value


def day_of(line: Line, column: str) -> date | None:
    value = line.get(column)
    try:
        return date.fromisoformat(value[:10]) if value else None
    except ValueError:
        raise Unreadable(column, "write dates as YYYY-MM-DD") from None
