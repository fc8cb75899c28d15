"""Texas: what the state's year asks for and rolls do not say. A row is named by its ids; a later one takes its place.

Percentages are exact text: "95.4".
"""

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import Code, Day, Minutes, SchoolYear, Span

PercentText = Annotated[str, StringConstraints(pattern=r"^(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)$")]
People = Annotated[int, Field(ge=0, le=10_000_000)]


class FlexibleMinutes(Schema):
    """Minutes of instruction that a student of flexible attendance (code 7 or 8) attended on a day (TX-23)."""

    school_id: Id
    student_id: Id
    on: Day
    minutes: Minutes
    program: Literal["1", "2"] | None = Field(
        default=None,
        description="Table C177: 1 optional flexible school day, 2 high school equivalency; asked for in hand-offs.",
    )


class WaivedDay(Schema):
    """A day that the state lets a campus leave out for low attendance (TX-25): of every track, on both sides of ADA."""

    school_id: Id
    school_year: SchoolYear
    on: Day
    granted: bool = Field(default=True, description="false takes a grant back.")
    document: ShortText = Field(description="The reference of the state's approval, kept on file.")
    beyond_the_most: ShortText | None = Field(
        default=None, description="Where the commissioner allows more days than the law does: the reference of that."
    )


class ProgramEnrollment(Span):
    """A student served in an instructional setting that earns contact hours (TX-22), as the law report names it."""

    school_id: Id
    student_id: Id
    setting: ShortText

    @model_validator(mode="after")
    def _lasts_a_day(self) -> Self:
        if self.ends_before == self.begins_on:
            raise ValueError("a program enrollment lasts a day or more")
        return self


class YearFigures(Schema):
    """What a school (null: the district) reports of a year and no roll says. Null is unknown, never zero."""

    school_id: Id | None = None
    school_year: SchoolYear
    migrant_certificates: People | None = Field(default=None, description="Holders of certificates (TX-21).")
    enrolled: People | None = Field(default=None, description="The enrollment that their share is of.")
    prior_year_percent: PercentText | None = Field(default=None, description="Attendance of the year before (TX-25).")
    target_percent: PercentText | None = Field(default=None, description="Attendance of 2019-20 (TX-27).")

    @model_validator(mode="after")
    def _holders_are_enrolled(self) -> Self:
        if self.migrant_certificates is not None and self.migrant_certificates > (self.enrolled or 0):
            raise ValueError("holders of certificates are among the enrolled: give both")
        return self


class OffCampusCode(Span):
    """Which of the law's grounds (TX-14) a code is for that counts as present at the official roll without being there.

    The law report names the grounds, under counted_present_off_campus."""

    code: Code
    ground: ShortText


class HandOffCode(Schema):
    """The state's code of regular attendance in 42400 (element E1085, table C188), from a school year on."""

    school_year: SchoolYear
    attendance_event_indicator: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")]


class CampusNumber(Schema):
    """How the state calls a campus (element E0782), where the SIS has another id for it."""

    school_id: Id
    campus_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]


class UniqueStudentId(Schema):
    """How the state calls a student (element E1523), where the SIS has another id for her."""

    school_id: Id
    student_id: Id
    unique_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]


RowT = TypeVar("RowT", bound=Schema)


class TexasRows(Schema, Generic[RowT]):
    """Up to ten thousand rows: all are kept, or none."""

    rows: Annotated[tuple[RowT, ...], Field(min_length=1, max_length=10_000)]


class TexasRowsKept(Schema):
    """How many rows were new or said something else than before; the others stood as they were."""

    kept: int
    unchanged: int
