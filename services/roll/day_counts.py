"""Counting a school's day from packed marks: rolls, marks and members, in all, by period and by grade. Pure.

A tally counts (of, which, what): of "day", "period" or "grade"; which one; and what, by its name on the wire. Tallies
add up, so a district's is the sum of its schools'.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.schema.entries import MARK_DIGITS
from shared.schema.roster import Presence

Tally = Counter[tuple[str, str, str]]
DAY = ("day", "")
NO_GRADE = ""
SEEN = ("undefined", *(presence.value for presence in Presence))
ABSENT = SEEN.index(Presence.ABSENT.value)


@dataclass(frozen=True, slots=True)
class DueRoll:
    section_id: str
    period_id: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class TakenRoll:
    """A roll as it stands; `students` are those of its roster, in the order of its marks."""

    section_id: str
    period_id: str
    codes: tuple[str, ...]
    marks: str
    students: Sequence[str]
    set_aside: bool


def tally_day(
    due: Collection[DueRoll],
    taken: Sequence[TakenRoll],
    grade_of: Mapping[str, str],
    presence_of: Mapping[str, str],
    in_conflict: Collection[tuple[str, str, str]] = (),
) -> Tally:
    """One school's day. `grade_of` has its members on the day, `presence_of` the codes in force.

    `in_conflict` are the marks of which claims differ: section, period and student.
    """
    standing = [roll for roll in taken if not roll.set_aside]
    tally = tally_rolls(due, standing)
    for roll in taken:
        if roll.set_aside:
            _count(tally, roll.period_id, "rolls_set_aside")
    count_themselves = {(roll.section_id, roll.period_id) for roll in standing}
    for section_id, period_id, student_id in in_conflict:
        if (section_id, period_id) in count_themselves:
            _count(tally, period_id, "in_conflict")
            tally["grade", grade_of.get(student_id, NO_GRADE), "in_conflict"] += 1
    return tally + tally_marks(standing, grade_of, presence_of)


def tally_rolls(due: Collection[DueRoll], standing: Sequence[TakenRoll]) -> Tally:
    tally: Tally = Counter()
    there = {(roll.section_id, roll.period_id) for roll in standing}
    scheduled = {(roll.section_id, roll.period_id) for roll in due}
    for roll in due:
        was_taken = (roll.section_id, roll.period_id) in there
        _count(tally, roll.period_id, "rolls_scheduled")
        _count(
            tally, roll.period_id,
            "rolls_taken" if was_taken else "rolls_not_taken" if roll.is_over else "rolls_to_come",
        )  # fmt: skip
    for _, period_id in there - scheduled:
        _count(tally, period_id, "rolls_not_scheduled")
    return tally


def _count(tally: Tally, period_id: str, what: str) -> None:
    tally[*DAY, what] += 1
    tally["period", period_id, what] += 1


def tally_marks(standing: Sequence[TakenRoll], grade_of: Mapping[str, str], presence_of: Mapping[str, str]) -> Tally:
    """Marks by what they say, and members by whether they were on a roll and absent from every one."""
    tally: Tally = Counter()
    number_of = {student: number for number, student in enumerate(grade_of)}
    strangers = len(number_of)  # one number for all who are on a roll and not members
    grades = sorted({*grade_of.values(), NO_GRADE})
    grade = np.array([grades.index(name) for name in (*grade_of.values(), NO_GRADE)], dtype=np.intp)
    periods = sorted({roll.period_id for roll in standing})

    lengths = [len(roll.marks) for roll in standing]
    period = np.repeat(np.array([periods.index(roll.period_id) for roll in standing], dtype=np.intp), lengths)
    student = np.array([number_of.get(one, strangers) for roll in standing for one in roll.students], dtype=np.intp)
    seen = _what_was_seen(standing, presence_of)
    assert len(seen) == len(student), "a roll has one mark for each student of its roster"

    for of, names, place in (
        ("day", [""], np.zeros_like(period)),
        ("period", periods, period),
        ("grade", grades, grade[student]),
    ):
        table = np.bincount(place * len(SEEN) + seen, minlength=len(names) * len(SEEN)).reshape(-1, len(SEEN))
        for which, row in zip(names, table, strict=True):
            tally.update({(of, which, what): int(count) for what, count in zip(SEEN, row, strict=True) if count})

    on_rolls = np.bincount(student, minlength=strangers + 1)[:strangers]
    absent_from = np.bincount(student[seen == ABSENT], minlength=strangers + 1)[:strangers]
    for what, whom in (
        ("members", np.ones(strangers, dtype=bool)),
        ("members_marked", on_rolls > 0),
        ("members_absent_throughout", (on_rolls > 0) & (absent_from == on_rolls)),
    ):
        tally[*DAY, what] += int(whom.sum())
        for which, count in zip(grades, np.bincount(grade[:strangers][whom], minlength=len(grades)), strict=True):
            if count:
                tally["grade", which, what] += int(count)
    return tally


def _what_was_seen(standing: Sequence[TakenRoll], presence_of: Mapping[str, str]) -> NDArray[np.intp]:
    """Each mark as a position in SEEN. A code without a definition is `undefined`, never guessed."""
    tables: dict[tuple[str, ...], bytes] = {}
    for roll in standing:
        if roll.codes not in tables:
            numbers = bytes(SEEN.index(presence_of.get(code, "undefined")) for code in roll.codes)
            tables[roll.codes] = bytes.maketrans(MARK_DIGITS[: len(numbers)].encode(), numbers)
    packed = b"".join(roll.marks.encode("ascii").translate(tables[roll.codes]) for roll in standing)
    return np.frombuffer(packed, dtype=np.uint8).astype(np.intp)
