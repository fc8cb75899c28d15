"""Whose days differ between a statement and a count, and what that comes to by the entries that speak of them. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from services.credit.cases import COLUMNS
from services.credit.frozen_count import SchoolCount
from services.credit.tell_entries import Rosters, Since, speaks_of
from shared.schema.entries import DISTRICT_STREAM, school_stream
from shared.schema.roster import Grade
from shared.schema.statements import Account, Comparison, Sixths, Statement

Key = tuple[int, str, Grade, str]
"""Reporting period, track, grade and student, within a school."""
Days = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A student's sixths, as COLUMNS; None where she was not counted."""

    school_id: str
    key: Key
    then: Days | None
    now: Days | None


def changes(school_id: str, then: bytes, now: SchoolCount | None) -> list[Change]:
    """`then` are the school's rows in the statement; a school that is not counted now has nobody in it."""
    before, after = _rows_then(then), {} if now is None else _rows_now(now)
    differ = sorted({key for key, _ in before.items() ^ after.items()})
    return [Change(school_id, key, before.get(key), after.get(key)) for key in differ]


def _rows_then(text: bytes) -> dict[Key, Days]:
    return {
        (row["period"], row["track_id"], row["grade"], row["student_id"]): tuple(row["days"][name] for name in COLUMNS)
        for row in json.loads(b"[" + text + b"]")
    }


def _rows_now(count: SchoolCount) -> dict[Key, Days]:
    return {
        (of.period, of.track_id, of.grade, student_id): tuple(sixths)
        for of in count.grades
        for student_id, sixths in zip(of.students, of.sums.tolist(), strict=True)
    }


Spoken = tuple[tuple[int, ...], tuple[int, ...]]
"""The entries of the school's stream that speak of a student, and those of the district's."""


def spoken_of(
    changed: Sequence[Change], then: Statement, since: Iterable[Since], rosters: Mapping[str, Rosters]
) -> list[Spoken]:
    """For each change, the entries that speak of her on the days that the statement counts of her track."""
    by_stream: dict[str, list[Since]] = {}
    for one in since:
        by_stream.setdefault(one.stream, []).append(one)
    known: dict[tuple[str, str, int, str], tuple[list[int], dict[str, list[int]]]] = {}

    def spoken(stream: str, change: Change) -> tuple[int, ...]:
        place = stream, change.school_id, *change.key[:2]
        if place not in known:
            known[place] = _by_student(by_stream.get(stream, ()), _days(then, change), rosters.get(stream, {}))
        of_all, of_one = known[place]
        return tuple(sorted({*of_all, *of_one.get(change.key[3], ())}))

    return [(spoken(school_stream(change.school_id), change), spoken(DISTRICT_STREAM, change)) for change in changed]


def _by_student(
    entries: Iterable[Since], days: tuple[date, date], rosters: Rosters
) -> tuple[list[int], dict[str, list[int]]]:
    of_all: list[int] = []
    of_one: dict[str, list[int]] = {}
    for one in entries:
        students = speaks_of(one.entry, *days, rosters)
        if students is None:
            of_all.append(one.sequence)
        for student_id in students or ():
            of_one.setdefault(student_id, []).append(one.sequence)
    return of_all, of_one


def _days(then: Statement, change: Change) -> tuple[date, date]:
    """The days that the statement counts of her track; of all its days, when it did not know the track."""
    tracks = [
        row for row in then.tracks if (row.school_id, row.period, row.track_id) == (change.school_id, *change.key[:2])
    ] or then.tracks
    return min(row.begins_on for row in tracks), max(row.ends_before for row in tracks)


def told(changed: Sequence[Change], spoken: Sequence[Spoken]) -> Iterator[str]:
    """Each a `StudentChange` in JSON: of a district whose law has changed there are as many as it has students."""
    said: dict[Days | None, str] = {None: "null"}
    for change, (entries, district_entries) in zip(changed, spoken, strict=True):
        period, track_id, grade, student_id = change.key
        for days in (change.then, change.now):
            if days is not None and days not in said:
                said[days] = json.dumps(dict(zip(COLUMNS, days, strict=True)), separators=(",", ":"))
        yield (
            f'{{"school_id":"{change.school_id}","period":{period},"track_id":"{track_id}","grade":"{grade}",'
            f'"student_id":"{student_id}","then":{said[change.then]},"now":{said[change.now]},'
            f'"entries":{list(entries)},"district_entries":{list(district_entries)}}}'
        )


def written(comparison: Comparison, rows: Iterable[str]) -> Iterator[bytes]:
    """The comparison, which has no students yet, with these, a thousand at a time."""
    before, students, after = comparison.model_dump_json().partition('"students":[')
    yield (before + students).encode()
    joint = ""
    for some in batched(rows, 1000):
        yield (joint + ",".join(some)).encode()
        joint = ","
    yield after.encode()


def batched(rows: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some


def accounts(changed: Sequence[Change], spoken: Sequence[Spoken]) -> Iterator[Account]:
    """What the same entries explain, together: all differences, each once. The greatest number of students first."""
    sums: dict[tuple[str, Spoken], list[int]] = {}
    students: dict[tuple[str, Spoken], set[str]] = {}
    for change, by in zip(changed, spoken, strict=True):
        place = change.school_id, by
        total = sums.setdefault(place, [0] * len(COLUMNS))
        for column, (then, now) in enumerate(zip(change.then or NOTHING, change.now or NOTHING, strict=True)):
            total[column] += now - then
        students.setdefault(place, set()).add(change.key[3])
    for place in sorted(sums, key=lambda place: (-len(students[place]), place)):
        school_id, (entries, district_entries) = place
        yield Account(
            school_id=school_id, entries=entries, district_entries=district_entries, students=len(students[place]),
            difference=Sixths(**dict(zip(COLUMNS, sums[place], strict=True))),
        )  # fmt: skip


NOTHING = (0,) * len(COLUMNS)
