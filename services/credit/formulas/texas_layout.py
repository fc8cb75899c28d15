"""Texas: what the rows of TSDS PEIMS attendance have in common, and the edits that every one of them must pass.

A row is a student on a campus, a track and a grade in one six-weeks (rules TX-29 and TX-30). Each edit says its number,
what is wrong and what to do: no row is handed over that does not pass them all.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

GRADE_LEVELS = {
    "PK": "Prekindergarten", "KG": "Kindergarten", "01": "First grade", "02": "Second grade", "03": "Third grade",
    "04": "Fourth grade", "05": "Fifth grade", "06": "Sixth grade", "07": "Seventh grade", "08": "Eighth grade",
    "09": "Ninth grade", "10": "Tenth grade", "11": "Eleventh grade", "12": "Twelfth grade",
}  # fmt: skip
"""Texas's grade levels (table C050) by Ed-Fi's descriptor. Transitional kindergarten is not one of Texas's."""
PERIODS = range(1, 7)
DAYS_TAUGHT = range(1, 1000)
CAMPUS_DIGITS, STUDENT_DIGITS, TRACK_LENGTH = 9, 10, 60


@dataclass(frozen=True, slots=True)
class Taught:
    """So many days were taught on a campus's track in a reporting period."""

    campus: str
    track: str
    period: int
    days_taught: int


class Reported(Protocol):
    """What every row says of its student and place. `key` is what no other row may have."""

    @property
    def campus(self) -> str: ...
    @property
    def student(self) -> str: ...
    @property
    def track(self) -> str: ...
    @property
    def period(self) -> int: ...
    @property
    def days_taught(self) -> int: ...
    @property
    def grade(self) -> str: ...
    @property
    def key(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row, counted from 0, by which edit, and what to do about it."""

    row: int
    edit: str
    said: str
    remedy: str


def edits_of_every_row(rows: Sequence[Reported], calendar: Collection[Taught]) -> Iterator[Finding]:
    """`calendar`: the reporting periods that are handed over beside the rows."""
    times = Counter(row.key for row in rows)
    known = set(calendar)
    for number, row in enumerate(rows):
        if Taught(row.campus, row.track, row.period, row.days_taught) not in known:
            said = (
                f"the calendar has no period {row.period} of this campus and track with {row.days_taught} days taught"
            )
            yield Finding(number, "42400-0067", said, "correct the calendar, or certify the period anew")
        if times[row.key] > 1:
            said = "another row has the same student, campus, track, period and grade"
            yield Finding(number, "42400-000A", said, "give every student a unique ID of her own")
        yield from (Finding(number, *wrong) for wrong in _elements(row))


def _elements(row: Reported) -> Iterator[tuple[str, str, str]]:
    """The layout's own lengths and code tables (rule TX-29)."""
    if not _digits(row.campus, CAMPUS_DIGITS):
        said = f"E0782 is the state's number of the campus, {CAMPUS_DIGITS} digits"
        yield "rule TX-29", said, "give it with POST /v1/texas/campus-numbers"
    if not _digits(row.student, STUDENT_DIGITS):
        said = f"E1523 is the student's unique state ID, {STUDENT_DIGITS} digits"
        yield "rule TX-29", said, "give it with POST /v1/texas/unique-student-ids"
    if len(row.track) > TRACK_LENGTH:
        yield "rule TX-29", f"E0975 has at most {TRACK_LENGTH} characters", "give the track a shorter id in the SIS"
    if row.period not in PERIODS:
        yield "rule TX-29", "E0934 is 1 to 6", "number the six reporting periods of the year 1 to 6 in the SIS"
    if row.days_taught not in DAYS_TAUGHT:
        yield "rule TX-29", "E0935 is 1 to 999 days", "correct the calendar's days of instruction"
    if row.grade not in GRADE_LEVELS:
        yield "rule TX-29", "E0017 is one of Texas's grade levels (C050)", "correct the enrollment's grade in the SIS"


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdecimal()
