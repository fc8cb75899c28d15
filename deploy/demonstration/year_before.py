"""The spring of the year before in Los Angeles: last year's target grades, against which this year's are held."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from deploy.demonstration.calendar import REGULAR, TRACK
from deploy.demonstration.names import full_name
from deploy.demonstration.schools import SEATS, SchoolPlan
from shared.schema.base import Schema
from shared.schema.roster import (
    CalendarDay,
    Grade,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    SectionTeacher,
    Student,
    Track,
)  # fmt: skip

YEAR, BEGINS_ON, ENDS_BEFORE = 2025, date(2025, 4, 28), date(2025, 6, 11)
MEMORIAL_DAY = date(2025, 5, 26)
GRADES: tuple[Grade, ...] = ("TK", "KG", "09")


def year_before(plan: SchoolPlan, chance: Random) -> dict[str, list[Schema]]:
    """Rows by collection: in each target grade as many students as this year, but others, in one section all day.

    The teachers are this year's, who must be there.
    """
    school = plan.school_id
    rows: dict[str, list[Schema]] = defaultdict(list)
    rows["tracks"].append(
        Track(school_id=school, track_id=TRACK, school_year=YEAR, begins_on=BEGINS_ON, ends_before=ENDS_BEFORE)
    )
    for on in (BEGINS_ON + timedelta(days=count) for count in range((ENDS_BEFORE - BEGINS_ON).days)):
        if on.weekday() < 5:
            bells = None if on == MEMORIAL_DAY else REGULAR
            rows["calendar-days"].append(
                CalendarDay(school_id=school, track_id=TRACK, on=on, instructional=bells is not None,
                            bell_schedule_id=bells)
            )  # fmt: skip
    first_teacher = 1
    for grade in (grade for grade in plan.students if grade in GRADES):
        first_teacher += _open_sections(rows, plan, grade, first_teacher, chance)
    return rows


def _open_sections(
    rows: dict[str, list[Schema]], plan: SchoolPlan, grade: Grade, first_teacher: int, chance: Random
) -> int:
    """How many sections there are."""
    school, students = plan.school_id, plan.students[grade]
    groups = max(1, round(students / SEATS))
    for group in range(groups):
        section, teacher = f"{school}-{grade}-{group}-{YEAR}", f"teacher-{school}-{first_teacher + group:02d}"
        rows["sections"].append(
            Section(school_id=school, section_id=section, title=f"Grade {grade}, {YEAR}", track_id=TRACK,
                    period_ids=plan.roll_periods[:1], begins_on=BEGINS_ON, ends_before=ENDS_BEFORE)
        )  # fmt: skip
        rows["section-teachers"].append(
            SectionTeacher(school_id=school, section_id=section, staff_id=teacher, begins_on=BEGINS_ON,
                           ends_before=ENDS_BEFORE)
        )  # fmt: skip
        for seat in range(group, students, groups):
            student = f"{school}-{grade}-{seat:03d}-{YEAR}"
            given, family = full_name(chance)
            rows["students"].append(Student(student_id=student, given_name=given, family_name=family))
            rows["school-enrollments"].append(
                SchoolEnrollment(school_id=school, student_id=student, entry_date=BEGINS_ON,
                                 withdrawal_date=ENDS_BEFORE, grade=grade, track_id=TRACK, scheduled_minutes=350)
            )  # fmt: skip
            rows["section-enrollments"].append(
                SectionEnrollment(school_id=school, section_id=section, student_id=student, begins_on=BEGINS_ON,
                                  ends_before=ENDS_BEFORE)
            )  # fmt: skip
    return groups
