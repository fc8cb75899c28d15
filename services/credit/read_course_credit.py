"""Where pupils stand for course credit in New York: under the board's policy, by that course's own meetings."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.credit.course_credit import CourseLength, CourseRecord, Safeguards, in_force_for, rule_credit
from services.credit.course_credit_tables import find_actions, find_policies
from services.credit.course_meetings import SectionRolls, count_meetings, meeting_days, pupils_of
from services.credit.formulas.new_york_year import NewYorkYearLaw
from services.credit.keep_course_credit import NoSuchSection, as_law, school_of_section
from services.credit.read_student_days import NoSuchStudent, StudentId
from services.credit.school_facts import SchoolFacts
from services.credit.section_rolls import rolls_of
from services.credit.sheet_library import Library, NoSuchSchool, Reader, SchoolSheets, View
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.course_credit import CourseCreditAction, CourseCreditPolicy, CourseStanding, CourseStandings
from shared.schema.law import CannotRule
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Section

router = APIRouter(tags=["course credit"])
DecidedOn = Annotated[
    date | None, Query(description="The day of the decision; by default today. Meetings up to it are counted.")
]


class NotNewYork(Unprocessable):
    """Course credit by attendance is New York's law; the school is in another state."""


@router.get("/v1/students/{student_id}/course-credit", responses=refusals(NoSuchSection, NoSuchStudent, NotNewYork))
async def read_course_credit(
    student_id: StudentId, section_id: Id, reader: Reader, library: Library, decided_on: DecidedOn = None
) -> CourseStanding:
    """One pupil in one course: what counts, what she can still miss, what is due, and what a denial lacks."""
    async with library.view(reader) as view:
        school = school_of_section(view, section_id)
        rows = await _standings(view, school, [school.facts.sections[section_id]], decided_on, only=student_id)
        if not rows:
            raise NoSuchStudent("Check the student's id: she is not and was not in the section.")
        return rows[0]


@router.get("/v1/sections/{section_id}/course-credit", responses=refusals(NoSuchSection, NotNewYork))
async def read_section_credit(
    section_id: Annotated[Id, Path()], reader: Reader, library: Library, decided_on: DecidedOn = None
) -> CourseStandings:
    """Every pupil who is or was in the section."""
    async with library.view(reader) as view:
        school = school_of_section(view, section_id)
        return await _answer(view, school, [school.facts.sections[section_id]], decided_on)


@router.get("/v1/schools/{school_id}/course-credit", responses=refusals(NoSuchSchool, NotNewYork))
async def read_school_credit(
    school_id: Annotated[Id, Path()], reader: Reader, library: Library, decided_on: DecidedOn = None
) -> CourseStandings:
    """Every pupil in every section of the school that meets in the school year of the decision."""
    async with library.view(reader, only=school_id) as view:
        school = view.school(school_id)
        on = decided_on or view.today(school_id)
        current = [
            section
            for _, section in sorted(school.facts.sections.items())
            if (track := school.facts.track_on(section.track_id, on)) is not None
            and section.begins_on < (track.ends_before or date.max)
            and (section.ends_before is None or section.ends_before > track.begins_on)
        ]
        return await _answer(view, school, current, decided_on)


async def _answer(
    view: View, school: SchoolSheets, sections: Sequence[Section], decided_on: date | None
) -> CourseStandings:
    return CourseStandings(
        district_id=view.asking.district_id,
        decided_on=decided_on or view.today(school.facts.school.school_id),
        followed_through=view.followed_through,
        rows=tuple(await _standings(view, school, sections, decided_on)),
    )


async def _standings(
    view: View, school: SchoolSheets, sections: Sequence[Section], decided_on: date | None, only: str | None = None
) -> list[CourseStanding]:
    facts, district_id = school.facts, view.asking.district_id
    if facts.school.jurisdiction != "new_york":
        raise NotNewYork("Ask for a school in New York.")
    school_id = facts.school.school_id
    on = decided_on or view.today(school_id)
    policies = await find_policies(view.connection, district_id)
    actions = await find_actions(view.connection, district_id, school_id)
    return [
        _standing(view, facts, known, number, on, policies, actions)
        async for known in rolls_of(view, facts, sections, min(on, view.today(school_id)))
        for number in pupils_of(facts, known.section.section_id)
        if only in (None, facts.students[number - 1])
    ]


def _standing(
    view: View, facts: SchoolFacts, known: SectionRolls, number: int, on: date,
    policies: Sequence[CourseCreditPolicy], actions: Sequence[CourseCreditAction],
) -> CourseStanding:  # fmt: skip
    """One pupil's standing; not computable, and why, where no policy is in force for her grade."""
    student_id, section = facts.students[number - 1], known.section
    grades = [row.grade for row in facts.enrollments if row.student_id == student_id and row.entry_date <= on]
    record = in_force_for(grades[-1], policies, on) if grades else None
    named: dict[str, Any] = {
        "school_id": facts.school.school_id,
        "section_id": section.section_id,
        "student_id": student_id,
    }
    if record is None:
        return _unknown(named, f"no policy for grade {grades[-1] if grades else 'unknown'} is in force on {on}")
    policy = as_law(view.asking.district_id, record)
    meetings = len(meeting_days(facts, section))
    length = CourseLength.FULL_YEAR if meetings >= record.full_year_from_meetings else CourseLength.SEMESTER
    done = [row for row in actions if (row.student_id, row.section_id) == (student_id, section.section_id)]
    made_up = frozenset(row.absence_on for row in done if row.absence_on is not None and row.done_on <= on)
    notices, interventions = (
        min((row.done_on for row in done if row.kind == kind), default=None) for kind in ("notice", "intervention")
    )
    law: NewYorkYearLaw = view.lawbook["new_york_year"].law
    try:
        counted = count_meetings(facts, known, number, length, policy, made_up, on)
        regulation = law.course_credit.in_force(on)
        ruling = rule_credit(counted, policy, Safeguards(notices, interventions), on, regulation)
    except CannotRule as unruled:
        return _unknown(named, str(unruled))
    standing = ruling.value
    return CourseStanding(
        **named, **_counts(counted), outcome=standing.outcome.value, length=length.value,
        counted_absences=standing.counted_absences, can_still_miss=standing.can_still_miss,
        actions_due=standing.actions_due, missing=standing.missing, because=ruling.because,
        citation=str(ruling.under), explanation=tuple(ruling.explain()),
    )  # fmt: skip


def _counts(record: CourseRecord) -> dict[str, Any]:
    names = ("meetings", "meetings_so_far", "unexcused", "excused", "excused_made_up", "tardies", "not_taken")
    return {name: getattr(record, name) for name in names}


def _unknown(named: dict[str, Any], because: str) -> CourseStanding:
    return CourseStanding(
        **named, **_counts(CourseRecord(CourseLength.SEMESTER, 0, 0, 0)), outcome="not computable",
        length=None, counted_absences=None, can_still_miss=None, actions_due=(), missing=(), because=because,
        citation=None, explanation=(),
    )  # fmt: skip
