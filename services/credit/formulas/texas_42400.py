"""Texas: the rows of TSDS PEIMS 42400 BasicReportingPeriodAttendance, and the edits that they must pass.

A row is a student on a campus, a track and a grade in one six-weeks (rule TX-29). The edits are those of rule TX-30,
the layout's own, and ours: a day whose roll nobody took has no place in the layout, and is never left out in silence.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.credit.day_count import DAY, HALF_DAY

COLUMNS = (
    "CAMPUS-ID-OF-ENROLLMENT", "TX-UNIQUE-STUDENT-ID", "ATTENDANCE-EVENT-INDICATOR", "INSTRUCTIONAL-TRACK-INDICATOR",
    "REPORTING-PERIOD-INDICATOR", "NUMBER-DAYS-TAUGHT", "GRADE-LEVEL", "TOTAL-DAYS-ABSENT",
    "TOTAL-INELIGIBLE-DAYS-PRESENT", "TOTAL-ELIGIBLE-DAYS-PRESENT",
)  # fmt: skip
GRADE_LEVELS = {
    "PK": "Prekindergarten", "KG": "Kindergarten", "01": "First grade", "02": "Second grade", "03": "Third grade",
    "04": "Fourth grade", "05": "Fifth grade", "06": "Sixth grade", "07": "Seventh grade", "08": "Eighth grade",
    "09": "Ninth grade", "10": "Tenth grade", "11": "Eleventh grade", "12": "Twelfth grade",
}  # fmt: skip
"""Texas's grade levels by Ed-Fi's descriptor. Transitional kindergarten is not one of Texas's."""
PERIODS = range(1, 7)
MOST_DAYS = 999


@dataclass(frozen=True, slots=True)
class Taught:
    """So many days were taught on a campus's track in a reporting period."""

    campus: str
    track: str
    period: int
    days_taught: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row of 42400. Days are in sixths; `not_taken` are those that the row cannot say."""

    campus: str
    student: str
    track: str
    period: int
    days_taught: int
    grade: str
    absent: int
    ineligible: int
    eligible: int
    not_taken: int

    @property
    def key(self) -> tuple[str, ...]:
        return self.student, self.campus, self.track, str(self.period), self.grade


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row, counted from 0, and by which edit."""

    row: int
    edit: str
    said: str


def edits(rows: Sequence[Row], calendar: Collection[Taught], *, not_taken_left_out: bool) -> Iterator[Finding]:
    """Every edit that a row does not pass. `calendar`: the reporting periods that are handed over beside the rows."""
    times = Counter(row.key for row in rows)
    known = set(calendar)
    for number, row in enumerate(rows):
        if Taught(row.campus, row.track, row.period, row.days_taught) not in known:
            yield Finding(number, "42400-0067", f"the calendar has no such period with {row.days_taught} days taught")
        if times[row.key] > 1:
            yield Finding(number, "42400-000A", "another row has the same student, campus, track, period and grade")
        if row.absent + row.ineligible + row.eligible > row.days_taught * DAY:
            yield Finding(number, "rule TX-30", f"more days present and absent than the {row.days_taught} taught")
        if row.period not in PERIODS or row.days_taught > MOST_DAYS:
            yield Finding(number, "rule TX-29", "a reporting period is 1 to 6, its days taught have three digits")
        if row.grade not in GRADE_LEVELS:
            yield Finding(number, "rule TX-29", "the grade is none of Texas's grade levels")
        if any(days % HALF_DAY for days in (row.absent, row.ineligible, row.eligible)):
            yield Finding(number, "rule TX-29", "days that are no whole halves cannot be written as ###.#")
        if row.not_taken and not not_taken_left_out:
            yield Finding(number, "not taken", f"{written(row.not_taken)} days, whose roll nobody took, have no place")


def written(sixths: int) -> str:
    """Days as the layout writes them, ###.#: whole halves are exact; the edits refuse all others."""
    return f"{sixths // DAY}.{5 * (sixths % DAY // HALF_DAY)}"


def csv_row(row: Row, event_indicator: str) -> tuple[str, ...]:
    """The row in the order of COLUMNS. `event_indicator` is the state's code (table C188) of regular attendance."""
    return (
        row.campus, row.student, event_indicator, row.track, str(row.period), str(row.days_taught), row.grade,
        written(row.absent), written(row.ineligible), written(row.eligible),
    )  # fmt: skip


def ed_fi_row(row: Row, school_year: int, event_indicator: str) -> dict[str, Any]:
    """The row in the shape of an Ed-Fi resource. Its references and descriptor are those of the core (DS 5.0); the
    resource itself is the state's extension, which the core's specification does not have."""
    return {
        "schoolReference": {"schoolId": int(row.campus)},
        "studentReference": {"studentUniqueId": row.student},
        "calendarReference": {"calendarCode": row.track, "schoolId": int(row.campus), "schoolYear": school_year},
        "gradeLevelDescriptor": f"uri://ed-fi.org/GradeLevelDescriptor#{GRADE_LEVELS[row.grade]}",
        "attendanceEventIndicator": event_indicator,
        "reportingPeriod": row.period,
        "numberDaysTaught": row.days_taught,
        "totalDaysAbsent": row.absent / DAY,
        "totalIneligibleDaysPresent": row.ineligible / DAY,
        "totalEligibleDaysPresent": row.eligible / DAY,
    }
