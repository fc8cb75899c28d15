"""How often the roll must be taken of a pupil in New York, by the pupil's schedule (rules NY-2 and NY-5). Pure."""

import tomllib
from dataclasses import dataclass
from datetime import date

from shared.schema.roster import Grade, RollMode


@dataclass(frozen=True, slots=True)
class RollTakingLaw:
    """In grades `period_grades`, and wherever teaching is departmentalized, pupils who change rooms are marked anew.

    A nonpublic school takes the roll once a day, from a day of its own (rule NY-5).
    """

    in_force_from: date
    cite: str
    period_grades: tuple[str, ...]
    nonpublic_from: date
    nonpublic_cite: str


@dataclass(frozen=True, slots=True)
class PupilsSchedule:
    grade: Grade
    departmentalized: bool
    changes_classrooms: bool
    dismissed_for_lunch: bool
    nonpublic: bool = False


@dataclass(frozen=True, slots=True)
class RequiredMode:
    mode: RollMode
    because: str
    cite: str


HOW_OFTEN = {RollMode.DAILY: 1, RollMode.TWICE_DAILY: 2, RollMode.EVERY_PERIOD: 3}


def read_law(said: str) -> RollTakingLaw:
    law = tomllib.loads(said)
    (version,), (nonpublic,) = law["new_york"], law["new_york_nonpublic"]
    grades = tuple(version["period_grades"])
    return RollTakingLaw(version["from"], version["cite"], grades, nonpublic["from"], nonpublic["cite"])


def required_mode(pupil: PupilsSchedule, on: date, law: RollTakingLaw) -> RequiredMode | None:
    """The least that the rule asks for; None before it was in force."""
    if on < law.in_force_from:
        return None
    if pupil.nonpublic and on >= law.nonpublic_from:
        return RequiredMode(RollMode.DAILY, "a nonpublic school takes it once a school day", law.nonpublic_cite)
    by_period = pupil.departmentalized or pupil.grade in law.period_grades
    who = f"grade {pupil.grade}, {'departmentalized' if pupil.departmentalized else 'not departmentalized'}"
    if by_period and pupil.changes_classrooms:
        return RequiredMode(RollMode.EVERY_PERIOD, f"{who}, changing classrooms each period", law.cite)
    if pupil.dismissed_for_lunch:
        return RequiredMode(RollMode.TWICE_DAILY, f"{who}, leaving the school grounds at lunch", law.cite)
    return RequiredMode(RollMode.DAILY, f"{who}, at school over lunch", law.cite)


def suffices(mode: RollMode, required: RollMode) -> bool:
    """Whether a school that takes the roll so takes it at least as often as it must."""
    return HOW_OFTEN[mode] >= HOW_OFTEN[required]
