"""What credit counts for the program: trends of a district, and students by their days. In sixths of a day, exactly.

`attended` and `absent` days had their roll taken, or count so by the district's setting, which the answer names in
`not_taken`; `not_taken` ones are in neither (GEN-6). No name is in any of it.
"""

from datetime import date
from typing import Literal, Self

from pydantic import NonNegativeInt, model_validator

from shared.schema.base import Id, Schema
from shared.schema.not_taken import NotTakenUsed
from shared.schema.roster import Grade

Counts = tuple[NonNegativeInt, ...]


class Series(Schema):
    """Columns of equal length, one number for each week (or weekday). `students` had a day of membership in it."""

    students: Counts
    attended: Counts
    absent: Counts
    not_taken: Counts

    @model_validator(mode="after")
    def _columns_are_equally_long(self) -> Self:
        if len({len(self.students), len(self.attended), len(self.absent), len(self.not_taken)}) != 1:
            raise ValueError("columns of a series are equally long")
        return self

    @classmethod
    def add(cls, parts: "list[Series]") -> "Series":
        """Column by column. Raises ValueError for series of different lengths, or for none."""
        columns = ("students", "attended", "absent", "not_taken")
        return cls(
            **{
                name: tuple(sum(numbers) for numbers in zip(*(getattr(part, name) for part in parts), strict=True))
                for name in columns
            }
        )


class GradeTrend(Schema):
    """One grade of one school: `weeks` and `weekdays` in the order that the answer names them."""

    school_id: Id
    grade: Grade
    weeks: Series
    weekdays: Series


class AttendanceTrends(Schema):
    """A whole district in one answer. `weeks` are named by their Mondays; `weekdays` from 1, Monday."""

    district_id: Id
    begins_on: date
    ends_before: date
    law_digest: str
    followed_through: dict[str, int]
    weeks: tuple[date, ...]
    weekdays: tuple[int, ...]
    rows: tuple[GradeTrend, ...]
    not_taken: tuple[NotTakenUsed, ...] = ()


Standing = Literal["at_the_line", "within_reach", "out_of_reach"]


class NearStudent(Schema):
    """One student and the line. `absences_left`: whole days that she may still miss and end the year at the line.

    None: she cannot end there any more. `fell_on` is the day whose absence took her under it, where she is under.
    `remaining_days` are the calendar's days of instruction that are not counted yet.
    """

    student_id: Id
    grade: Grade
    standing: Standing
    attended: NonNegativeInt
    absent: NonNegativeInt
    not_taken: NonNegativeInt
    remaining_days: NonNegativeInt
    absences_left: NonNegativeInt | None
    fell_on: date | None


class StudentsNearTheLine(Schema):
    """Who may miss at most `absences_left_at_most` more days, and who fell on or after `fell_since`, nearest first.

    The others are only counted: `safe` ones may miss more, `lost` ones fell earlier.
    """

    district_id: Id
    school_id: Id
    line: str
    begins_on: date
    counted_before: date
    year_ends_before: date
    law_digest: str
    followed_through: dict[str, int]
    rows: tuple[NearStudent, ...]
    safe: NonNegativeInt
    lost: NonNegativeInt
    without_a_rate: NonNegativeInt
    not_taken: tuple[NotTakenUsed, ...] = ()


class StudentWindows(Schema):
    """One student's days in each of the windows asked for, in whole sixths: of Illinois's blocks, downward."""

    student_id: Id
    grade: Grade
    attended: Counts
    absent: Counts
    not_taken: Counts


class AttendanceByStudent(Schema):
    """A school's students with a day of membership in any of the windows; grades are the last ones in them."""

    district_id: Id
    school_id: Id
    windows: tuple[tuple[date, date], ...]
    counted_before: date
    law_digest: str
    followed_through: dict[str, int]
    rows: tuple[StudentWindows, ...]
    not_taken: tuple[NotTakenUsed, ...] = ()
