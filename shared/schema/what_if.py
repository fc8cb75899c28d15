"""What if: the same rolls read otherwise, beside what they come to as they are. Days and ADA are exact text."""

from datetime import date

from shared.schema.base import Id, Schema
from shared.schema.credit import DayTotals
from shared.schema.not_taken import NotTakenUsed


class Figures(Schema):
    """One column: the days, and the ADA that they make, published and exact; null where `not_computable` says why."""

    totals: DayTotals
    ada: str | None
    ada_exact: str | None
    ada_kind: str
    not_computable: str | None = None


class Difference(Schema):
    """The other reading less the rolls as they are: "-0.5" is half a day fewer. Null where a side is not computable."""

    totals: DayTotals
    ada: str | None
    ada_exact: str | None


class ReadOtherwise(Schema):
    """A school (null: all of the jurisdiction's) in one reporting period, or (period null) in the whole year."""

    school_id: Id | None
    jurisdiction: str
    period: int | None
    begins_on: date
    ends_before: date
    as_is: Figures
    what_if: Figures
    difference: Difference


class LineReadOtherwise(Schema):
    """How many of a school's students attend at a line or higher, in both readings; who has no rate is beside them."""

    school_id: Id
    students: int
    line: str
    at_or_above: int
    without_a_rate: int
    what_if_line: str
    what_if_at_or_above: int
    what_if_without_a_rate: int
    difference: int


class CaseReadOtherwise(Schema):
    """Student-days that count otherwise, because of what."""

    student_days: int
    jurisdiction: str
    as_is: DayTotals
    because: str
    what_if: DayTotals
    what_if_because: str
    what_if_citation: str


class WhatIf(Schema):
    """`changed` names everything that was read otherwise; what it does not name is the same in both columns.

    `not_taken`: what the first column makes of days that nobody took.
    """

    district_id: Id
    school_year: int
    through: date | None
    changed: tuple[str, ...]
    law_digest: str
    followed_through: dict[str, int]
    rows: tuple[ReadOtherwise, ...]
    lines: tuple[LineReadOtherwise, ...]
    cases: tuple[CaseReadOtherwise, ...]
    not_taken: tuple[NotTakenUsed, ...]
