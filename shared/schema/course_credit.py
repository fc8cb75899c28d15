"""New York: a board's policy of attendance for course credit, what was done before a denial, and where pupils stand."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.schema.base import Id, LongText, Schema, ShortText
from shared.schema.roster import Code, Day, Grade

Level = Literal["elementary", "middle", "high"]
Length = Literal["full year", "semester"]
Count = Annotated[int, Field(ge=1, le=1000)]
Texts = Annotated[tuple[LongText, ...], Field(min_length=1, max_length=50)]


class CreditLimit(Schema):
    """What loses credit, in the policy's own comparison (AMB-13)."""

    more_than_absences: Annotated[int, Field(ge=0, le=1000)] | None = None
    at_least_absences: Count | None = None


class CreditStep(Schema):
    action: ShortText
    from_absences: Count | None = None
    from_percent: Annotated[int, Field(ge=1, le=100)] | None = None


class PolicyCode(Schema):
    """A code of the policy's coding system, as the board adopted it."""

    code: Code
    definition: LongText
    excused: bool


class CourseCreditPolicy(Schema):
    """A board's policy for a level (NY-6 to NY-9): never for a pupil, and never rewritten: another begins another day.

    `notice` and `interventions` describe what comes before a denial. A section that meets `full_year_from_meetings`
    times or more is a course of a full year, any other one of a semester.
    """

    level: Level
    grades: Annotated[tuple[Grade, ...], Field(min_length=1, max_length=15)]
    begins_on: Day
    cite: ShortText
    adopted_on: Day
    hearings_on: Annotated[tuple[Day, ...], Field(min_length=1, max_length=20)]
    objectives: Texts
    strategies: Texts
    codes: Annotated[tuple[PolicyCode, ...], Field(min_length=1, max_length=100)]
    notice: LongText
    interventions: Texts
    at_least_percent: Annotated[int, Field(ge=1, le=100)] | None = None
    limits: dict[Length, CreditLimit] = Field(default_factory=dict)
    excused_and_made_up_is_not_counted: bool = False
    tardies_that_make_an_absence: Count | None = None
    missing_a_single_period_more_than_minutes: Count | None = None
    missing_a_double_period_more_than_minutes: Count | None = None
    ladder: dict[Length, Annotated[tuple[CreditStep, ...], Field(max_length=20)]] = Field(default_factory=dict)
    full_year_from_meetings: Count = 120

    @model_validator(mode="after")
    def _adopted_after_a_hearing(self) -> Self:
        if min(self.hearings_on) > self.adopted_on or self.adopted_on > self.begins_on:
            raise ValueError("a policy is heard, then adopted, and then begins")
        return self


class CourseCreditAction(Schema):
    """Something that was done for a pupil in a course: a notice, an intervention, or made-up work for an absence."""

    action_id: UUID
    student_id: Id
    section_id: Id
    kind: Literal["notice", "intervention", "make_up"]
    done_on: Day
    absence_on: Day | None = Field(default=None, description="The absence whose assigned work was made up.")
    said: ShortText = Field(description="What was done. Do not write names.")
    document: ShortText = Field(description="The reference of the document kept on file.")

    @model_validator(mode="after")
    def _made_up_work_is_for_an_absence(self) -> Self:
        if (self.kind == "make_up") != (self.absence_on is not None):
            raise ValueError("made-up work, and nothing else, names its absence")
        return self


class KeptCourseCreditAction(Schema):
    """An action with its trail: when it was recorded, and by whom."""

    action: CourseCreditAction
    recorded_at: datetime
    recorded_by: str


class CourseStanding(Schema):
    """Where a pupil stands in one course. Meetings whose roll was not taken are in no other count.

    `missing`: what must be on file before credit may be denied. `because` says how it was counted, `citation` whose
    rule decided.
    """

    school_id: Id
    section_id: Id
    student_id: Id
    outcome: Literal["eligible", "denied", "denial blocked", "not computable"]
    length: Length | None
    meetings: int
    meetings_so_far: int
    unexcused: int
    excused: int
    excused_made_up: int
    tardies: int
    not_taken: int
    counted_absences: int | None
    can_still_miss: int | None
    actions_due: tuple[str, ...]
    missing: tuple[str, ...]
    because: str
    citation: str | None
    explanation: tuple[str, ...]


class CourseStandings(Schema):
    district_id: Id
    decided_on: Day
    followed_through: dict[str, int]
    rows: tuple[CourseStanding, ...]
