"""Where one pupil stands on the ladder of truancy: California's from days, minutes and what was done; Illinois's from
the last 180 school days."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter

from services.credit import tables
from services.credit.attendance_tiers import NOT_AN_ABSENCE, DaysOfStudent, days_of_student
from services.credit.class_minutes import bell_days
from services.credit.course_meetings import SectionRolls, Slot, mark_of, meeting_days, pupils_of
from services.credit.day_count import DAY, in_days
from services.credit.formulas.california_year import CaliforniaYearLaw, TruancyRecord, steps_due, truancy
from services.credit.formulas.illinois_claim import IllinoisClaimLaw
from services.credit.formulas.illinois_claim import truancy as illinois_truancy
from services.credit.not_taken import LEFT_OUT
from services.credit.read_ada import SchoolYear, Through
from services.credit.read_student_days import NoSuchStudent, StudentId, only_student
from services.credit.roll_times import find_times
from services.credit.seats import Seats
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from services.credit.truancy_on_record import OnRecord
from services.credit.truancy_tables import standing_truancy_acts
from shared.plumbing.problems import refusals
from shared.schema.law import CannotRule
from shared.schema.roster import Presence
from shared.schema.ruling import Ruling
from shared.schema.truancy import Truancy

router = APIRouter(tags=["attendance"])


@router.get("/v1/students/{student_id}/truancy", responses=refusals(NoSuchStudent))
async def read_truancy(
    student_id: StudentId, reader: Reader, library: Library, school_year: SchoolYear, through: Through = None
) -> tuple[Truancy, ...]:
    """One answer for each school in California and Illinois that she attends and you may see."""
    async with library.view(reader) as view:
        schools = [
            school
            for school in view.schools.values()
            if school.facts.school.jurisdiction in LADDERS and student_id in school.facts.number_of
        ]
        if not schools:
            raise NoSuchStudent("Check the student's id.")
        found: list[Truancy] = []
        for school in schools:
            tracks = [track for track in school.facts.tracks if track.school_year == school_year]
            if tracks:
                today = view.today(school.facts.school.school_id)
                last = min(through or today, today, max(track.ends_before or date.max for track in tracks))
                first = min(track.begins_on for track in tracks)
                found.append(await LADDERS[school.facts.school.jurisdiction](view, school, student_id, first, last))
        return tuple(found)


async def _illinois(view: View, school: SchoolSheets, student_id: str, _: date, last: date) -> Truancy:
    """The last 180 school days, in whichever school year they lie (rule IL-12)."""
    law: IllinoisClaimLaw = view.lawbook["illinois_claim"].law
    rule, alone = law.truancy.in_force(last), only_student(school, student_id)
    member = {on for sheets in alone.values() for on, case in zip(sheets.days, sheets.cases[:, 0], strict=True) if case}
    counted = sorted(on for on in member if on <= last)[-rule.days :]
    first = min(counted, default=last)
    days = days_of_student(alone, view.values, view.cases, first, last)
    known = days.school_days - -(-days.total.not_taken // DAY)
    ruling = illinois_truancy(days.total.unexcused, known, rule)
    return _answer(school, student_id, first, last, days, ruling)


async def _california(view: View, school: SchoolSheets, student_id: str, first: date, last: date) -> Truancy:
    days = days_of_student(only_student(school, student_id), view.values, view.cases, first, last)
    school_id = school.facts.school.school_id
    acts = await standing_truancy_acts(view.connection, view.asking.district_id, school_id, first, last)
    done = OnRecord.of(act for act in acts if act.student_id == student_id)
    try:
        missed, untimed, unread = *await _missed(view, school, student_id, first, last), None
    except CannotRule as unruled:
        missed, untimed, unread = {}, 0, str(unruled)
    law: CaliforniaYearLaw = view.lawbook["california_year"].law
    rule = law.truancy.in_force(first)
    record = TruancyRecord(
        days.total.unexcused // DAY, tuple(missed.values()), days.school_days, done.reports,
        done.conference_effort_on is not None, done.notified, done.referred,
    )  # fmt: skip
    ruling = truancy(record, rule)
    if unread:
        ruling = replace(ruling, value=None, because=f"not computable: {unread}")
    return _answer(school, student_id, first, last, days, ruling).model_copy(
        update={
            "occasions": missed, "tardies_without_times": untimed, "reports": done.reports,
            "conference_effort_on": done.conference_effort_on, "due": steps_due(record, ruling.value, rule),
        }
    )  # fmt: skip


def _answer(
    school: SchoolSheets, student_id: str, first: date, last: date, days: DaysOfStudent, ruling: Ruling[Any]
) -> Truancy:
    return Truancy(
        school_id=school.facts.school.school_id,
        student_id=student_id,
        jurisdiction=school.facts.school.jurisdiction,
        begins_on=first,
        through=last,
        status=None if ruling.value is None else ruling.value.value,
        unexcused_days=in_days(days.total.unexcused),
        full_days=days.total.unexcused // DAY,
        occasions={},
        tardies_without_times=0,
        not_taken_days=days.total.not_taken // DAY,
        not_taken=f"{LEFT_OUT}: {NOT_AN_ABSENCE}",
        reports=0,
        conference_effort_on=None,
        due=(),
        because=ruling.because,
        citation=str(ruling.under),
    )


LADDERS = {"california": _california, "illinois": _illinois}


async def _missed(
    view: View, school: SchoolSheets, student_id: str, first: date, last: date
) -> tuple[dict[date, int], int]:
    """The most minutes that she missed at one roll of each day that she attended in part, and tardies without time."""
    number = school.facts.number_of[student_id]
    most: dict[date, int] = {}
    attended: set[date] = set()
    untimed = 0
    sections = [known async for known in _sections(view, school, number, first, last)]
    taken = {(on, period) for known in sections for on, period, _ in known.rolls}
    for known in sections:
        for slot in known.rolls:
            more = [period for period in _spoken_for(school, known, number, slot) if (slot[0], period) not in taken]
            code, minutes = mark_of(school.facts, known, number, slot, more)
            if code is None:
                continue
            if code.presence is not Presence.ABSENT:
                attended.add(slot[0])
            if code.presence is not Presence.PRESENT and code.excused is False:
                untimed += minutes is None
                most[slot[0]] = max(most.get(slot[0], 0), minutes or 0)
    return {on: minutes for on, minutes in sorted(most.items()) if on in attended and minutes}, untimed


def _spoken_for(school: SchoolSheets, known: SectionRolls, number: int, slot: Slot) -> set[str]:
    """The other periods of a (half-)day for which its one roll speaks, in whichever of her sections."""
    on, period, section_id = slot
    seats: Seats = school.seats
    spoken = seats.plan(known.section.track_id, on).speaking(number, len(seats.periods))
    return {seats.place_of(other)[1] for other in spoken.get(seats.slot_of(section_id, period), ())}


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
