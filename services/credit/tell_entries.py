"""Entries that came after a statement, told as an auditor asks: who, when, why, who agreed, and of whom. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from shared.schema.entries import MARK_DIGITS, ChangeApproved, MarkAdjusted, RollTaken, RosterChanged
from shared.schema.statements import EntrySince

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Since:
    """An entry with its place and its hash (hex)."""

    stream: str
    sequence: int
    hash: str
    entry: Any


Rosters = Mapping[tuple[str, int], Sequence[str]]
"""By section and number: the students of a roster, in the order in which rolls mark them."""
NOBODY: frozenset[str] = frozenset()


def speaks_of(entry: Any, begins_on: date, ends_before: date, rosters: Rosters) -> frozenset[str] | None:
    """The students whose days from `begins_on` until before `ends_before` an entry may change; None is everybody."""
    match entry:
        case MarkAdjusted() if begins_on <= entry.on < ends_before:
            return frozenset((entry.student_id,))
        case RollTaken() if begins_on <= entry.on < ends_before:
            return frozenset(rosters.get((entry.section_id, entry.roster), ()))
        case RosterChanged():
            return _rows_speak_of(entry.collection, entry.rows, begins_on, ends_before)
        case _:
            return NOBODY


def _rows_speak_of(
    collection: str, rows: Sequence[dict[str, Any]], begins_on: date, ends_before: date
) -> frozenset[str] | None:
    if collection == "section_teachers":
        return NOBODY
    if collection == "calendar_days":
        within = any(begins_on.isoformat() <= row["on"] < ends_before.isoformat() for row in rows)
        return None if within else NOBODY
    if all("student_id" in row for row in rows):
        return frozenset(row["student_id"] for row in rows)
    return None


Students = Mapping[tuple[str, int], set[str]]
"""By stream and sequence: the students whose change an entry may explain."""


def tell(since: Sequence[Since], students: Students, rosters: Mapping[str, Rosters]) -> Iterator[EntrySince]:
    """Those that explain somebody's change, in the order of their streams."""
    approvals = {one.entry.approval_id: one for one in since if isinstance(one.entry, ChangeApproved)}
    for one in since:
        if of := students.get((one.stream, one.sequence)):
            entry = one.entry
            rows = [row for row in getattr(entry, "rows", ()) if row.get("student_id", None) in {None, *of}]
            yield EntrySince(
                stream=one.stream, sequence=one.sequence, hash=one.hash, kind=entry.kind, at=entry.at, by=entry.by,
                role=entry.role, on=getattr(entry, "on", None), said=_said(entry),
                reason=getattr(entry, "reason", None), approved=tuple(_approved(entry, approvals)), students=len(of),
                marks=_marks(entry, of, rosters.get(one.stream, {})),
                rows=tuple(rows[:MOST_ROWS]), rows_left_out=max(0, len(rows) - MOST_ROWS),
            )  # fmt: skip


def _said(entry: Any) -> str:
    match entry:
        case MarkAdjusted():
            return (
                f"{entry.section_id} {entry.period_id}: {entry.was} adjusted to {entry.code}; {entry.reason}; "
                f"on the word of {entry.authority}; document {entry.document}"
            )
        case RollTaken():
            return f"{entry.section_id} {entry.period_id}: roll {'amended' if entry.version > 1 else 'taken'}"
        case RosterChanged():
            return f"{len(entry.rows)} {'row' if len(entry.rows) == 1 else 'rows'} of {entry.collection}"
        case _:
            return str(entry.kind)


def _approved(entry: Any, approvals: Mapping[UUID, Since]) -> Iterator[str]:
    """Whoever agreed; an approval that came before the statement, or in another stream, is named by its id."""
    for approval_id in (*(getattr(entry, "approval_ids", None) or ()), getattr(entry, "approval_id", None)):
        if approval_id in approvals:
            one = approvals[approval_id]
            yield f"by {one.entry.by} ({one.entry.role}), entry {one.sequence}: {one.entry.reason}"
        elif approval_id is not None:
            yield f"by approval {approval_id}"
    if named := getattr(entry, "second_approver", None):
        yield f"by {named}, by name alone"


def _marks(entry: Any, students: set[str], rosters: Rosters) -> dict[str, str]:
    match entry:
        case MarkAdjusted():
            return {entry.student_id: entry.code}
        case RollTaken():
            roster = rosters.get((entry.section_id, entry.roster), ())
            marked = zip(roster, entry.marks, strict=False)
            return {
                student_id: entry.codes[MARK_DIGITS.index(digit)]
                for student_id, digit in marked
                if student_id in students
            }
        case _:
            return {}
