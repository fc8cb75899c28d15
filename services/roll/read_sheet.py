"""The sheet that a teacher fills."""

from datetime import time

from fastapi import APIRouter

from services.roll import access_log
from services.roll.conflicts import find_conflicts
from services.roll.rights import NotYourSection, may_read
from services.roll.rolls import NoSuchSection, RollPlace, find_place
from services.roll.take_roll import On, PeriodId, SectionId
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.entries import MarkTimes
from shared.schema.roll import Sheet, SheetStudent

router = APIRouter(tags=["reading"])
SHEET = "/v1/sections/{section_id}/sheets/{on}/{period_id}"


@router.get(SHEET, responses=refusals(NoSuchSection, NotYourSection))
async def read_sheet(
    section_id: SectionId, on: On, period_id: PeriodId, asking: WhoAsks, connection: BareTransaction
) -> Sheet:
    """Who is on the roll, by name, and how each is marked if it has been taken: as it stands and as she said."""
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    may_read(asking, place)
    marked = place.roll.marked() if place.roll else {}
    said = place.roll.teacher_said if place.roll else {}
    times = times_on(place)
    ids = list(dict.fromkeys([*place.students, *marked]))
    names = await connection.fetch(
        "SELECT student_id, given_name, family_name FROM roll.student WHERE district_id = $1 AND student_id = ANY ($2)",
        asking.district_id,
        ids,
    )
    roll = section_id, on, period_id
    conflicts = await find_conflicts(connection, asking, [roll])
    await access_log.note_access(connection, asking, access_log.section(section_id), SHEET, ids)
    named = {row["student_id"]: row for row in names}
    students = [
        SheetStudent(
            student_id=student,
            given_name=named[student]["given_name"],
            family_name=named[student]["family_name"],
            code=marked.get(student),
            teacher_code=said.get(student, marked.get(student)),
            **times.get(student, {}),
        )
        for student in ids
    ]
    students.sort(key=lambda student: (student.family_name or "", student.given_name or "", student.student_id))
    return Sheet(
        section_id=section_id,
        school_id=place.school_id,
        title=place.title,
        on=on,
        period_id=period_id,
        version=place.version,
        set_aside=place.roll is not None and place.instructional is not True,
        students=tuple(students),
        conflicts=conflicts.get(roll, ()),
    )


def times_on(place: RollPlace) -> dict[str, dict[str, time | None]]:
    """Arrivals and departures, so that who amends the roll can say them again."""
    said = place.roll.times if place.roll else {}
    return {student: MarkTimes.model_validate(times, strict=False).model_dump() for student, times in said.items()}
