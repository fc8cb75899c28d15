"""What a sum is made of: so many student-days present, absent, not taken, and because of what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from fastapi import APIRouter

from services.credit.cases import LawCase
from services.credit.count_period import PeriodCount, count_periods, of_the_district
from services.credit.day_count import DayCount
from services.credit.not_taken import say_all
from services.credit.read_ada import SchoolYear, Through
from services.credit.read_student_days import NoSuchStudent, only_student
from services.credit.sheet_library import NoSuchSchool, Reader, View, totals
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.credit import CaseCount, DayTotals
from shared.schema.not_taken import NotTakenUsed

router = APIRouter(tags=["attendance"])

KINDS = {
    ("eligible",): "present",
    ("ineligible",): "present while ineligible",
    ("absent",): "absent",
    ("not_taken",): "not taken",
    ("eligible", "not_taken"): "present for a part of the day, the rest not taken",
    ("ineligible", "not_taken"): "present for a part of the day while ineligible, the rest not taken",
    (): "not in membership",
}
"""What a student-day is called by the one part that it adds to; those of several parts are attended in part."""
IN_PART, UNRULED, IN_MINUTES = "present for a part of the day", "cannot be ruled", "counted in minutes"


class PartOfSum(Schema):
    """The student-days of one kind, and why they are: `because` is most frequent first."""

    kind: str
    student_days: int
    totals: DayTotals
    because: tuple[CaseCount, ...]


class SumBrokenDown(Schema):
    """One school (null: the district's schools in one jurisdiction) in one reporting period. `said` is it in words."""

    school_id: Id | None
    jurisdiction: str
    period: int
    said: str
    student_days: int
    totals: DayTotals
    not_taken: tuple[NotTakenUsed, ...]
    readings: tuple[str, ...]
    parts: tuple[PartOfSum, ...]


class Breakdown(Schema):
    district_id: Id
    school_year: int
    student_id: Id | None
    followed_through: dict[str, int]
    law_digest: str
    rows: tuple[SumBrokenDown, ...]


@router.get("/v1/breakdown", responses=refusals(NoSuchSchool, NoSuchStudent) | UNLESS_UNCHANGED)
async def break_down_sum(
    reader: Reader,
    library: UnlessUnchanged,
    school_year: SchoolYear,
    school_id: Id | None = None,
    student_id: Id | None = None,
    through: Through = None,
) -> Breakdown:
    """The days of each reporting period by what they count as and because of what; of one student, when named."""
    async with library.view(reader, only=school_id) as view:
        if school_id is not None:
            view.school(school_id)
        if student_id is not None and not any(student_id in one.facts.number_of for one in view.schools.values()):
            raise NoSuchStudent("Check the student's id.")
        if student_id is None:
            rows = [row for name in view.schools for row in view.periods(name, school_year, through)]
        else:
            rows = [
                row
                for name, school in view.schools.items()
                if student_id in school.facts.number_of
                for row in count_periods(
                    school.facts, only_student(school, student_id), view.values, view.cases, view.lawbook,
                    school_year, min(through or view.today(name), view.today(name)),
                )
            ]  # fmt: skip
        if school_id is None and reader.principal.schools is None and student_id is None:
            rows += of_the_district(rows)
        return Breakdown(
            district_id=reader.district_id,
            school_year=school_year,
            student_id=student_id,
            followed_through=view.followed_through,
            law_digest=view.law_digest,
            rows=tuple(_row(view, row) for row in rows),
        )


@dataclass
class Part:
    """Student-days of one kind, by why they are and under what."""

    student_days: int = 0
    count: DayCount = field(default_factory=DayCount)
    because: dict[tuple[str, str], tuple[int, DayCount]] = field(default_factory=dict)

    def add(self, times: int, case: LawCase) -> None:
        count = case.count * times
        self.student_days += times
        self.count += count
        key = case.because, case.citation
        days, before = self.because.get(key, (0, DayCount()))
        self.because[key] = days + times, before + count


def kind_of(case: LawCase) -> str:
    if case.cannot_rule is not None:
        return UNRULED
    if case.counted_in_minutes:
        return IN_MINUTES
    added = tuple(name for name in ("eligible", "ineligible", "absent", "not_taken") if getattr(case.count, name))
    return KINDS.get(added, IN_PART)


def parts_of(row: PeriodCount, cases: Mapping[int, LawCase]) -> Iterator[tuple[str, Part]]:
    """Most student-days first."""
    parts: dict[str, Part] = {}
    for case_no in np.flatnonzero(row.cases).tolist():
        parts.setdefault(kind_of(cases[case_no]), Part()).add(int(row.cases[case_no]), cases[case_no])
    yield from sorted(parts.items(), key=lambda named: -named[1].student_days)


def _row(view: View, row: PeriodCount) -> SumBrokenDown:
    parts = dict(parts_of(row, view.cases))
    days = sum(part.student_days for part in parts.values())
    whole = sum((part.count for part in parts.values()), DayCount())
    said = "; ".join(f"{part.student_days:,}: {kind}" for kind, part in parts.items())
    return SumBrokenDown(
        school_id=row.school_id,
        jurisdiction=str(row.jurisdiction),
        period=row.number,
        said=f"{days:,} student-days" + (f", of which {said}" if parts else ""),
        student_days=days,
        totals=totals(whole),
        not_taken=say_all(row.untaken),
        readings=row.readings,
        parts=tuple(
            PartOfSum(
                kind=kind,
                student_days=part.student_days,
                totals=totals(part.count),
                because=tuple(
                    CaseCount(student_days=times, because=because, citation=citation, totals=totals(count))
                    for (because, citation), (times, count) in sorted(
                        part.because.items(), key=lambda item: (-item[1][0], item[0])
                    )
                ),
            )
            for kind, part in parts.items()
        ),
    )
