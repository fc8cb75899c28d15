"""Texas: the rows of TSDS PEIMS 42400 BasicReportingPeriodAttendance, and the edits that they must pass.

Beside what every row must be (`texas_layout`), its days must fit into those that were taught (rule TX-30); and a day
whose roll nobody took has no place in the layout, and is never left out in silence.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.credit.day_count import DAY, HALF_DAY
from services.credit.formulas.texas_layout import GRADE_LEVELS, Finding, Taught, edits_of_every_row

COLUMNS = (
    "CAMPUS-ID-OF-ENROLLMENT", "TX-UNIQUE-STUDENT-ID", "ATTENDANCE-EVENT-INDICATOR", "INSTRUCTIONAL-TRACK-INDICATOR",
    "REPORTING-PERIOD-INDICATOR", "NUMBER-DAYS-TAUGHT", "GRADE-LEVEL", "TOTAL-DAYS-ABSENT",
    "TOTAL-INELIGIBLE-DAYS-PRESENT", "TOTAL-ELIGIBLE-DAYS-PRESENT",
)  # fmt: skip


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
        """The grade is last: what is before it is one student on one track in one six-weeks."""
        return self.student, self.campus, self.track, str(self.period), self.grade


def edits(rows: Sequence[Row], calendar: Collection[Taught], *, not_taken_left_out: bool) -> Iterator[Finding]:
    """Every edit that a row does not pass."""
    yield from edits_of_every_row(rows, calendar)
    days = Counter[tuple[str, ...]]()
    for row in {row.key: row for row in rows}.values():
        days[row.key[:-1]] += row.absent + row.ineligible + row.eligible
    for number, row in enumerate(rows):
        if days[row.key[:-1]] > row.days_taught * DAY:
            said = f"in all grades together more days present and absent than the {row.days_taught} taught"
            yield Finding(number, "rule TX-30", said, "correct the student's enrollments: two of them overlap")
        if any(days % HALF_DAY or days < 0 for days in (row.absent, row.ineligible, row.eligible)):
            said = "E0036, E0936 and E0937 are days and halves of days, ###.#"
            yield Finding(number, "rule TX-29", said, "correct the student's ADA eligibility code or minutes")
        if row.not_taken and not not_taken_left_out:
            said = f"the rolls of {written(row.not_taken)} days were not taken, and the layout has no place for them"
            yield Finding(number, "not taken", said, "take them, or say not_taken=leave_out")


def written(sixths: int) -> str:
    """Days as the layout writes them, ###.#: whole halves are exact; the edits refuse all others."""
    return f"{sixths // DAY}.{5 * (sixths % DAY // HALF_DAY)}"


def csv_row(row: Row, event_indicator: str) -> tuple[str, ...]:
    """The row in the order of COLUMNS. `event_indicator` is the state's code (table C188) of regular attendance."""
    return (
        row.campus, row.student, event_indicator, row.track, str(row.period), str(row.days_taught), row.grade,
        written(row.absent), written(row.ineligible), written(row.eligible),
    )  # fmt: skip


def ed_fi_place(campus: str, student: str, track: str, grade: str, school_year: int) -> dict[str, Any]:
    """What a row refers to, in the shapes of Ed-Fi's core (DS 5.0)."""
    return {
        "schoolReference": {"schoolId": int(campus)},
        "studentReference": {"studentUniqueId": student},
        "calendarReference": {"calendarCode": track, "schoolId": int(campus), "schoolYear": school_year},
        "gradeLevelDescriptor": f"uri://ed-fi.org/GradeLevelDescriptor#{GRADE_LEVELS[grade]}",
    }


def ed_fi_row(row: Row, school_year: int, event_indicator: str) -> dict[str, Any]:
    """The row in the shape of an Ed-Fi resource. Its references and descriptor are those of the core (DS 5.0); the
    resource itself is the state's extension, which the core's specification does not have."""
    return ed_fi_place(row.campus, row.student, row.track, row.grade, school_year) | {
        "attendanceEventIndicator": event_indicator,
        "reportingPeriod": row.period,
        "numberDaysTaught": row.days_taught,
        "totalDaysAbsent": row.absent / DAY,
        "totalIneligibleDaysPresent": row.ineligible / DAY,
        "totalEligibleDaysPresent": row.eligible / DAY,
    }
