"""How many counselor days a week a school's target-grade enrollment earns. Rule LA-3; pure."""

from services.program.rulebook import CounselorDays
from shared.schema.ruling import Ruling


def counselor_days(enrollment: int, table: CounselorDays) -> Ruling[int]:
    """Days a week for so many students enrolled in the target grade. Raises ValueError below zero students."""
    if enrollment < 0:
        raise ValueError("an enrollment is not negative")
    row = [row for row in table.rows if row.students_at_least <= enrollment][-1]
    because = f"{enrollment} students in the target grade; the row begins at {row.students_at_least}"
    return Ruling("counselor days a week", row.days_a_week, because, table.citation)


def warning_about(enrollment: int) -> str | None:
    """A program school with no target students is a data error, staffed by the table all the same (rule AMB-26)."""
    return "no student is enrolled in the target grade: check the data" if enrollment == 0 else None
