"""Why one student-day counts as it does: the facts, the ruling, the law, and the roll that spoke."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.credit import tables
from services.credit.bell_minutes import UNSAID
from services.credit.day_count import DayCount, Exact
from services.credit.mark_seen import code_in_force
from services.credit.read_student_days import NoSuchStudent, StudentId
from services.credit.roll_times import find_times
from services.credit.seats import NO_SEAT
from services.credit.sheet_library import Library, Reader, SchoolSheets, View, totals
from shared.plumbing.problems import refusals
from shared.schema.credit import Why
from shared.schema.entries import MARK_DIGITS
from shared.schema.not_taken import NotTakenUsed
from shared.schema.refusals import NotFound

router = APIRouter(tags=["attendance"])


class NoMember(NotFound):
    """The student is a member of no school of yours on that day, or no school was taught."""


@router.get("/v1/students/{student_id}/days/{on}/why", responses=refusals(NoSuchStudent, NoMember))
async def explain_day(
    student_id: StudentId, on: Annotated[date, Path()], reader: Reader, library: Library
) -> tuple[Why, ...]:
    """One explanation for each school of which the student is a member on the day."""
    async with library.view(reader) as view:
        enrolled = {
            school_id: school for school_id, school in view.schools.items() if student_id in school.facts.number_of
        }
        if not enrolled:
            raise NoSuchStudent("Check the student's id.")
        found = [
            why
            for school_id, school in enrolled.items()
            for why in [await _explain(view, school_id, school, student_id, on)]
            if why is not None
        ]
        if not found:
            raise NoMember("Check the date against the student's enrollment and the school's calendar.")
        return tuple(found)


async def _explain(view: View, school_id: str, school: SchoolSheets, student_id: str, on: date) -> Why | None:
    number = school.facts.number_of[student_id]
    enrollment = int(school.facts.members([on])[0, number])
    if enrollment < 0:
        return None
    track_id = school.facts.enrollments[enrollment].track_id
    sheets = school.built.get(track_id)
    if sheets is None or on not in sheets.days:
        return None
    row = sheets.days.index(on)
    rolls = [roll async for roll in _rolls_that_speak(view, school_id, school, track_id, number, on)]
    case = view.cases.get(int(sheets.cases[row, number - 1]))
    problems = sheets.problems[row] or ((case.cannot_rule,) if case is not None and case.cannot_rule else ())
    return Why(
        district_id=view.asking.district_id,
        school_id=school_id,
        student_id=student_id,
        on=on,
        facts={**(case.facts if case else {}), "on": on.isoformat(), "official_roll": rolls},
        totals=totals(case.count if case else DayCount()),
        ruling=case.ruling if case else {},
        explanation=(*(f"cannot be ruled: {said}" for said in problems), *(case.explanation if case else ())),
        followed_through=view.followed_through,
        law_digest=case.law_digest if case else view.law_digest,
        not_taken=_not_taken(view, school, track_id, on, case.count.not_taken) if case else None,
    )


def _not_taken(view: View, school: SchoolSheets, track_id: str, on: date, sixths: Exact) -> NotTakenUsed | None:
    """By the setting of the reporting period that the day is in; None where nothing is unknown, or it is in none."""
    for period in school.facts.reporting_periods:
        inside = period.begins_on <= on and (period.ends_before is None or on < period.ends_before)
        if sixths and period.track_id == track_id and inside:
            _, _, untaken = view.values.as_set(school.facts.school.jurisdiction.value, period.begins_on)
            return replace(untaken, sixths=sixths).say()
    return None


async def _rolls_that_speak(
    view: View, school_id: str, school: SchoolSheets, track_id: str, number: int, on: date
) -> Any:
    """The rolls that were due of the student that day, taken or not, and every other that was taken: with the mark, its
    definition, and whether the office adjusted it; of a roll taken once or twice a day, for which other periods it
    speaks, unless their own was taken."""
    plan = school.seats.plan(track_id, on)
    speaking = plan.speaking(number, len(school.seats.periods))
    times = await find_times(view.connection, view.asking.district_id, school_id, [on])
    for slot in dict.fromkeys(plan.slots[:, number].tolist()):
        if slot == NO_SEAT:
            continue
        section_id, period_id = school.seats.place_of(slot)
        said: dict[str, Any] = {
            "section_id": section_id, "period_id": period_id, "later_than_official": bool(plan.later[number])
        }  # fmt: skip
        if others := [school.seats.place_of(other)[1] for other in speaking.get(slot, ())]:
            said["speaks_for_periods"] = sorted({*others})
        place = view.asking.district_id, school_id
        roll = await tables.find_roll(view.connection, *place, on, period_id, section_id)
        if roll is None:
            if slot in speaking:
                yield said | {"taken": False}
            continue
        student_id = school.facts.students[number - 1]
        where = await tables.positions(view.connection, *place, section_id, roll.roster, [student_id])
        if not where:
            yield said | {"taken": True, "on_the_roll": False}
            continue
        code = roll.codes.split(" ")[MARK_DIGITS.index(roll.marks[where[0]])]
        defined = code_in_force(school.facts.codes, code, on)
        yield (
            said
            | {
                "taken": True,
                "code": code,
                "definition": defined.definition if defined else None,
                "adjusted_by_the_office": where[0] in roll.adjusted,
                "version": roll.version,
            }
            | _times(times.get((on, period_id, section_id), ()), where[0])
        )


def _times(triples: Sequence[int], place: int) -> dict[str, str]:
    """When she came and when she left, where the roll says."""
    said = next((triples[at + 1 : at + 3] for at in range(0, len(triples), 3) if triples[at] == place), ())
    return {
        name: f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        for name, second in zip(("arrived_at", "left_at"), said, strict=False)
        if second != UNSAID
    }
