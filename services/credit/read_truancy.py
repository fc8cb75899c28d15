"""California's ladder of truancy for one pupil: full days, and the days on which she missed more than half an hour."""

from collections.abc import AsyncIterator
from datetime import date

from fastapi import APIRouter

from services.credit import tables
from services.credit.attendance_tiers import days_of_student
from services.credit.class_minutes import bell_days
from services.credit.course_meetings import SectionRolls, mark_of, meeting_days, pupils_of
from services.credit.day_count import DAY
from services.credit.formulas.california_year import CaliforniaYearLaw, TruancyRecord, truancy
from services.credit.read_ada import SchoolYear, Through
from services.credit.read_student_days import NoSuchStudent, StudentId, only_student
from services.credit.roll_times import find_times
from services.credit.rulebook import CannotRule
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema
from shared.schema.roster import Presence

router = APIRouter(tags=["attendance"])


class Truancy(Schema):
    """Where a pupil of one school stands (CA-4 and CA-5), all without a valid excuse.

    `occasions`: minutes missed on each day that she attended in part; the law counts those above its own line, and one
    a day. `tardies_without_times` might be occasions too, and nobody knows. Reports and conferences are not on record
    here, so that nobody is called a habitual truant.
    """

    school_id: Id
    student_id: Id
    status: str | None
    full_days: int
    occasions: dict[date, int]
    tardies_without_times: int
    not_taken_days: int
    because: str
    citation: str


@router.get("/v1/students/{student_id}/truancy", responses=refusals(NoSuchStudent))
async def read_truancy(
    student_id: StudentId, reader: Reader, library: Library, school_year: SchoolYear, through: Through = None
) -> tuple[Truancy, ...]:
    """One answer for each school in California that she attends and you may see."""
    async with library.view(reader) as view:
        schools = [
            school
            for school in view.schools.values()
            if school.facts.school.jurisdiction == "california" and student_id in school.facts.number_of
        ]
        if not schools:
            raise NoSuchStudent("Check the student's id.")
        found = [await _truancy(view, school, student_id, school_year, through) for school in schools]
        return tuple(truant for truant in found if truant is not None)


async def _truancy(
    view: View, school: SchoolSheets, student_id: str, school_year: int, through: date | None
) -> Truancy | None:
    facts = school.facts
    tracks = [track for track in facts.tracks if track.school_year == school_year]
    if not tracks:
        return None
    first = min(track.begins_on for track in tracks)
    today = view.today(facts.school.school_id)
    last = min(through or today, today, max(track.ends_before or date.max for track in tracks))
    days = days_of_student(only_student(school, student_id), view.values, view.cases, first, last)
    try:
        missed, untimed, unread = *await _missed(view, school, student_id, first, last), None
    except CannotRule as unruled:
        missed, untimed, unread = {}, 0, str(unruled)
    law: CaliforniaYearLaw = view.lawbook["california_year"].law
    record = TruancyRecord(days.total.unexcused // DAY, tuple(missed.values()), days.school_days)
    ruling = truancy(record, law.truancy.in_force(first))
    return Truancy(
        school_id=facts.school.school_id,
        student_id=student_id,
        status=None if ruling.value is None or unread else ruling.value.value,
        full_days=record.full_days,
        occasions=missed,
        tardies_without_times=untimed,
        not_taken_days=days.total.not_taken // DAY,
        because=f"not computable: {unread}" if unread else ruling.because,
        citation=str(ruling.under),
    )


async def _missed(
    view: View, school: SchoolSheets, student_id: str, first: date, last: date
) -> tuple[dict[date, int], int]:
    """The most minutes that she missed at one roll of each day that she attended in part, and tardies without time."""
    number = school.facts.number_of[student_id]
    most: dict[date, int] = {}
    attended: set[date] = set()
    untimed = 0
    async for known in _sections(view, school, number, first, last):
        for slot in known.rolls:
            code, minutes = mark_of(school.facts, known, number, slot)
            if code is None:
                continue
            if code.presence is not Presence.ABSENT:
                attended.add(slot[0])
            if code.presence is not Presence.PRESENT and code.excused is False:
                untimed += minutes is None
                most[slot[0]] = max(most.get(slot[0], 0), minutes or 0)
    return {on: minutes for on, minutes in sorted(most.items()) if on in attended and minutes}, untimed


async def _sections(
    view: View, school: SchoolSheets, number: int, first: date, last: date
) -> AsyncIterator[SectionRolls]:
    facts, place = school.facts, (view.asking.district_id, school.facts.school.school_id)
    bells = bell_days(facts)
    for section in facts.sections.values():
        spans = pupils_of(facts, section.section_id).get(number, [])
        days = [
            on
            for on in meeting_days(facts, section)
            if first <= on <= last and any(begins <= on < ends for begins, ends in spans)
        ]
        if not days:
            continue
        slots = [(section.section_id, period) for period in section.period_ids]
        rolls = await tables.find_rolls(view.connection, *place, days, slots)
        rosters = await tables.find_rosters(view.connection, *place, {(roll.section_id, roll.roster) for roll in rolls})
        times = await find_times(view.connection, *place, days)
        yield SectionRolls(
            section, {(roll.on, roll.period_id, roll.section_id): roll for roll in rolls}, rosters, times, bells
        )
