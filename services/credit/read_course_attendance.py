"""Texas's 90 % rule: whether a pupil attended enough of the days that a class was offered (rule TX-28)."""

from collections import Counter
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.course_meetings import SectionRolls, mark_of, meeting_days, pupils_of, told_by
from services.credit.formulas.texas_year import TexasYearLaw, known_course_credit
from services.credit.read_ada import Through
from services.credit.school_facts import SchoolFacts
from services.credit.section_rolls import rolls_of
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from services.credit.texas_view import BeforeTheLaw, texas_view
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.law import CannotRule
from shared.schema.refusals import NotFound
from shared.schema.roster import Presence

router = APIRouter(tags=["texas"])


class CourseAttendance(Schema):
    """A pupil in a section. A day that a code counts as present at the official roll is attended. Days whose roll was
    not taken are in neither; `outcome` is null where they, or a code without a definition, could change it."""

    student_id: Id
    days_offered: int
    days_attended: int
    days_absent: int
    days_not_taken: int
    outcome: str | None
    because: str
    citation: str


class SectionAttendance(Schema):
    district_id: Id
    school_id: Id
    section_id: Id
    through: date
    followed_through: dict[str, int]
    rows: tuple[CourseAttendance, ...]


class NoSuchTexasSection(NotFound):
    """There is no such section in the schools in Texas that you may see."""


@router.get("/v1/texas/course-attendance", responses=refusals(NoSuchTexasSection, BeforeTheLaw))
async def read_course_attendance(
    reader: Reader, library: Library, section_id: Annotated[Id, Query()], through: Through = None
) -> SectionAttendance:
    """Every pupil of a section, on the days that it has met through a day."""
    async with texas_view(library, reader) as view:
        school = _school_of(view, section_id)
        name = school.facts.school.school_id
        last = min(through or view.today(name), view.today(name))
        rows = [
            _row(view, school.facts, known, number, last)
            async for known in rolls_of(view, school.facts, [school.facts.sections[section_id]], last)
            for number in pupils_of(school.facts, section_id)
        ]
        return SectionAttendance(
            district_id=reader.district_id, school_id=name, section_id=section_id, through=last,
            followed_through=view.followed_through, rows=tuple(sorted(rows, key=lambda row: row.student_id)),
        )  # fmt: skip


def _school_of(view: View, section_id: str) -> SchoolSheets:
    for school in view.schools.values():
        if section_id in school.facts.sections:
            return school
    raise NoSuchTexasSection("Check the section's id, and that your token is good for its school.")


def _row(view: View, facts: SchoolFacts, known: SectionRolls, number: int, last: date) -> CourseAttendance:
    law: TexasYearLaw = view.lawbook["texas_year"].law
    rule = law.course_credit.in_force(last)
    spans = pupils_of(facts, known.section.section_id)[number]
    days = {
        on: periods
        for on, periods in meeting_days(facts, known.section).items()
        if on <= last and any(first <= on < before for first, before in spans)
    }
    try:
        said = Counter(_day(facts, known, number, on, periods) for on, periods in days.items())
        ruling = known_course_credit(said["attended"], said["not taken"], len(days), rule)
        outcome, because = ruling.value, ruling.because
    except CannotRule as unruled:
        said, outcome, because = Counter[str](), None, f"not computable: {unruled}"
    return CourseAttendance(
        student_id=facts.students[number - 1], days_offered=len(days), days_attended=said["attended"],
        days_absent=said["absent"], days_not_taken=said["not taken"],
        outcome=None if outcome is None else outcome.value, because=because, citation=str(rule.citation),
    )  # fmt: skip


def _day(facts: SchoolFacts, known: SectionRolls, number: int, on: date, periods: tuple[str, ...]) -> str:
    """Attended in any of the day's periods; absent only where every roll that speaks for them was taken."""
    told = told_by(facts, known, on, periods)
    marks = [mark_of(facts, known, number, (on, period, known.section.section_id))[0] for period in told]
    if any(code and (code.presence is not Presence.ABSENT or code.present_at_official_roll is True) for code in marks):
        return "attended"
    return "not taken" if None in marks else "absent"
