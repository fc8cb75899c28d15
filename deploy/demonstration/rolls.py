"""A year of rolls as teachers took them: who was absent and why, what was never taken, what was put right later."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from uuid import UUID, uuid5

from deploy.demonstration.calendar import TODAY, clock
from deploy.demonstration.roster import SchoolRoster
from deploy.public_api import Person
from shared.schema.roll import Adjustment, DatedRollSubmission, Mark
from shared.schema.roster import Grade, SchoolEnrollment

NAMESPACE = UUID("6f0c2a56-6d0e-5c1b-9c0e-3f6f9b1f7d11")
NOT_TAKEN, AMENDED, ADJUSTED = 0.012, 0.006, 0.004  # of all rolls, of all rolls, of unexcused absences
LATE, EARLY, CUT = 0.012, 0.004, 0.006  # of a present student's days; `CUT` of her periods
ONE_MORE_DAY = 0.35  # that an absence goes on tomorrow
WEEKDAYS = (1.25, 0.85, 0.80, 0.90, 1.35)


@dataclass(frozen=True)
class TeacherRoll:
    """One submission and who sent it. A second one for the same roll amends it (`base_version` 1)."""

    school_id: str
    staff_id: str
    submission: DatedRollSubmission

    @property
    def teacher(self) -> Person:
        return Person("teacher", self.staff_id)


@dataclass(frozen=True)
class Meeting:
    section_id: str
    on: date
    period_id: str

    def submission_id(self, version: int = 1) -> UUID:
        """The same every time, so that a second load replays what the first one sent."""
        return uuid5(NAMESPACE, f"{self.section_id}/{self.on}/{self.period_id}/{version}")


@dataclass(frozen=True)
class OfficeAdjustment:
    school_id: str
    meeting: Meeting
    adjustment: Adjustment


@dataclass(frozen=True)
class Rolls:
    """In the order in which they were sent. `today` has the last day's, which come in one by one."""

    past: list[TeacherRoll]
    amendments: list[TeacherRoll]
    today: list[TeacherRoll]
    adjustments: list[OfficeAdjustment]


def make_rolls(roster: SchoolRoster, chance: Random) -> Rolls:
    """Every roll of the school up to and including `TODAY`."""
    teachers = _Teachers(roster, chance, Rolls([], [], [], []))
    days = {row.student_id: dict(_days(roster, row, chance)) for row in roster.enrollments}
    members = roster.students_of()
    for section in roster.sections:
        seats = members[section.section_id]
        for on in roster.days_taught:
            there = [seat.student_id for seat in seats if seat.begins_on <= on < (seat.ends_before or date.max)]
            for period in (each for each in section.period_ids if there and each in roster.plan.roll_periods):
                marks = [mark for student in there if (mark := _mark(days[student].get(on), student, period, chance))]
                teachers.take(Meeting(section.section_id, on, period), marks, there)
    return teachers.rolls


def _days(roster: SchoolRoster, student: SchoolEnrollment, chance: Random) -> Iterator[tuple[date, Mark | None]]:
    """The student's unusual days. Everybody has a propensity; Mondays and Fridays tempt; illness lasts."""
    mean = roster.plan.absence * _early_grade(student.grade) * (1 - ONE_MORE_DAY)
    propensity = min(0.5, mean * chance.lognormvariate(-0.5, 1.0))
    code = None
    for on in roster.days_taught:
        if not student.entry_date <= on < (student.withdrawal_date or date.max):
            continue
        if code is None or chance.random() > ONE_MORE_DAY:
            begins = chance.random() < propensity * WEEKDAYS[on.weekday()]
            code = ("E" if chance.random() < 0.55 else "A") if begins else None
        if code:
            yield on, Mark(student_id=student.student_id, code=code)
        elif (luck := chance.random()) < LATE:
            arrived = 8 * 60 + 5 + int(chance.expovariate(1 / 25))
            late = "T" if arrived <= 8 * 60 + 55 else "L"  # the official roll is the second period's
            yield on, Mark(student_id=student.student_id, code=late, arrived_at=clock(min(arrived, 14 * 60)))
        elif luck < LATE + EARLY:
            yield on, Mark(student_id=student.student_id, code="D", left_at=clock(chance.randrange(10 * 60, 14 * 60)))


def _early_grade(grade: Grade) -> float:
    """Kindergartners and ninth graders miss more: why a program looks at them."""
    return {"TK": 1.15, "KG": 1.1, "09": 1.1}.get(grade, 0.9)


def _mark(day: Mark | None, student: str, period: str, chance: Random) -> Mark | None:
    """How the day shows in one period: late shows in the morning only, and now and then a class is cut."""
    if day is None or (day.arrived_at and period > "2"):
        return Mark(student_id=student, code="A") if period > "2" and chance.random() < CUT else None
    return day


@dataclass(frozen=True)
class _Teachers:
    """They forget a roll now and then, and amend one; the office adjusts a few marks."""

    roster: SchoolRoster
    chance: Random
    rolls: Rolls

    def take(self, meeting: Meeting, marks: list[Mark], students: list[str]) -> None:
        if meeting.on == TODAY:
            self.rolls.today.append(self._sent(meeting, marks))
            return
        if self.chance.random() < NOT_TAKEN:
            return
        unmarked = sorted({*students} - {mark.student_id for mark in marks})
        if unmarked and self.chance.random() < AMENDED:  # one was overlooked when roll was first sent
            overlooked = Mark(student_id=self.chance.choice(unmarked), code="A")
            self.rolls.past.append(self._sent(meeting, [*marks, overlooked]))
            self.rolls.amendments.append(self._sent(meeting, marks, version=2))
            return
        self.rolls.past.append(self._sent(meeting, marks))
        self.rolls.adjustments.extend(
            self._adjusted(meeting, mark.student_id)
            for mark in marks
            if mark.code == "A" and self.chance.random() < ADJUSTED
        )

    def _sent(self, meeting: Meeting, marks: list[Mark], version: int = 1) -> TeacherRoll:
        return TeacherRoll(
            self.roster.plan.school_id,
            self.roster.teacher_of(meeting.section_id, meeting.on),
            DatedRollSubmission(
                submission_id=meeting.submission_id(version), marks=tuple(marks), everyone_else="P",
                base_version=version - 1, section_id=meeting.section_id, on=meeting.on, period_id=meeting.period_id,
            ),
        )  # fmt: skip

    def _adjusted(self, meeting: Meeting, student: str) -> OfficeAdjustment:
        post, where = self.chance.choice((("nurse", "In the clinic"), ("counselor", "With the counselor")))
        school_id = self.roster.plan.school_id
        return OfficeAdjustment(
            school_id,
            meeting,
            Adjustment(
                adjustment_id=uuid5(NAMESPACE, f"{meeting}/{student}"), student_id=student, code="S",
                reason=f"{where} when roll was taken", authority=f"{post}-{school_id}",
                document=f"pass {meeting.on:%y%m%d}-{self.chance.randrange(1, 400):03d}",
            ),
        )  # fmt: skip
