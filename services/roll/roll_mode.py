"""How often the roll must be taken of a pupil in New York, by the pupil's schedule (rules NY-2 and NY-5). Pure."""

from dataclasses import dataclass
from datetime import date

from shared.schema.law import Dated, Law, Version
from shared.schema.roster import Grade, RollMode


class PeriodRoll(Version):
    """In these grades, and wherever teaching is departmentalized, pupils who change rooms are marked anew."""

    period_grades: tuple[Grade, ...]


class RollTakingLaw(Law):
    """How often the roll is taken; of a nonpublic school once a day, from a day of its own (rule NY-5)."""

    new_york: Dated[PeriodRoll]
    new_york_nonpublic: Dated[Version]


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


def required_mode(pupil: PupilsSchedule, on: date, law: RollTakingLaw) -> RequiredMode | None:
    """The least that the rule asks for; None before it was in force."""
    if not law.new_york.reaches_back_to(on):
        return None
    if pupil.nonpublic and law.new_york_nonpublic.reaches_back_to(on):
        once = law.new_york_nonpublic.in_force(on)
        return RequiredMode(RollMode.DAILY, "a nonpublic school takes it once a school day", once.cite)
    rule = law.new_york.in_force(on)
    by_period = pupil.departmentalized or pupil.grade in rule.period_grades
    who = f"grade {pupil.grade}, {'departmentalized' if pupil.departmentalized else 'not departmentalized'}"
    if by_period and pupil.changes_classrooms:
        return RequiredMode(RollMode.EVERY_PERIOD, f"{who}, changing classrooms each period", rule.cite)
    if pupil.dismissed_for_lunch:
        return RequiredMode(RollMode.TWICE_DAILY, f"{who}, leaving the school grounds at lunch", rule.cite)
    return RequiredMode(RollMode.DAILY, f"{who}, at school over lunch", rule.cite)


def suffices(mode: RollMode, required: RollMode) -> bool:
    """Whether a school that takes the roll so takes it at least as often as it must."""
    return HOW_OFTEN[mode] >= HOW_OFTEN[required]
