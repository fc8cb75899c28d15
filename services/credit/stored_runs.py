"""Rolls as followed, for a build: whole months as they were gathered before, single days as they stand."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from services.credit.roll_months import RollMonth, StoredRun, days_of, gathered, month_of, runs_of
from services.credit.roll_runs import RollRun

SEVERAL_DAYS = 5
"""Of so many days of a month, the whole month is read, and gathered if it was not. An ordinary evening builds one."""
_ROLLS = (
    "SELECT period_id, section_id, roster, codes, array_agg(\"on\" - DATE '0001-01-01' + 1), string_agg(marks, ''), "
    "string_agg(array_to_string(adjusted, ',') || ';', '') FROM roll WHERE district_id = $1 AND school_id = $2 "
    'AND "on" = ANY ($3) AND period_id = ANY ($4)'
)
_A_RUN = "GROUP BY period_id, section_id, roster, codes"


async def find_runs(
    connection: Any, district_id: str, school_id: str, days: Sequence[date], slots: Sequence[tuple[str, str]]
) -> list[RollRun]:
    """The rolls of those days (ascending) and (section, period) slots."""
    place, periods = (district_id, school_id), sorted({period for _, period in slots})
    if not periods:
        return []
    asked = Counter(map(month_of, days))
    whole = [month for month, several in asked.items() if several >= SEVERAL_DAYS]
    months = await _months(connection, *place, whole, periods)
    single = [on for on in days if asked[month_of(on)] < SEVERAL_DAYS]
    return runs_of(months, await _single(connection, *place, single, periods, slots), days, slots)


async def _single(
    connection: Any, district_id: str, school_id: str, days: Sequence[date], periods: Sequence[str],
    slots: Sequence[tuple[str, str]],
) -> list[StoredRun]:  # fmt: skip
    if not days:
        return []
    rows = await connection.fetch(
        f"{_ROLLS} AND section_id || '/' || period_id = ANY ($5) {_A_RUN}",  # hashed; a join was planned as a loop
        district_id, school_id, days, periods, [f"{section}/{period}" for section, period in slots],
    )  # fmt: skip
    return [StoredRun(*row) for row in rows]


async def _months(
    connection: Any, district_id: str, school_id: str, months: Sequence[date], periods: Sequence[str]
) -> list[RollMonth]:
    """Every roll of those months and periods; what was not gathered before is gathered now, and kept."""
    if not months:
        return []
    rows = await connection.fetch(
        "SELECT month, period_id, sections, rosters, codes, students, rolls, adjusted, days, marks FROM roll_month "
        "WHERE district_id = $1 AND school_id = $2 AND month = ANY ($3) AND period_id = ANY ($4)",
        district_id, school_id, months, periods,
    )  # fmt: skip
    known = [RollMonth(*row) for row in rows]
    there = {(month.month, month.period_id) for month in known}
    missing = {(month, period) for month in months for period in periods} - there
    if not missing:
        return known
    some, those = sorted({month for month, _ in missing}), sorted({period for _, period in missing})
    await connection.execute("SET LOCAL enable_sort = off")  # it guesses wrong: hashing is twice as fast
    found = await connection.fetch(
        f"{_ROLLS} {_A_RUN}", district_id, school_id, [day for month in some for day in days_of(month)], those
    )
    await connection.execute("SET LOCAL enable_sort = on")
    new = [month for month in gathered(StoredRun(*row) for row in found) if (month.month, month.period_id) in missing]
    await connection.executemany(
        "INSERT INTO roll_month (district_id, school_id, month, period_id, sections, rosters, codes, students, rolls, "
        "adjusted, days, marks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        [(district_id, school_id, *month) for month in new],
    )
    return known + new
