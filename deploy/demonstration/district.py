"""The demonstration district: one seed, one district, the same every time. Generated, never loaded from here."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from random import Random

from deploy.attendance_codes import attendance_codes
from deploy.demonstration.rolls import Rolls, TeacherRoll, make_rolls
from deploy.demonstration.roster import SchoolRoster, make_roster
from deploy.demonstration.schools import SIZES, SchoolPlan, plan
from deploy.trouble import Trouble
from shared.schema.base import Schema
from shared.schema.roll import Mark
from shared.schema.roster import Jurisdiction

SEED = "Rollbook 2025-26"


def district_of(size: str) -> str:
    """Each size is a district of its own, so that one never loads over another. Errors: `Trouble`, no such size."""
    if size not in SIZES:
        raise Trouble(f"There is no district of that size: choose one of {', '.join(SIZES)}.")
    return "demo" if size == "small" else f"demo-{size}"


@dataclass(frozen=True)
class Demonstration:
    schools: tuple[SchoolRoster, ...]
    rolls: tuple[Rolls, ...]

    def rows(self, collection: str) -> list[Schema]:
        """Every row of one collection, in all schools."""
        if collection == "attendance-codes":
            return list(attendance_codes(date(2024, 7, 1)))
        return [row for school in self.schools for row in school.of(collection)]

    def plans(self, jurisdiction: Jurisdiction) -> list[SchoolPlan]:
        return [school.plan for school in self.schools if school.plan.jurisdiction is jurisdiction]

    @cached_property
    def shown(self) -> tuple[TeacherRoll, str]:
        """Today's roll that a teacher takes before our eyes, with one student whom she marks absent, not knowing that
        the student is with the nurse: in the official period of a Texas school, and eligible for a full day."""
        school, rolls = next(
            (school, rolls)
            for school, rolls in zip(self.schools, self.rolls, strict=True)
            if school.plan.jurisdiction is Jurisdiction.TEXAS and not school.plan.homeroom
        )
        roll = next(roll for roll in rolls.today if roll.submission.period_id == school.plan.official_period)
        eligible = {row.student_id for row in school.enrollments if row.ada_eligibility_code == "1"}
        marked = {mark.student_id for mark in roll.submission.marks}
        seats = school.students_of()[roll.submission.section_id]
        student = next(
            seat.student_id
            for seat in seats
            if seat.student_id in eligible - marked
            and seat.begins_on <= roll.submission.on < (seat.ends_before or date.max)
        )
        marks = (*roll.submission.marks, Mark(student_id=student, code="A"))
        return replace(roll, submission=roll.submission.model_copy(update={"marks": marks})), student

    @cached_property
    def today(self) -> list[TeacherRoll]:
        """Every other roll of today."""
        shown = self.shown[0].submission.submission_id
        return [roll for rolls in self.rolls for roll in rolls.today if roll.submission.submission_id != shown]


def make_district(size: str, seed: str = SEED) -> Demonstration:
    """A district of that size. Each school draws from its own chance, so that one does not shift another."""
    schools: list[SchoolRoster] = []
    number = 100_001
    for school in plan(size):
        schools.append(make_roster(school, number, _chance(seed, "roster", school.school_id)))
        number += sum(school.students.values())
    rolls = tuple(make_rolls(school, _chance(seed, "rolls", school.plan.school_id)) for school in schools)
    return Demonstration(tuple(schools), rolls)


def _chance(*names: str) -> Random:
    return Random("/".join(names))  # noqa: S311 - invented people need a repeatable chance, not a secret one
