"""Rows that change what a certified statement has counted (docs/decisions/0060).

A row of the calendar says nothing of any other day: on certified days it is refused, unless somebody else of the office
has approved it, as of a locked roll. What a student information system says of students and sections is as true today
as it is of then: it is kept, in the stream, and warned of; credit shows it as a difference from the statement.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.roster_collections import Collection
from services.roll.row_intake import Intake, fields_that_differ
from services.roll.spans import Span, meet, touched
from shared.plumbing.circumstances import Asking

CALENDAR = ("schools", "tracks", "reporting_periods", "bell_periods", "calendar_days")
PEOPLE = ("school_enrollments", "sections", "section_enrollments")
COUNTS_NOTHING = frozenset({"name", "title", "cause"})
CHANGES = "a certified statement counts days that this changes"
WHEN = frozenset({"begins_on", "ends_before", "entry_date", "withdrawal_date"})

LOCKED = """
    SELECT c.school_id, c.begins_on, c.ends_before FROM roll.certified_period c
    WHERE c.district_id = :district AND NOT c.released AND c.school_id = ANY (CAST(:schools AS text[]))
"""
RUNG = """
    SELECT DISTINCT d.school_id, d.bell_schedule_id FROM roll.calendar_day d
    JOIN roll.certified_period c ON c.district_id = d.district_id AND c.school_id = d.school_id AND NOT c.released
        AND c.begins_on <= d."on" AND d."on" < c.ends_before
    WHERE d.district_id = :district AND d.instructional AND d.bell_schedule_id IS NOT NULL
      AND d.school_id = ANY (CAST(:schools AS text[]))
"""
"""Bell schedules of locked days."""

APPROVAL_OF = """
    SELECT roll.approval_of(
        :district, :school, CAST(:on AS date), NULL, NULL, :by, :role, CAST(:at AS timestamptz), NULL)
"""


async def look_at_certified(
    session: AsyncSession, asking: Asking, collection: Collection, intake: Intake, new: Mapping[int, Any],
    before: Mapping[Any, Any],
) -> tuple[UUID, ...]:  # fmt: skip
    """Refuse, or warn of, the new rows that change what was certified. `before` has the rows as they stand.

    The approvals of those calendar days that somebody else of the office has opened.
    """
    if collection.name not in CALENDAR + PEOPLE or not new:
        return ()
    given = {"district": asking.district_id, "schools": sorted({row.school_id for row in new.values()})}
    connection = await session.connection()
    locked: dict[str, list[Span]] = defaultdict(list)
    for school_id, begins, ends in await connection.execute(text(LOCKED), given):
        locked[school_id].append((begins, ends))
    if not locked:
        return ()
    rung: set[tuple[str, str]] = set()
    if collection.name == "bell_periods":
        rung = {(school_id, schedule) for school_id, schedule in await connection.execute(text(RUNG), given)}
    approvals: dict[UUID, None] = {}
    for number, row in new.items():
        was = before.get(collection.key_of(row))
        if number not in intake.rows or not counts_otherwise(row, was, locked[row.school_id], rung):
            continue
        approval = await _approval(connection, asking, row) if collection.name == "calendar_days" else None
        if approval is not None:
            approvals[approval] = None
        elif collection.name == "calendar_days":
            intake.refuse(number, None, f"{CHANGES}: somebody else of the office approves it (POST /v1/approvals, on)")
        elif collection.name in CALENDAR:
            intake.refuse(number, None, f"{CHANGES}: release the statement first (POST /v1/lock-releases)")
        else:
            intake.warn(number, None, f"{CHANGES}: compare the statement, and supersede it")
    return tuple(approvals)


async def _approval(connection: AsyncConnection, asking: Asking, day: Any) -> UUID | None:
    """The approval that opens this day to the asker, as it would open the day's rolls (docs/decisions/0080)."""
    given = {"district": asking.district_id, "school": day.school_id, "on": day.on, "at": asking.at,
             "by": asking.principal.subject, "role": asking.principal.role}  # fmt: skip
    approval: UUID | None = (await connection.execute(text(APPROVAL_OF), given)).scalar_one()
    return approval


def counts_otherwise(row: Any, was: Any | None, locked: Iterable[Span], rung: Set[tuple[str, str]]) -> bool:
    """Whether the change says something else, that could be counted, of a locked day."""
    fields = set(type(row).model_fields if was is None else fields_that_differ(row, was)) - COUNTS_NOTHING
    if not fields:
        return False
    if hasattr(row, "time_zone"):
        return was is not None and any(True for _ in locked)
    if hasattr(row, "begins_at"):
        return (row.school_id, row.bell_schedule_id) in rung
    return any(meet(days, lock) for days in touched(row, was, only_span=fields <= WHEN) for lock in locked)
