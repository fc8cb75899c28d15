"""Texas: the rows of FlexibleRegularProgramReportingPeriodAttendance (record 500 before), and their edits.

A row is a student of flexible attendance in one program, with her eligible and ineligible minutes of the six-weeks
(rule TX-23): whole minutes, of days long enough to earn any. Who earned none has no row.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from services.credit.formulas.texas_42400 import ed_fi_place
from services.credit.formulas.texas_layout import Finding, Taught, edits_of_every_row
from services.credit.formulas.texas_year import FlexibleAttendance

COLUMNS = (
    "CAMPUS-ID-OF-ENROLLMENT", "TX-UNIQUE-STUDENT-ID", "INSTRUCTIONAL-TRACK-INDICATOR", "REPORTING-PERIOD-INDICATOR",
    "NUMBER-DAYS-TAUGHT", "GRADE-LEVEL", "FLEXIBLE-ATTENDANCE-PROGRAM-TYPE",
    "FLEX-ATTEND-TOTAL-ELIGIBLE-MINUTES-PRESENT", "FLEX-ATTEND-TOTAL-INELIGIBLE-MINUTES-PRESENT",
)  # fmt: skip
PROGRAMS = ("1", "2")
"""Table C177: the optional flexible school day program, and the high school equivalency program. Its third, credit
recovery, is reported for the extended year alone, which has no six-weeks."""
MOST_MINUTES = 99_999


@dataclass(frozen=True, slots=True)
class FlexibleRow:
    """`program` is empty where nobody said it; `unknown`: no minutes of hers are on record in the six-weeks."""

    campus: str
    student: str
    track: str
    period: int
    days_taught: int
    grade: str
    program: str
    eligible: int
    ineligible: int
    unknown: bool = False

    @property
    def key(self) -> tuple[str, ...]:
        return self.student, self.campus, self.track, str(self.period), self.grade, self.program


def edits(rows: Sequence[FlexibleRow], calendar: Collection[Taught], rule: FlexibleAttendance) -> Iterator[Finding]:
    """Every edit that a row does not pass."""
    yield from edits_of_every_row(rows, calendar)
    for number, row in enumerate(rows):
        give = "give them with POST /v1/texas/flexible-minutes; zero minutes are a row as well"
        if row.unknown:
            yield Finding(number, "rule TX-23", "no minutes of the student are on record in this six-weeks", give)
            continue
        if row.program not in PROGRAMS:
            said = f"E1045 is the student's program, {' or '.join(PROGRAMS)} (C177)"
            yield Finding(number, "rule TX-29", said, "send her minutes again with their program")
        if not rule.earns_minutes.is_met_by(row.eligible + row.ineligible):
            said = f"E1046 and E1047 are together {rule.earns_minutes} of a six-weeks"
            yield Finding(number, "rule TX-23", said, "correct her minutes")
        if max(row.eligible, row.ineligible) > MOST_MINUTES or min(row.eligible, row.ineligible) < 0:
            yield Finding(number, "rule TX-29", "E1046 and E1047 have five digits", "correct her minutes")


def csv_row(row: FlexibleRow) -> tuple[str, ...]:
    """The row in the order of COLUMNS."""
    return (
        row.campus, row.student, row.track, str(row.period), str(row.days_taught), row.grade, row.program,
        str(row.eligible), str(row.ineligible),
    )  # fmt: skip


def ed_fi_row(row: FlexibleRow, school_year: int) -> dict[str, Any]:
    """In the shape of an Ed-Fi resource: the state's extension of the core, under its elements' names."""
    return ed_fi_place(row.campus, row.student, row.track, row.grade, school_year) | {
        "reportingPeriod": row.period,
        "numberDaysTaught": row.days_taught,
        "flexAttendanceProgram": row.program,
        "flexAttendTotalEligibleMinutesPresent": row.eligible,
        "flexAttendTotalIneligibleMinutesPresent": row.ineligible,
    }
