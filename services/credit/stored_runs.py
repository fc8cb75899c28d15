"""Rolls as followed, gathered into runs by the database: a year of them comes in a few hundred rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.credit.roll_runs import RollRun


async def find_runs(
    connection: Any, district_id: str, school_id: str, days: Sequence[date], slots: Sequence[tuple[str, str]]
) -> list[RollRun]:
    """The rolls of those days and (section, period) slots. Ordinals are Python's: 1 is January 1st of year 1."""
    await connection.execute("SET LOCAL enable_sort = off")  # it guesses wrong: hashing is twice as fast
    rows = await connection.fetch(
        "SELECT r.period_id, r.section_id, r.roster, r.codes, "
        "array_agg(r.\"on\" - DATE '0001-01-01' + 1), string_agg(r.marks, ''), "
        "string_agg(array_to_string(r.adjusted, ',') || ';', '') FROM roll r "
        'WHERE r.district_id = $1 AND r.school_id = $2 AND r."on" = ANY ($3) AND r.period_id = ANY ($4) '
        "AND r.section_id || '/' || r.period_id = ANY ($5) "  # hashed; a join was planned as a loop, ten times slower
        "GROUP BY r.period_id, r.section_id, r.roster, r.codes",
        district_id, school_id, days, sorted({period for _, period in slots}),
        [f"{section}/{period}" for section, period in slots],
    )  # fmt: skip
    await connection.execute("SET LOCAL enable_sort = on")
    return [_run(*row) for row in rows]


def _run(period: str, section: str, roster: int, codes: str, on: list[int], marks: str, adjusted: str) -> RollRun:
    """A run in the order of its days, which is nearly always the order in which the index has them."""
    students = len(marks) // len(on)
    if on != sorted(on):
        order = sorted(range(len(on)), key=on.__getitem__)
        parts = adjusted.split(";")
        adjusted = "".join(f"{parts[number]};" for number in order)
        marks = "".join(marks[number * students : (number + 1) * students] for number in order)
        on = [on[number] for number in order]
    return RollRun(period, section, roster, codes, on, marks, _positions(adjusted, students))


def _positions(adjusted: str, students: int) -> list[int]:
    """Positions within a run from positions within each of its rolls, as "3,4;;0;"."""
    if len(adjusted) == adjusted.count(";"):
        return []
    return [
        number * students + int(position)
        for number, roll in enumerate(adjusted.split(";")[:-1])
        for position in roll.split(",")
        if position
    ]
