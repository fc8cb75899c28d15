"""What every hand-off to Texas needs: the state's numbers of campuses and students, one refusal, and one CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query

from services.credit.formulas.texas_layout import Finding
from services.credit.texas_tables import find_rows
from shared.schema.base import Id
from shared.schema.refusals import Conflict
from shared.schema.texas import CampusNumber, UniqueStudentId

MOST_FINDINGS = 100
Period = Annotated[int, Query(ge=1, le=6, description="The six-weeks, 1 to 6.")]
OneSchool = Annotated[Id | None, Query(description="Without it, every school in Texas that you may see.")]


class EditsFailed(Conflict):
    """Some rows would not pass the state's edits."""


@dataclass(frozen=True, slots=True)
class StateNumbers:
    """How the state calls a campus and its students; one that the district has not said is called as the SIS does."""

    campuses: Mapping[str, str]
    students: Mapping[tuple[str, str], str]

    def campus(self, school_id: str) -> str:
        return self.campuses.get(school_id, school_id)

    def student(self, school_id: str, student_id: str) -> str:
        return self.students.get((school_id, student_id), student_id)


async def find_state_numbers(connection: Any, district_id: str) -> StateNumbers:
    campuses = await find_rows(connection, district_id, "campus_numbers", CampusNumber)
    students = await find_rows(connection, district_id, "unique_student_ids", UniqueStudentId)
    return StateNumbers(
        {row.school_id: row.campus_number for row in campuses},
        {(row.school_id, row.student_id): row.unique_id for row in students},
    )


def refused(rows: Sequence[Any], found: Sequence[Finding], named: Sequence[str]) -> EditsFailed:
    """Every finding with the number of its edit and what to do; `named` has the SIS's own name of each row."""
    in_rows = len({finding.row for finding in found})
    refusal = EditsFailed(
        f"{len(found)} edits fail in {in_rows} of {len(rows)} rows; the first {MOST_FINDINGS} are named."
    )
    refusal.errors = [
        {"pointer": f"/{one.row}", "detail": f"{one.edit}: {named[one.row]}: {one.said}; {one.remedy}."}
        for one in found[:MOST_FINDINGS]
    ]
    return refusal


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(columns)
    lines.writerows(rows)
    return text.getvalue()
