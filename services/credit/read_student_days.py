"""A student's days by reporting period, in every school that she attends."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path

from services.credit.built_sheets import Built, total
from services.credit.count_period import count_periods
from services.credit.not_taken import say_all
from services.credit.read_ada import SchoolYear, Through
from services.credit.sheet_library import Library, Reader, SchoolSheets, totals
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.credit import StudentDays, StudentPeriod
from shared.schema.refusals import NotFound

router = APIRouter(tags=["attendance"])
StudentId = Annotated[Id, Path()]


class NoSuchStudent(NotFound):
    """There is no such student in the schools that you may see."""


@router.get("/v1/students/{student_id}/attendance", responses=refusals(NoSuchStudent))
async def read_student_days(
    student_id: StudentId, reader: Reader, library: Library, school_year: SchoolYear, through: Through = None
) -> StudentDays:
    """Membership, absent, eligible, ineligible and not-taken days, a row for each school and period."""
    async with library.view(reader) as view:
        rows: list[StudentPeriod] = []
        known = False
        for identity, school in view.schools.items():
            if student_id not in school.facts.number_of:
                continue
            known = True
            today = view.today(identity)
            alone = only_student(school, student_id)
            for row in count_periods(
                school.facts, alone, view.values, view.cases, view.lawbook, school_year, min(through or today, today)
            ):
                count = total(row.cases, view.values)
                if row.cases.any():
                    rows.append(
                        StudentPeriod(
                            school_id=identity, period=row.number, begins_on=row.begins_on,
                            ends_before=row.ends_before, days_taught=row.days_taught, totals=totals(count),
                            not_computable="; ".join(row.problems[:20]) or None, not_taken=say_all(row.untaken),
                            readings=row.readings,
                        )
                    )  # fmt: skip
        if not known:
            raise NoSuchStudent("Check the student's id.")
        return StudentDays(
            district_id=reader.district_id, student_id=student_id, school_year=school_year,
            followed_through=view.followed_through, law_digest=view.law_digest, rows=tuple(rows),
        )  # fmt: skip


def only_student(school: SchoolSheets, student_id: str) -> Built:
    """The school's sheets, of one student."""
    place = school.facts.number_of[student_id] - 1
    return {
        track_id: replace(sheets, cases=sheets.cases[:, place : place + 1], later_roll=0 * sheets.later_roll)
        for track_id, sheets in school.built.items()
    }
