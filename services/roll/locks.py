"""After a statement is certified its days are locked: a roll of them changes only by somebody else's approval.

Who changes it and who approves it are two tokens, and both are entries of the school's stream. The database itself
refuses the roll whose entry names no approval in force (migration 0080), so no way of writing rolls can forget to look,
and none can slip in beside a lock that is being set.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from shared.plumbing.circumstances import Asking
from shared.schema.refusals import Conflict

LOCKED = "RB001"

LOCKS_OF_A_DAY = """
    SELECT coalesce(array_agg(statement_id ORDER BY statement_id), '{}') FROM roll.certified_period
    WHERE district_id = $1 AND school_id = $2 AND NOT released AND begins_on <= $3 AND $3 < ends_before
"""
APPROVAL_OF = "SELECT roll.approval_of($1, $2, $3, $4, $5, $6, $7, $8, NULL)"


class PeriodLocked(Conflict):
    """A statement that counts this day has been certified: the roll is locked."""


class NotApproved(Conflict):
    """Nobody else has approved the release of this lock."""


async def locks_of_a_day(connection: Any, district_id: str, school_id: str, on: date) -> list[str]:
    """The statements that lock the day."""
    return list(await connection.fetchval(LOCKS_OF_A_DAY, district_id, school_id, on))


async def approval_for(connection: Any, asking: Asking, school_id: str, on: date, act_id: UUID) -> UUID | None:
    """The approval by which this act may change a roll of the day; None where the day is open. Raises PeriodLocked."""
    statements = await locks_of_a_day(connection, asking.district_id, school_id, on)
    if not statements:
        return None
    approval: UUID | None = await connection.fetchval(
        APPROVAL_OF, asking.district_id, school_id, on, None, act_id, *_asker(asking)
    )
    if approval is None:
        raise PeriodLocked(
            f"Locked by {', '.join(statements)}. When somebody else of the office has approved it (POST /v1/approvals, "
            "with its id as act_id), send it again."
        )
    return approval


async def approval_of_release(connection: Any, asking: Asking, school_id: str, statement_id: str) -> UUID:
    """Raises NotApproved."""
    approval: UUID | None = await connection.fetchval(
        APPROVAL_OF, asking.district_id, school_id, None, statement_id, None, *_asker(asking)
    )
    if approval is None:
        raise NotApproved("When somebody else has approved it (POST /v1/approvals, with release), send it again.")
    return approval


def _asker(asking: Asking) -> tuple[Any, ...]:
    return asking.principal.subject, asking.principal.role, asking.at


@contextmanager
def refused_when_locked() -> Iterator[None]:
    """Raises PeriodLocked for what the database would not write."""
    try:
        yield
    except asyncpg.PostgresError as failure:
        if failure.sqlstate != LOCKED:
            raise
        raise PeriodLocked("Somebody else of the office approves it first: POST /v1/approvals.") from None
