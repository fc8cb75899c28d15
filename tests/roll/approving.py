"""Tuesday of Lincoln High, certified and locked, and Mr. Omar of the office, who approves what others change in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.roll.lincoln_high import TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass

LOCK = {"school_id": "lincoln", "statement_id": "st-1", "begins_on": TUESDAY, "ends_before": WEDNESDAY}


async def lock(school: LincolnHigh, role: str = "service", **more: Any) -> httpx.Response:
    return await school.ask(role, "POST", "/v1/locks", json=LOCK | more)


def an_approval(**more: Any) -> dict[str, Any]:
    return {
        "approval_id": str(uuid4()),
        "school_id": "lincoln",
        "statements": ["st-1"],
        "reason": "Read the nurse's log",
        "expires_at": (datetime.now(UTC) + timedelta(hours=8)).isoformat(),
    } | more


async def omar(school: LincolnHigh, subject: str = "c-omar", **more: Any) -> httpx.Response:
    """Mr. Omar, the other clerk, approves."""
    return await school.ask(
        "attendance_clerk", "POST", "/v1/approvals", subject=subject, schools=["lincoln"], json=an_approval(**more)
    )


def a_group(**more: Any) -> dict[str, Any]:
    grounds = {name: a_nurse_pass()[name] for name in ("adjustment_id", "code", "reason", "authority", "document")}
    return grounds | {"on": TUESDAY, "students": ["ben"]} | more
