"""Statements: a frozen count, what it rests on, and how it compares with what is counted now.

The document is canonical JSON (RFC 8785) of `Statement`; its digest is the SHA-256 (hex) of exactly those bytes. It
names neither its id nor who certified it and when: the same inputs make the same bytes. Days are whole SIXTHS of a day.
"""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from shared.schema.base import Id, Schema, ShortText
from shared.schema.not_taken import NotTakenUsed
from shared.schema.roster import Code, Day, Grade, SchoolYear

PeriodNumber = Annotated[int, Field(ge=1, le=40)]


class StatementRequest(Schema):
    """A statement to be certified; the caller names it, and may send the same again.

    `school_id` null is every school of the district, `period` null the whole school year. Without `through`, the last
    day that counts, the time must be over. `supersedes` names the standing statement of the same, and `reason` why.
    """

    statement_id: Id
    school_id: Id | None = None
    school_year: SchoolYear
    period: PeriodNumber | None = None
    through: Day | None = None
    supersedes: Id | None = None
    reason: ShortText | None = None

    @model_validator(mode="after")
    def _superseding_has_a_reason(self) -> Self:
        if (self.supersedes is None) != (self.reason is None):
            raise ValueError("a statement that supersedes another says why, and no other does")
        return self


class StreamPosition(Schema):
    """The last entry of a stream that was counted, by its place and by the hash of the chain there (hex)."""

    stream: str
    sequence: int
    hash: str


class LawUsed(Schema):
    """A law file by name, and its SHA-256 (hex)."""

    law: str
    digest: str


class Sixths(Schema):
    """Days in whole sixths: membership = absent + eligible + ineligible + not_taken (rules TX-15 and GEN-6).

    Of an Illinois block, which is a proportion of a day (rule IL-4), each part is rounded down; ADA is exact beside it.
    """

    membership: int
    absent: int
    eligible: int
    ineligible: int
    not_taken: int


class CountedTrack(Schema):
    """A reporting period of a track, as far as it was counted: `ends_before` is the first day that was not."""

    school_id: Id
    period: int
    track_id: Id
    begins_on: date
    ends_before: date
    days_taught: int


class CountedSchool(Schema):
    """A school in a reporting period: its days, and the ADA exactly ("33/10") and as published; both as text."""

    school_id: Id
    period: int
    jurisdiction: str
    students: int
    days: Sixths
    ada_exact: str | None
    ada: str | None


class CountedStudent(Schema):
    """A student in a reporting period, on one track and in one grade."""

    school_id: Id
    period: int
    track_id: Id
    grade: Grade
    student_id: Id
    days: Sixths


class Statement(Schema):
    """The frozen count. `law` has the files that it was counted by, `streams` how far each stream was counted, and
    `not_taken` what was made of days whose roll nobody took, as the district had set it."""

    form: Literal["rollbook statement 1"] = "rollbook statement 1"
    district_id: Id
    school_id: Id | None
    school_year: int
    period: int | None
    through: date
    streams: tuple[StreamPosition, ...]
    law: tuple[LawUsed, ...]
    schools: tuple[CountedSchool, ...]
    tracks: tuple[CountedTrack, ...]
    students: tuple[CountedStudent, ...]
    not_taken: tuple[NotTakenUsed, ...] = ()


class StatementLock(Schema):
    """The days of a school that the statement locks in roll; `locked_at` is null until roll has confirmed it.

    `released_at` and `released_by`: the district office has opened the days again, as somebody else approved.
    """

    school_id: Id
    begins_on: date
    ends_before: date
    locked_at: datetime | None
    sequence: int | None
    released_at: datetime | None
    released_by: str | None


class CertifiedStatement(Schema):
    """A statement as it is kept, beside its bytes. `edition` counts the statements of one school, year and period.

    `count_digest` leaves the streams' places out: it is that of another statement that counted the same.
    """

    statement_id: Id
    school_id: Id | None
    school_year: int
    period: int | None
    through: date
    edition: int
    supersedes: Id | None
    reason: str | None
    superseded_by: Id | None
    certified_at: datetime
    certified_by: str
    digest: str
    count_digest: str
    locks: tuple[StatementLock, ...]


class Statements(Schema):
    statements: tuple[CertifiedStatement, ...]


class EntrySince(Schema):
    """An entry that came after the statement, and may explain the change of so many `students`: they name it.

    `reason` is why, where the entry says so, and `approved` who agreed to it, by which entry, and why. Of the students
    who changed, `marks` has how a roll marks them, and `rows` what the SIS sent of them or of everybody, as it was
    sent: the first twenty, and how many more there are.
    """

    stream: str
    sequence: int
    hash: str
    kind: str
    at: datetime
    by: str
    role: str
    on: date | None
    said: str
    reason: str | None
    approved: tuple[str, ...]
    students: int
    marks: dict[Id, Code]
    rows: tuple[dict[str, Any], ...]
    rows_left_out: int


class Account(Schema):
    """Students of a school of whom the same entries speak, and what their days came to since: now less then, in
    sixths. All accounts together are the whole difference. Without entries none speaks of them: the law has changed,
    or what is told `besides` has moved their days."""

    school_id: Id
    entries: tuple[int, ...]
    district_entries: tuple[int, ...]
    students: int
    difference: Sixths


class StudentChange(Schema):
    """What a student came to then and comes to now (null: nothing), and the entries of her school's stream and of the
    district's since then that speak of her, or of everybody."""

    school_id: Id
    period: int
    track_id: Id
    grade: Grade
    student_id: Id
    then: Sixths | None
    now: Sixths | None
    entries: tuple[int, ...]
    district_entries: tuple[int, ...]


class SchoolChange(Schema):
    school_id: Id
    period: int
    then: CountedSchool | None
    now: CountedSchool | None


class Comparison(Schema):
    """What has changed since a statement. `followed_through` says how far "now" has been counted.

    `entries_unknown` says why the entries cannot be told now; the days are then told without them. `cannot_be_counted`
    says of days that are not counted at present why they cannot be. `besides` is what the district set or gave
    since then beside the streams, and what may have moved days without an entry.
    """

    statement_id: Id
    digest: str
    followed_through: dict[str, int]
    unchanged: bool
    law_then: tuple[LawUsed, ...]
    law_now: tuple[LawUsed, ...]
    schools: tuple[SchoolChange, ...]
    accounts: tuple[Account, ...]
    students: tuple[StudentChange, ...]
    entries: tuple[EntrySince, ...]
    entries_unknown: str | None
    cannot_be_counted: tuple[str, ...]
    besides: tuple[str, ...] = ()
