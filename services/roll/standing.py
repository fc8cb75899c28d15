"""What stands, as a stream's entries say it: rosters, rolls, locks, and the rows of the roster. A fold, and pure.

It is written apart from what keeps the tables, so that each can be held against the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.roll.marking import Marks
from services.roll.standing_locks import StandingLocks
from services.roll.verification import Broken
from shared.schema.base import Schema
from shared.schema.entries import (
    COLLECTIONS,
    ChangeApproved,
    Entry,
    MarkAdjusted,
    PeriodLocked,
    PeriodUnlocked,
    RollTaken,
    RosterChanged,
    RosterFixed,
)

RollName = tuple[str, date, str]


@dataclass(frozen=True, slots=True)
class StandingRoll:
    """A roll of a section, date and period after the entries so far; `first` is the entry that took it."""

    version: int
    roster: int
    first: int
    codes: tuple[str, ...]
    marks: str
    teacher_said: Mapping[str, str]
    times: Mapping[str, Any]
    conflicts: Mapping[str, Any] = field(default_factory=dict)

    def adjusted(self, place: int, entry: MarkAdjusted) -> "StandingRoll":
        """The roll once the mark at `place` of its roster is adjusted. Raises ValueError when it was another."""
        marked = Marks(self.codes, self.marks).unpacked()
        if marked[place] != entry.was or entry.version != self.version + 1:
            raise ValueError("it adjusts another mark, or another version, than the one that stands")
        marked[place] = entry.code
        marks = Marks.of(marked)
        said = {entry.student_id: entry.was} | dict(self.teacher_said)
        conflicts = {student: claims for student, claims in self.conflicts.items() if student != entry.student_id}
        return replace(
            self, version=entry.version, codes=marks.codes, marks=marks.digits, teacher_said=said, conflicts=conflicts
        )


@dataclass
class Standing:
    """The fold. `spoken` is the last entry that spoke of a thing, by what the thing is and its name."""

    keys: Mapping[str, tuple[str, ...]]
    rosters: dict[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)
    rolls: dict[RollName, StandingRoll] = field(default_factory=dict)
    changes: dict[tuple[RollName, int], str | None] = field(default_factory=dict)
    """Of each change of a roll after it was taken: the student whose mark it changed, None where it was the roll's."""
    rows: dict[str, dict[tuple[Any, ...], Schema]] = field(default_factory=dict)
    spoken: dict[tuple[str, Any], int] = field(default_factory=dict)
    certified: StandingLocks = field(default_factory=StandingLocks)

    def fold(self, sequence: int, entry: Entry) -> None:
        """Raises Broken for an entry that contradicts those before it. Entries of other kinds change nothing here."""
        try:
            match entry:
                case RosterChanged():
                    self._roster_changed(sequence, entry)
                case RosterFixed():
                    self.rosters[entry.section_id, entry.roster] = entry.students
                    self.spoken["section_roster", (entry.section_id, entry.roster)] = sequence
                case RollTaken():
                    self.certified.refuse_unapproved(entry)
                    self._roll_taken(sequence, entry)
                case MarkAdjusted():
                    self.certified.refuse_unapproved(entry)
                    self._mark_adjusted(sequence, entry)
                case PeriodLocked():
                    self.certified.locked(sequence, entry)
                    self.spoken["certified_period", entry.statement_id] = sequence
                case PeriodUnlocked():
                    self.certified.unlocked(sequence, entry)
                    self.spoken["certified_period", entry.statement_id] = sequence
                case ChangeApproved():
                    self.certified.approved(sequence, entry)
                    self.spoken["approval", entry.approval_id] = sequence
        except (LookupError, ValueError) as contradiction:
            raise Broken(sequence, f"it contradicts the entries before it ({contradiction})") from None

    def _roster_changed(self, sequence: int, entry: RosterChanged) -> None:
        rows = self.rows.setdefault(entry.collection, {})
        for said in entry.rows:
            row = COLLECTIONS[entry.collection].model_validate(said, strict=False)
            key = tuple(getattr(row, name) for name in self.keys[entry.collection])
            rows[key] = row
            self.spoken[entry.collection, key] = sequence

    def _roll_taken(self, sequence: int, entry: RollTaken) -> None:
        name = entry.section_id, entry.on, entry.period_id
        earlier = self.rolls.get(name)
        if len(self.rosters[entry.section_id, entry.roster]) != len(entry.marks):
            raise ValueError("the roll marks more or fewer students than its roster has")
        if entry.version != (earlier.version if earlier else 0) + 1:
            raise ValueError("the roll skips a version")
        said = entry.model_dump(mode="json", include={"teacher_said", "times", "conflicts"}, exclude_none=True)
        self.rolls[name] = StandingRoll(
            version=entry.version,
            roster=entry.roster,
            first=earlier.first if earlier else sequence,
            codes=entry.codes,
            marks=entry.marks,
            teacher_said=said.get("teacher_said", {}),
            times=said.get("times", {}),
            conflicts=said.get("conflicts", {}),
        )
        self.spoken["roll", name] = sequence
        if earlier:
            self._changed(name, sequence, None)

    def _mark_adjusted(self, sequence: int, entry: MarkAdjusted) -> None:
        name = entry.section_id, entry.on, entry.period_id
        roll = self.rolls[name]
        place = self.rosters[entry.section_id, roll.roster].index(entry.student_id)
        self.rolls[name] = roll.adjusted(place, entry)
        self.spoken["roll", name] = sequence
        self._changed(name, sequence, entry.student_id)

    def _changed(self, name: RollName, sequence: int, student_id: str | None) -> None:
        self.changes[name, sequence] = student_id
        self.spoken["roll_change", (name, sequence)] = sequence

    def compare(self, kind: str, folded: Mapping[Any, Any], kept: Mapping[Any, Any]) -> None:
        """Raises Broken at the first entry whose thing stands otherwise, or at 0 for what no entry ever said."""
        if folded == kept:
            return
        wrong = [name for name in folded.keys() | kept.keys() if folded.get(name) != kept.get(name)]
        first = min(self.spoken.get((kind, name), 0) for name in wrong)
        raise Broken(first, f"{len(wrong)} of {kind.replace('_', ' ')} stand otherwise than the entries say")
