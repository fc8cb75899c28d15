"""A school's reporting periods as a statement freezes them: by track, grade and student, in exact sixths. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.credit.built_sheets import Built, CaseValues, TrackSheets, count_cases, sum_by_student, total
from services.credit.cases import COLUMNS, LawCase
from services.credit.count_period import YEAR_LAW, PeriodCount, count_periods
from services.credit.lawbook import LawFile
from services.credit.not_taken import Untaken, added
from services.credit.school_facts import SchoolFacts
from shared.schema.base import Schema
from shared.schema.roster import Grade, ReportingPeriod
from shared.schema.statements import CountedSchool, CountedStudent, CountedTrack, LawUsed, Sixths

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Counting:
    """What is counted: the school year, one of its periods or all, through a day; and by which cases and law."""

    school_year: int
    period: int | None
    through: date
    values: CaseValues
    cases: Mapping[int, LawCase]
    lawbook: Mapping[str, LawFile]

    def of(self, facts: SchoolFacts) -> list[ReportingPeriod]:
        """The school's periods that are counted and have begun."""
        return sorted(
            (
                period
                for period in facts.reporting_periods
                if period.school_year == self.school_year
                and self.period in (None, period.number)
                and period.begins_on <= self.through
            ),
            key=lambda period: (period.number, period.track_id),
        )


@dataclass(frozen=True, slots=True)
class GradeCount:
    """Students of one grade in a reporting period of a track, in the order of their ids; `sums` [students, COLUMNS]."""

    school_id: str
    period: int
    track_id: str
    grade: Grade
    students: Sequence[str]
    sums: Ints

    def rows(self) -> Iterator[str]:
        """Each a `CountedStudent` in RFC 8785, exactly as `canonical` would write it. Ids need no escapes."""
        middle = f'}},"grade":"{self.grade}","period":{self.period},"school_id":"{self.school_id}","student_id":"'
        ends = f'","track_id":"{self.track_id}"}}'
        said: dict[tuple[int, ...], str] = {}  # many students have the same days
        for student_id, sixths in zip(self.students, map(tuple, self.sums.tolist()), strict=True):
            if sixths not in said:
                said[sixths] = _days_text(sixths) + middle
            yield said[sixths] + student_id + ends


def _days_text(sixths: tuple[int, ...]) -> str:
    by_name = sorted(zip(COLUMNS, sixths, strict=True))
    return '{"days":{' + ",".join(f'"{name}":{count}' for name, count in by_name)


@dataclass(frozen=True, slots=True)
class SchoolCount:
    """A school, counted. `problems` are reasons why not all of it could be; `stale` is of cases ruled by other law."""

    school_id: str
    schools: tuple[CountedSchool, ...]
    tracks: tuple[CountedTrack, ...]
    grades: tuple[GradeCount, ...]
    law: tuple[LawUsed, ...]
    problems: tuple[str, ...]
    stale: bool
    untaken: tuple[Untaken, ...] = ()

    def text(self) -> bytes:
        """The rows of its students, as a statement has them."""
        return ",".join(row for grade in self.grades for row in grade.rows()).encode()

    @property
    def students(self) -> Iterator[CountedStudent]:
        """By period, track, grade and id. Who was in membership for no part of a day is not among them."""
        for of in self.grades:
            for student_id, sums in zip(of.students, of.sums.tolist(), strict=True):
                yield CountedStudent.model_construct(  # of our own tables: nothing is left to validate
                    school_id=of.school_id, period=of.period, track_id=of.track_id, grade=of.grade,
                    student_id=student_id, days=Sixths.model_construct(**dict(zip(COLUMNS, sums, strict=True))),
                )  # fmt: skip


def count_school(facts: SchoolFacts, built: Built, counting: Counting) -> SchoolCount:
    """Who was in membership for no part of a day is not among the students."""
    tracks: list[CountedTrack] = []
    grades: list[GradeCount] = []
    counts = np.zeros(counting.values.block, dtype=np.int64)
    as_it_is = CaseValues.of(counting.values.columns[: counting.values.block])
    by_id = np.array(sorted(range(len(facts.students)), key=facts.students.__getitem__), dtype=np.int64)
    for period in counting.of(facts):
        last = min(period.ends_before or date.max, counting.through + timedelta(days=1))
        tracks.append(_track(facts, period, last))
        if sheets := built.get(period.track_id):
            days = sheets.that_count(period.begins_on, last, facts.waived)
            grades += _grades(facts, days, counting, period, by_id)
            counts += count_cases(days.cases, as_it_is)
    lawbook = dict(counting.lawbook)
    periods = [
        row
        for row in count_periods(
            facts, built, counting.values, dict(counting.cases), lawbook, counting.school_year, counting.through
        )
        if counting.period in (None, row.number) and row.begins_on <= counting.through
    ]
    jurisdiction = facts.school.jurisdiction.value
    used = {counting.cases[case_no].law_digest for case_no in np.flatnonzero(counts).tolist()}
    return SchoolCount(
        facts.school.school_id,
        tuple(_school(row, counting) for row in periods),
        tuple(tracks),
        tuple(grades),
        law_used(jurisdiction, lawbook),
        tuple(dict.fromkeys(f"{facts.school.school_id}: {said}" for row in periods for said in row.problems)),
        not used <= {lawbook[jurisdiction].digest},
        added(untaken for row in periods for untaken in row.untaken),
    )


def law_used(jurisdiction: str, lawbook: Mapping[str, LawFile]) -> tuple[LawUsed, ...]:
    """The law of days and the law of averages that a jurisdiction is counted by."""
    names = [jurisdiction, YEAR_LAW[jurisdiction]] if jurisdiction in YEAR_LAW else [jurisdiction]
    return tuple(LawUsed(law=name, digest=lawbook[name].digest) for name in sorted(names))


def _track(facts: SchoolFacts, period: ReportingPeriod, last: date) -> CountedTrack:
    return CountedTrack(
        school_id=facts.school.school_id,
        period=period.number,
        track_id=period.track_id,
        begins_on=period.begins_on,
        ends_before=last,
        days_taught=facts.days_that_count(period.track_id, period.begins_on, last),
    )


def _grades(
    facts: SchoolFacts, days: TrackSheets, counting: Counting, period: ReportingPeriod, by_id: Ints
) -> Iterator[GradeCount]:
    """Of each grade whoever was a member in it, with the days on which she was in it."""
    as_set, _, _ = counting.values.as_set(facts.school.jurisdiction.value, period.begins_on)
    grades = sorted({enrollment.grade for enrollment in facts.enrollments})
    number = {grade: index for index, grade in enumerate(grades)}
    of_enrollment = np.array([*(number[row.grade] for row in facts.enrollments), -1], dtype=np.int32)
    in_grade = of_enrollment[facts.members(days.days)[:, 1:]]
    last = in_grade.max(axis=0, initial=-1)
    moved = np.flatnonzero(((in_grade != last) & (in_grade >= 0)).any(axis=0))
    sums = sum_by_student(np.where(in_grade == last, days.cases, np.uint16(0)), as_set)
    for grade, index in number.items():
        here = np.where((last == index)[:, None], sums, 0)
        here[moved] = sum_by_student(np.where(in_grade[:, moved] == index, days.cases[:, moved], np.uint16(0)), as_set)
        members = by_id[here[by_id, 0] > 0]
        if len(members):
            yield GradeCount(
                facts.school.school_id, period.number, period.track_id, grade,
                [facts.students[place] for place in members.tolist()], here[members].astype(np.int32),
            )  # fmt: skip


def _school(row: PeriodCount, counting: Counting) -> CountedSchool:
    exact = row.ada.value if row.ada is not None else None
    published = None
    if exact is not None:
        law = counting.lawbook[YEAR_LAW[row.jurisdiction]].law
        published = str(law.published_ada.in_force(row.begins_on).publish(exact))
    count = total(row.cases, counting.values).whole()
    assert row.school_id is not None
    return CountedSchool(
        school_id=row.school_id,
        period=row.number,
        jurisdiction=str(row.jurisdiction),
        students=row.students,
        days=Sixths(**{column: getattr(count, column) for column in COLUMNS}),
        ada_exact=None if exact is None else str(exact),
        ada=published,
    )


def canonical(document: Schema) -> bytes:
    return canonical_of(canonical_parts(document))


def canonical_parts(document: Schema) -> dict[str, str]:
    """Each field's value in RFC 8785. Of text and integers under ASCII names the standard library writes the same, ten
    times as fast."""
    words = document.model_dump(mode="json")
    return {
        name: json.dumps(words.pop(name), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        for name in sorted(words)
    }


def canonical_of(parts: Mapping[str, str], without: str | None = None) -> bytes:
    """A document of those parts, one of them left out."""
    return ("{" + ",".join(f'"{name}":{said}' for name, said in parts.items() if name != without) + "}").encode()
