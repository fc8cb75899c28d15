"""A register as CSV (RFC 4180, UTF-8): a row for each mark, and for each day without any. Pure."""

import csv
import io
from collections.abc import Iterator

from shared.schema.reading import Register, RegisterDay, RegisterEnrollment, RegisterMark

COLUMNS = (
    "student_id", "family_name", "given_name", "birth_date", "parents", "phones", "address", "school_id", "school_name",
    "grade", "entry_date", "withdrawal_date", "on", "instructional", "closed", "cause", "section_id", "period_id",
    "code", "presence", "excused", "arrived_at", "left_at", "set_aside", "roll",
)  # fmt: skip


def register_csv(register: Register) -> str:
    """`roll` is taken, not taken, or empty where none was due. Who was never enrolled has one row."""
    page = io.StringIO()
    writer = csv.DictWriter(page, COLUMNS)
    writer.writeheader()
    person = {
        "student_id": register.student_id,
        "family_name": register.family_name,
        "given_name": register.given_name,
        "birth_date": register.birth_date,
        "parents": "; ".join(guardian.name for guardian in register.guardians),
        "phones": "; ".join(phone for guardian in register.guardians for phone in guardian.phones),
        "address": register.address,
    }
    for row in _rows(register) if register.enrollments else ({},):
        writer.writerow({column: _cell(value) for column, value in (person | row).items()})
    return page.getvalue()


def _rows(register: Register) -> Iterator[dict[str, object]]:
    for enrollment in register.enrollments:
        membership = enrollment.model_dump()
        days = [day for day in register.days if _within(day, enrollment)]
        if not days:
            yield membership
        for day in days:
            facts = membership | day.model_dump(exclude={"marks"})
            for mark in day.marks or (None,):
                yield facts | _mark(mark)


def _within(day: RegisterDay, enrollment: RegisterEnrollment) -> bool:
    ended = enrollment.withdrawal_date is not None and day.on >= enrollment.withdrawal_date
    return day.school_id == enrollment.school_id and enrollment.entry_date <= day.on and not ended


def _mark(mark: RegisterMark | None) -> dict[str, object]:
    if mark is None:
        return {}
    return mark.model_dump(exclude={"begins_at"}) | {"roll": "not taken" if mark.code is None else "taken"}


def _cell(value: object) -> str:
    """A spreadsheet takes a cell that begins so for a formula: an apostrophe tells it that it is text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
