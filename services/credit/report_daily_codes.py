"""New York's daily codes, student by student: what the state's record of each day of a school is (rule NY-11)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from services.credit.built_sheets import TrackSheets
from services.credit.cases import LawCase
from services.credit.formulas.new_york import Sirs
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SchoolSheets
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.refusals import Unprocessable

router = APIRouter(tags=["attendance"])
USUAL = Sirs.PRESENT_IN.value


class DailyRecord(Schema):
    """A day whose codes are others than P-IN alone: two on a day of suspension, and none where nobody can say."""

    student_id: Id
    on: date
    codes: tuple[str, ...]
    because: str


class StudentCodes(Schema):
    """How many days had each code; `unsaid`: days of none, not taken or absent without a word whether it is excused."""

    student_id: Id
    days: dict[str, int]
    unsaid: int


class DailyCodes(Schema):
    district_id: Id
    school_id: Id
    begins_on: date
    ends_before: date
    followed_through: dict[str, int]
    law_digest: str
    citation: str
    students: tuple[StudentCodes, ...]
    records: tuple[DailyRecord, ...]


class NoDailyCodes(Unprocessable):
    """The codes are New York's; the school is in another state."""


@router.get("/v1/new-york/daily-codes", responses=refusals(NoSuchSchool, NoSuchWindow, NoDailyCodes))
async def report_daily_codes(
    school_id: Annotated[Id, Query()],
    reader: Reader,
    library: Library,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> DailyCodes:
    """Every student's days by code, excused and unexcused apart, and each day that is not simply P-IN."""
    check_window(begins_on, ends_before)
    async with library.view(reader, only=school_id) as view:
        school = view.school(school_id)
        if school.facts.school.jurisdiction != "new_york":
            raise NoDailyCodes("Ask for a school in New York.")
        before = counted_before(ends_before, view.today(school_id))
        counts: dict[str, Counter[str]] = {}
        records: list[DailyRecord] = []
        for sheets in school.built.values():
            for student_id, days, spoken in _days(school, sheets, view.cases, begins_on, before):
                counts.setdefault(student_id, Counter()).update(spoken)
                records += days
        return DailyCodes(
            district_id=reader.district_id,
            school_id=school_id,
            begins_on=begins_on,
            ends_before=ends_before,
            followed_through=view.followed_through,
            law_digest=view.law_digest,
            citation=str(view.lawbook["new_york"].law.daily_codes.in_force(begins_on).citation),
            students=tuple(
                StudentCodes(
                    student_id=student_id,
                    days={code: days for code, days in sorted(spoken.items()) if code},
                    unsaid=spoken[""],
                )
                for student_id, spoken in sorted(counts.items())
            ),
            records=tuple(sorted(records, key=lambda record: (record.student_id, record.on))),
        )


def _days(
    school: SchoolSheets, sheets: TrackSheets, cases: Mapping[int, LawCase], first: date, before: date
) -> Iterator[tuple[str, list[DailyRecord], Counter[str]]]:
    """Each student with a day in the window: her records, and how many days had each code ("" is none)."""
    window = sheets.between(first, before)
    days, numbers = sheets.days[window], sheets.cases[window]
    said = {number: codes_of(cases[number]) for number in np.unique(numbers).tolist() if number}
    for place in np.flatnonzero(numbers.any(axis=0)).tolist():
        student_id = school.facts.students[place]
        spoken: Counter[str] = Counter()
        records: list[DailyRecord] = []
        for on, number in zip(days, numbers[:, place].tolist(), strict=True):
            if number:
                codes, because = said[number]
                spoken.update(codes or ("",))
                if codes != (USUAL,):
                    records.append(DailyRecord(student_id=student_id, on=on, codes=codes, because=because))
        yield student_id, records, spoken


def codes_of(case: LawCase) -> tuple[tuple[str, ...], str]:
    """The codes that the case was ruled to have, and why. None of a case that cannot be ruled."""
    for ground in case.ruling.get("resting_on", ()):
        if ground["what"] == "daily codes":
            return tuple(str(ground["value"]).split()), str(ground["because"])
    return (), case.because
