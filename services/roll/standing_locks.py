"""Locks and approvals as a stream's entries say them, and whether what changed a locked day was approved. Pure.

Written apart from the database's own triggers (migration 0080), so that what went past them shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from shared.schema.entries import ChangeApproved, MarkAdjusted, PeriodLocked, PeriodUnlocked, RollTaken


@dataclass(frozen=True, slots=True)
class StandingLock:
    """The days that a statement has locked, and the entry that last spoke of it."""

    begins_on: date
    ends_before: date
    released: bool
    sequence: int


@dataclass(frozen=True, slots=True)
class StandingApproval:
    sequence: int
    expires_at: datetime


@dataclass
class StandingLocks:
    locks: dict[str, StandingLock] = field(default_factory=dict)
    approvals: dict[UUID, StandingApproval] = field(default_factory=dict)
    said: dict[UUID, ChangeApproved] = field(default_factory=dict)

    def locked(self, sequence: int, entry: PeriodLocked) -> None:
        self.locks[entry.statement_id] = StandingLock(entry.begins_on, entry.ends_before, False, sequence)

    def unlocked(self, sequence: int, entry: PeriodUnlocked) -> None:
        """Raises LookupError or ValueError for a release that nobody else approved."""
        if entry.approval_id is not None or entry.second_approver is None:
            approval = self._approval(entry)
            if not approval.release or entry.statement_id not in approval.statements:
                raise ValueError("its approval does not release the lock")
        lock = self.locks[entry.statement_id]
        self.locks[entry.statement_id] = replace(lock, released=True, sequence=sequence)

    def approved(self, sequence: int, entry: ChangeApproved) -> None:
        self.approvals[entry.approval_id] = StandingApproval(sequence, entry.expires_at)
        self.said[entry.approval_id] = entry

    def refuse_unapproved(self, entry: RollTaken | MarkAdjusted) -> None:
        """Raises LookupError or ValueError for a change of a locked day that nobody else approved.

        Entries of before approvals name who agreed, and that is all that can be known of them.
        """
        statements = set(self._locking(entry.on))
        if not statements or (entry.approval_id is None and entry.second_approver is not None):
            return
        approval = self._approval(entry)
        if approval.release or approval.on not in (None, entry.on) or not statements <= set(approval.statements):
            raise ValueError("its approval does not open the day")

    def _locking(self, on: date) -> Iterable[str]:
        for statement, lock in self.locks.items():
            if not lock.released and lock.begins_on <= on < lock.ends_before:
                yield statement

    def _approval(self, entry: RollTaken | MarkAdjusted | PeriodUnlocked) -> ChangeApproved:
        if entry.approval_id is None:
            raise ValueError("nobody approved the change of a locked day")
        approval = self.said[entry.approval_id]
        if approval.by == entry.by or not entry.at < approval.expires_at:
            raise ValueError("its approval was her own, or had expired")
        return approval
