"""New York: may a pupil be refused credit for a course, under the policy that the district's board adopted?

8 NYCRR §104.1(i)(2)(v). A policy is the board's, dated like law, and one for everybody at a level (rule NY-9): nothing
in it can name a pupil. A denial without the notice and the intervention that the regulation asks for is blocked.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Literal, Protocol, Self, TypeVar

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from services.credit.averaging import round_half_up
from services.credit.rulebook import Percent, Share, Threshold
from shared.schema.law import CannotRule, Dated, Law, Version
from shared.schema.ruling import Ruling


class Adopted(Protocol):
    """What a board's policy is found by: its level, the grades that it is for, and the day on which it begins."""

    @property
    def level(self) -> str: ...
    @property
    def grades(self) -> tuple[str, ...]: ...
    @property
    def begins_on(self) -> date: ...


AdoptedT = TypeVar("AdoptedT", bound=Adopted)


def in_force_for(grade: str, policies: Iterable[AdoptedT], on: date) -> AdoptedT | None:
    """The policy for a grade on a day. Of a level only the latest is in force, whatever grades an earlier one had."""
    latest: dict[str, AdoptedT] = {}
    for policy in sorted(policies, key=lambda policy: policy.begins_on):
        if policy.begins_on <= on:
            latest[policy.level] = policy
    return next((policy for policy in latest.values() if grade in policy.grades), None)


def grades_of_two_levels(new: Adopted, policies: Iterable[Adopted]) -> tuple[str, ...]:
    """Grades for which another level has a policy on some day from the new one's first on (rule NY-9)."""
    others = [policy for policy in policies if policy.level != new.level]
    days = [new.begins_on, *(policy.begins_on for policy in others if policy.begins_on > new.begins_on)]
    return tuple(grade for grade in new.grades if any(in_force_for(grade, others, on) is not None for on in days))


class CourseLength(StrEnum):
    FULL_YEAR = "full year"
    SEMESTER = "semester"


class AbsenceLimit(Law):
    """What loses credit, with the policy's own comparison: "more than 24", or "may not be absent for 15" (AMB-13)."""

    more_than_absences: NonNegativeInt | None = None
    at_least_absences: PositiveInt | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.more_than_absences is None) == (self.at_least_absences is None):
            raise ValueError("a limit is either more_than_absences or at_least_absences")
        return self

    @property
    def most_allowed(self) -> int:
        if self.at_least_absences is not None:
            return self.at_least_absences - 1
        return self.more_than_absences or 0

    def __str__(self) -> str:
        if self.at_least_absences is not None:
            return f"{self.at_least_absences} absences lose credit"
        return f"more than {self.more_than_absences} absences lose credit"


class LadderStep(Law):
    """What the school does from so many absences on, or from a percentage of the meetings so far, to the nearest."""

    action: str
    from_absences: PositiveInt | None = None
    from_percent: Percent | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.from_absences is None) == (self.from_percent is None):
            raise ValueError("a step is either from_absences or from_percent")
        return self

    def begins_at(self, meetings_so_far: int) -> int:
        """The absences that reach this step: at least one, however few the meetings."""
        if self.from_absences is not None:
            return self.from_absences
        return max(1, int(round_half_up(Fraction(self.from_percent or 0) * meetings_so_far / 100, 0)))


class CoursePolicy(Version):
    """A board's policy for a level. Explicit numbers win over the percentage (AMB-14)."""

    district: str
    level: Literal["elementary", "middle", "high"]
    limits: dict[CourseLength, AbsenceLimit] = Field(default_factory=dict)
    attendance: Share | None = None
    excused_and_made_up_is_not_counted: bool = False
    tardies_that_make_an_absence: PositiveInt | None = None
    missing_a_single_period: Threshold | None = None
    missing_a_double_period: Threshold | None = None
    ladder: dict[CourseLength, tuple[LadderStep, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _sets_a_standard(self) -> Self:
        if self.attendance is None and set(self.limits) != set(CourseLength):
            raise ValueError("a policy has a share of attendance, or a limit for each length of course")
        return self

    def most_allowed(self, length: CourseLength, meetings: int) -> tuple[int, str]:
        """The most absences that keep credit in a course of so many meetings, and the rule that says so."""
        if length in self.limits:
            return self.limits[length].most_allowed, str(self.limits[length])
        if self.attendance is None:
            raise CannotRule("the policy sets no standard for this length of course")
        exact = self.attendance.percent * meetings / 100
        fewest = math.ceil(exact) if self.attendance.at_least_percent is not None else math.floor(exact) + 1
        return meetings - fewest, f"credit takes {self.attendance} of {meetings} meetings"

    def is_absence(self, minutes_missed: int, double: bool = False) -> bool:
        """Whether missing so many minutes of a meeting is an absence from it; a policy that is silent says no."""
        threshold = self.missing_a_double_period if double else self.missing_a_single_period
        return threshold is not None and threshold.is_met_by(minutes_missed)


class CoursePolicies(Law):
    """One level's policy in a district, as it changed."""

    policy: Dated[CoursePolicy]


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """A pupil's attendance in one course. A school activity is presence; rolls not taken are in no count but their own.

    `excused_made_up` are excused absences whose assigned make-up work is done; `excused` those still without it.
    """

    length: CourseLength
    meetings: int
    meetings_so_far: int
    unexcused: int
    excused: int = 0
    excused_made_up: int = 0
    tardies: int = 0
    not_taken: int = 0


@dataclass(frozen=True, slots=True)
class Safeguards:
    """What is on file, by the day it was done; None when it is not."""

    parents_notified_on: date | None = None
    intervention_on: date | None = None


class CreditOutcome(StrEnum):
    ELIGIBLE = "eligible"
    DENIED = "denied"
    DENIAL_BLOCKED = "denial blocked"
    NOT_COMPUTABLE = "not computable"


@dataclass(frozen=True, slots=True)
class CreditStanding:
    """Where a pupil stands: `can_still_miss` meetings, the ladder's steps reached, and what a denial still lacks."""

    outcome: CreditOutcome
    counted_absences: int
    can_still_miss: int
    actions_due: tuple[str, ...]
    missing: tuple[str, ...] = ()


def count_absences(record: CourseRecord, policy: CoursePolicy) -> Ruling[int]:
    """Absences that count for credit: all, unless the board opted to leave out the excused and made up (rule NY-8)."""
    tardy = record.tardies // policy.tardies_that_make_an_absence if policy.tardies_that_make_an_absence else 0
    forgiven = record.excused_made_up if policy.excused_and_made_up_is_not_counted else 0
    counted = record.unexcused + record.excused + record.excused_made_up - forgiven + tardy
    because = (
        f"{counted - tardy} absences, {forgiven} excused and made up left out, {tardy} for {record.tardies} tardies"
    )
    return Ruling("counted absences", counted, because, policy.citation)


def actions_due(counted: int, record: CourseRecord, policy: CoursePolicy) -> tuple[str, ...]:
    steps = policy.ladder.get(record.length, ())
    return tuple(step.action for step in steps if counted >= step.begins_at(record.meetings_so_far))


def rule_credit(
    record: CourseRecord, policy: CoursePolicy, safeguards: Safeguards, decided_on: date, regulation: Version
) -> Ruling[CreditStanding]:
    """Whether a pupil stays eligible for course credit, as of `decided_on`."""
    absences = count_absences(record, policy)
    counted = absences.value
    due = actions_due(counted, record, policy)
    if record.meetings == 0:
        unknown = CreditStanding(CreditOutcome.NOT_COMPUTABLE, counted, 0, due)
        return Ruling("course credit", unknown, "the course has no scheduled meetings", policy.citation, (absences,))

    most, test = policy.most_allowed(record.length, record.meetings)
    said = f"{counted} counted absences, {record.not_taken} rolls not taken; {test}"
    if counted <= most:
        standing = CreditStanding(CreditOutcome.ELIGIBLE, counted, most - counted, due)
        return Ruling("course credit", standing, said, policy.citation, (absences,))

    missing = denial_lacks(safeguards, decided_on)
    if missing:
        standing = CreditStanding(CreditOutcome.DENIAL_BLOCKED, counted, 0, due, missing)
        because = f"{said}; denial blocked, for it lacks {' and '.join(missing)} before {decided_on}"
        return Ruling("course credit", standing, because, regulation.citation, (absences,))
    standing = CreditStanding(CreditOutcome.DENIED, counted, 0, due)
    return Ruling("course credit", standing, said, policy.citation, (absences,))


def denial_lacks(safeguards: Safeguards, decided_on: date) -> tuple[str, ...]:
    """Of the notice and the intervention, which do not lie before the day of the decision (rule NY-8)."""
    steps = {
        "a notice to the parents": safeguards.parents_notified_on,
        "a specific intervention": safeguards.intervention_on,
    }
    return tuple(name for name, done_on in steps.items() if done_on is None or done_on >= decided_on)
