"""What the process knows of sections, so that a first roll need not ask before it is recorded.

Nothing here is believed: each piece was read with a stamp (migration 0090), and the statement that records a roll by
it looks whether the stamps still hold. Pieces that do not are forgotten, and read again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from services.roll.rolls import RollPlace, codes_by_name
from shared.schema.roster import AttendanceCode, Jurisdiction

MOST = 20_000
Key = TypeVar("Key")
Piece = TypeVar("Piece")


class Stamps(NamedTuple):
    """Of a section, its school and the district's codes; None: never changed since there are stamps."""

    section: UUID | None
    school: UUID | None
    codes: UUID | None


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """Where a roll belongs, if nobody has taken it, as far as the stamps hold."""

    place: RollPlace
    stamps: Stamps


@dataclass(frozen=True, slots=True)
class Section:
    """A section on every day from `since` to before `until`; None: without end."""

    stamp: UUID | None
    school_id: str
    title: str
    track_id: str
    period_ids: frozenset[str]
    weekdays: frozenset[int]
    runs: bool
    since: date | None
    until: date | None
    students: tuple[str, ...]
    teachers: frozenset[str]
    roster: int
    roster_students: tuple[str, ...] | None

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """A day of a track. `periods` are those of its bells; None: it meets in all."""

    stamp: UUID | None
    time_zone: str
    jurisdiction: Jurisdiction
    instructional: bool | None
    periods: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Codes:
    stamp: UUID | None
    by_name: Mapping[str, AttendanceCode]


class Shelf(Generic[Key, Piece]):
    """So many pieces; the one that was put there first makes room."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pieces: dict[Key, Piece] = {}
        self.find = self._pieces.get

    def put(self, key: Key, piece: Piece) -> None:
        self._pieces.pop(key, None)
        if len(self._pieces) >= self._most:
            del self._pieces[next(iter(self._pieces))]
        self._pieces[key] = piece

    def drop(self, key: Key) -> None:
        self._pieces.pop(key, None)


class KnownSections:
    def __init__(self) -> None:
        self._sections: Shelf[tuple[str, str], Section] = Shelf()
        self._days: Shelf[tuple[str, str, str, date], SchoolDay] = Shelf()
        self._codes: Shelf[tuple[str, date], Codes] = Shelf()

    def find(self, district_id: str, section_id: str, on: date, period_id: str, staff_id: str) -> KnownPlace | None:
        section = self._sections.find((district_id, section_id))
        if section is None or not section.holds(on):
            return None
        day = self._days.find((district_id, section.school_id, section.track_id, on))
        codes = self._codes.find((district_id, on))
        if day is None or codes is None:
            return None
        in_bells = day.periods is None or period_id in day.periods
        place = RollPlace(
            district_id=district_id,
            section_id=section_id,
            on=on,
            period_id=period_id,
            school_id=section.school_id,
            title=section.title,
            time_zone=day.time_zone,
            jurisdiction=day.jurisdiction,
            meets=section.runs and period_id in section.period_ids and on.isoweekday() in section.weekdays and in_bells,
            instructional=day.instructional,
            teaches=staff_id in section.teachers,
            students=section.students,
            latest_roster=section.roster,
            latest_students=section.roster_students,
            codes=codes.by_name,
            roll=None,
        )
        return KnownPlace(place, Stamps(section.stamp, day.stamp, codes.stamp))

    def keep(self, district_id: str, section_id: str, on: date, row: Mapping[str, Any]) -> None:
        """What section_facts answered."""
        students = tuple(row["students"])
        fixed = None if row["roster_students"] is None else tuple(row["roster_students"])
        section = Section(
            stamp=row["section_stamp"],
            school_id=row["school_id"],
            title=row["title"],
            track_id=row["track_id"],
            period_ids=frozenset(row["period_ids"]),
            weekdays=frozenset(row["weekdays"]),
            runs=row["runs"],
            since=row["since"],
            until=row["until"],
            students=students,
            teachers=frozenset(row["teachers"]),
            roster=row["roster"] or 0,
            roster_students=students if fixed == students else fixed,
        )
        self._sections.put((district_id, section_id), section)
        bells = row["bell_periods"]
        day = SchoolDay(
            stamp=row["school_stamp"],
            time_zone=row["time_zone"],
            jurisdiction=Jurisdiction(row["jurisdiction"]),
            instructional=row["instructional"],
            periods=None if bells is None else frozenset(bells),
        )
        self._days.put((district_id, section.school_id, section.track_id, on), day)
        self._codes.put((district_id, on), Codes(row["codes_stamp"], codes_by_name(row["known_codes"])))

    def forget(self, district_id: str, section_id: str) -> None:
        self._sections.drop((district_id, section_id))
