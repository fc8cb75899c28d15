"""After a statement is certified its days are locked: a roll of them changes only with a second approver, on record.

The database itself refuses the roll whose entry names no second approver (migration 0023), so no way of writing rolls
can forget to look, and none can slip in beside a lock that is being set.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from services.roll.rights import OFFICE
from shared.plumbing.circumstances import Asking
from shared.schema.refusals import Conflict, Forbidden, Unprocessable

LOCKED = "RB001"


class PeriodLocked(Conflict):
    """A statement that counts this day has been certified: the roll is locked."""


class NotASecondApprover(Unprocessable):
    """A second approver is another person than the one who asks."""


def may_approve(asking: Asking, second_approver: str | None) -> None:
    """A lock opens to two of the office, never to one, and not to a teacher."""
    if second_approver is None:
        return
    if asking.principal.role not in OFFICE:
        raise Forbidden("A locked roll is changed by the attendance office.")
    if second_approver == asking.principal.subject:
        raise NotASecondApprover("Name somebody else of the office.", "/second_approver")


@contextmanager
def refused_when_locked() -> Iterator[None]:
    """Raises PeriodLocked for what the database would not write."""
    try:
        yield
    except asyncpg.PostgresError as failure:
        if failure.sqlstate != LOCKED:
            raise
        raise PeriodLocked("The attendance office may change it by naming a second_approver.") from None
