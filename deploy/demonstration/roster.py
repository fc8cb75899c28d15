"""Who is enrolled where, in which sections, with which teachers: the roster as a student information system has it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from deploy.demonstration.calendar import (
    TODAY,
    TRACK,
    YEARS,
    bell_periods,
    calendar_days,
    reporting_periods,
    track,
)  # fmt: skip
from deploy.demonstration.names import address, full_name
from deploy.demonstration.schools import SEATS, SchoolPlan
from deploy.demonstration.year_before import year_before
from shared.schema.base import Schema
from shared.schema.roster import (
    CalendarDay,
    Grade,
    Guardian,
    Jurisdiction,
    School,
    SchoolEnrollment,
    Section,
    SectionEnrollment,
    SectionTeacher,
    Staff,
    Student,
)  # fmt: skip

SUBJECTS = ("Mathematics", "English", "Science", "History", "Spanish", "Art", "Health")
OFFICE = {"nurse": "Nurse", "counselor": "Counselor"}


@dataclass(frozen=True)
class SchoolRoster:
    """The rows of one school by collection, and what a generator of rolls asks of them."""

    plan: SchoolPlan
    rows: dict[str, list[Schema]] = field(default_factory=lambda: defaultdict(list))

    def of(self, collection: str) -> Sequence[Schema]:
        return self.rows[collection]

    @property
    def days_taught(self) -> list[date]:
        days = [row for row in self.rows["calendar-days"] if isinstance(row, CalendarDay)]
        return [row.on for row in days if row.instructional and row.on <= TODAY]

    @property
    def enrollments(self) -> list[SchoolEnrollment]:
        return [row for row in self.rows["school-enrollments"] if isinstance(row, SchoolEnrollment)]

    @property
    def sections(self) -> list[Section]:
        return [row for row in self.rows["sections"] if isinstance(row, Section)]

    def students_of(self) -> dict[str, list[SectionEnrollment]]:
        found: dict[str, list[SectionEnrollment]] = defaultdict(list)
        for row in self.rows["section-enrollments"]:
            if isinstance(row, SectionEnrollment):
                found[row.section_id].append(row)
        return found

    def teacher_of(self, section_id: str, on: date) -> str:
        """Who takes that roll: the substitute, on the day that there is one."""
        rows = (row for row in self.rows["section-teachers"] if isinstance(row, SectionTeacher))
        there = [row for row in rows if row.section_id == section_id and _covers(row, on)]
        return max(there, key=lambda row: row.substitute).staff_id


FOR_EVER = 5_256_000
"""Minutes: its teachers amended within their days, but we tell all of it to a service whose clock says today."""


def make_roster(plan: SchoolPlan, first_student: int, chance: Random) -> SchoolRoster:
    """Everybody of one school; student ids count on from `first_student`."""
    roster = SchoolRoster(plan)
    roster.rows["schools"].append(
        School(school_id=plan.school_id, name=plan.name, jurisdiction=plan.jurisdiction, time_zone=plan.time_zone,
               roll_mode=plan.roll_mode, teacher_edit_minutes=FOR_EVER)
    )  # fmt: skip
    roster.rows["tracks"].append(track(plan))
    roster.rows["reporting-periods"].extend(reporting_periods(plan))
    roster.rows["bell-periods"].extend(bell_periods(plan))
    roster.rows["calendar-days"].extend(calendar_days(plan))
    for post, title in OFFICE.items():
        roster.rows["staff"].append(Staff(staff_id=f"{post}-{plan.school_id}", name=f"{title} {full_name(chance)[1]}"))
    number = first_student
    for grade, students in plan.students.items():
        people = list(_students(plan, grade, range(number, number + students), chance))
        number += students
        for student, enrollment in people:
            roster.rows["students"].append(student)
            roster.rows["school-enrollments"].append(enrollment)
        _seat(roster, grade, [enrollment for _, enrollment in people], chance)
    _employ(roster, chance)
    if plan.jurisdiction is Jurisdiction.CALIFORNIA:
        for collection, rows in year_before(plan, chance).items():
            roster.rows[collection].extend(rows)
    return roster


def _students(
    plan: SchoolPlan, grade: Grade, numbers: range, chance: Random
) -> Iterator[tuple[Student, SchoolEnrollment]]:
    age = 4 if grade == "TK" else 5 if grade == "KG" else 5 + int(grade)
    for place, number in enumerate(numbers):
        given, family = full_name(chance)
        student = Student(
            student_id=f"{number:06d}", given_name=given, family_name=family, address=address(chance),
            birth_date=date(2025 - age, 9, 1) - timedelta(days=chance.randrange(365)),
            guardians=(_guardian(family, chance),),
        )  # fmt: skip
        half = grade == "KG" and place % 6 == 5 and plan.jurisdiction in (Jurisdiction.TEXAS, Jurisdiction.ILLINOIS)
        entry, withdrawal = _span(plan, chance)
        yield student, SchoolEnrollment(
            school_id=plan.school_id, student_id=student.student_id, entry_date=entry, withdrawal_date=withdrawal,
            grade=grade, track_id=TRACK, scheduled_minutes=180 if half else 350,
            ada_eligibility_code=_eligibility(half, chance) if plan.jurisdiction is Jurisdiction.TEXAS else None,
            category="half-day kindergarten" if half else None,
        )  # fmt: skip


def _guardian(family: str, chance: Random) -> Guardian:
    return Guardian(name=f"{full_name(chance)[0]} {family}", phones=(f"555-{chance.randrange(10_000):04d}",))


def _span(plan: SchoolPlan, chance: Random) -> tuple[date, date | None]:
    """Nine in ten stay all year; the others enter or leave in the middle of it."""
    year = YEARS[plan.jurisdiction]
    entry, withdrawal = year.begins_on, None
    if chance.random() < 0.05:
        entry = _weekday(entry + timedelta(days=chance.randrange(14, 180)))
    if chance.random() < 0.05:
        withdrawal = _weekday(entry + timedelta(days=chance.randrange(10, 200)))
    return entry, withdrawal if withdrawal and withdrawal <= TODAY else None


def _weekday(on: date) -> date:
    return on + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[on.weekday()])


def _eligibility(half: bool, chance: Random) -> str:
    """Texas, table C059: mostly eligible; some transfers (3, 6), ineligible (4, 5) and not in membership (0)."""
    luck = chance.random()
    if luck < 0.01:
        return "0"
    if luck < 0.04:
        return "5" if half else "4"
    if luck < 0.08:
        return "6" if half else "3"
    return "2" if half else "1"


def _seat(roster: SchoolRoster, grade: Grade, enrollments: Sequence[SchoolEnrollment], chance: Random) -> None:
    """Groups of one grade, each with a homeroom or with a section a period. One student in fourteen is free in the
    official period of a departmentalized school, so that the official roll must look further for her (TX-9)."""
    plan, year = roster.plan, YEARS[roster.plan.jurisdiction]
    groups = max(1, round(len(enrollments) / SEATS))
    for group in range(groups):
        letter, members = chr(ord("a") + group), enrollments[group::groups]
        homeroom = plan.homeroom_meets or plan.roll_periods
        meetings = [homeroom] if plan.homeroom else [(period,) for period in plan.roll_periods]
        for place, periods in enumerate(meetings):
            section_id = f"{plan.school_id}-{grade}{letter}" + ("" if plan.homeroom else f"-{periods[0]}")
            title = f"Grade {grade}{letter}" if plan.homeroom else f"{SUBJECTS[place]} {grade}{letter}"
            roster.rows["sections"].append(
                Section(school_id=plan.school_id, section_id=section_id, title=title, track_id=TRACK,
                        period_ids=periods, begins_on=year.begins_on, ends_before=year.ends_before)
            )  # fmt: skip
            free = len(meetings) > 1 and periods == (plan.official_period,)
            roster.rows["section-enrollments"].extend(
                SectionEnrollment(school_id=plan.school_id, section_id=section_id, student_id=member.student_id,
                                  begins_on=member.entry_date, ends_before=member.withdrawal_date or year.ends_before)
                for seat, member in enumerate(members)
                if not (free and seat % 14 == 13)
            )  # fmt: skip


def _employ(roster: SchoolRoster, chance: Random) -> None:
    """Sections that meet at the same time have different teachers; one teacher is away for the last two days."""
    plan, year = roster.plan, YEARS[roster.plan.jurisdiction]
    taught: dict[tuple[str, ...], int] = defaultdict(int)
    teachers: set[str] = set()
    for section in roster.sections:
        taught[section.period_ids] += 1
        teacher = f"teacher-{plan.school_id}-{taught[section.period_ids]:02d}"
        if teacher not in teachers:
            teachers.add(teacher)
            roster.rows["staff"].append(Staff(staff_id=teacher, name=" ".join(full_name(chance))))
        roster.rows["section-teachers"].append(
            SectionTeacher(school_id=plan.school_id, section_id=section.section_id, staff_id=teacher,
                           begins_on=year.begins_on, ends_before=year.ends_before)
        )  # fmt: skip
    away, substitute = roster.sections[-1].section_id, f"substitute-{plan.school_id}"
    roster.rows["staff"].append(Staff(staff_id=substitute, name=" ".join(full_name(chance))))
    roster.rows["section-teachers"].append(
        SectionTeacher(school_id=plan.school_id, section_id=away, staff_id=substitute, substitute=True,
                       begins_on=TODAY - timedelta(days=2), ends_before=TODAY)
    )  # fmt: skip


def _covers(row: SectionTeacher, on: date) -> bool:
    return row.begins_on <= on and (row.ends_before is None or on < row.ends_before)
