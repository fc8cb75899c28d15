"""One write in good order for every route that writes, told after Lincoln High has taken its first roll."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.roll.lincoln_high import ROLL, ROWS, TUESDAY, LincolnHigh, a_nurse_pass, a_roll

A_ROLL = "/v1/sections/{section_id}/rolls/{on}/{period_id}"
SUBJECTS = {"teacher": "t-ruiz"}
SCHOOLS = {"attendance_clerk": ["lincoln"], "principal": ["lincoln"]}
SOMETHING_NEW: dict[str, dict[str, Any]] = {
    "attendance-codes": {"code": "N"},
    "schools": {"name": "Otherwise"},
    "tracks": {"ends_before": "2026-06-02"},
    "bell-periods": {"ends_at": "08:55:00"},
    "calendar-days": {"cause": "Otherwise"},
    "students": {"given_name": "Otherwise"},
    "staff": {"name": "Otherwise"},
    "school-enrollments": {"grade": "11"},
    "sections": {"title": "Otherwise"},
    "section-teachers": {"substitute": True},
    "section-enrollments": {"ends_before": "2026-06-02"},
}
REPORTING_PERIOD = {
    "school_id": "lincoln", "track_id": "main", "school_year": 2026, "number": 1, "name": "First six weeks",
    "begins_on": "2025-08-18", "ends_before": "2025-09-27",
}  # fmt: skip


@dataclass(frozen=True)
class Write:
    role: str
    method: str
    route: str
    path: str
    body: dict[str, Any]

    async def send(self, lincoln: LincolnHigh, **more: Any) -> httpx.Response:
        """As it is, unless `more` says otherwise (json, content, headers)."""
        return await lincoln.ask(
            self.role,
            self.method,
            self.path,
            subject=SUBJECTS.get(self.role),
            schools=SCHOOLS.get(self.role),
            **({} if "content" in more else {"json": self.body}) | more,
        )


def every_write() -> Iterator[Write]:
    """Each says something new, under a new id where the caller names the write."""
    for collection, new in SOMETHING_NEW.items():
        yield _upsert(collection, ROWS[collection][0] | new)
    yield _upsert("reporting-periods", REPORTING_PERIOD)
    yield Write("teacher", "PUT", A_ROLL, ROLL, a_roll("ben") | {"base_version": 1})
    yield Write("teacher", "POST", "/v1/roll-batches", "/v1/roll-batches", {
        "submissions": [a_roll("ana") | {"section_id": "algebra-1", "on": "2026-03-11", "period_id": "02"}]
    })  # fmt: skip
    yield Write("attendance_clerk", "POST", f"{A_ROLL}/adjustments", f"{ROLL}/adjustments", a_nurse_pass("ben"))
    trip = {name: value for name, value in a_nurse_pass().items() if name != "student_id"}
    yield Write("attendance_clerk", "POST", "/v1/adjustments", "/v1/adjustments",
                trip | {"on": TUESDAY, "students": ["cho"]})  # fmt: skip
    statement = {"school_id": "lincoln", "statement_id": str(uuid4())}
    yield Write("district_office", "POST", "/v1/locks", "/v1/locks",
                statement | {"begins_on": "2025-09-01", "ends_before": "2025-09-02"})  # fmt: skip
    yield Write("principal", "POST", "/v1/approvals", "/v1/approvals", {
        "approval_id": str(uuid4()), "school_id": "lincoln", "statements": [statement["statement_id"]],
        "release": True, "reason": "Certified too early",
        "expires_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    })  # fmt: skip
    yield Write("district_office", "POST", "/v1/lock-releases", "/v1/lock-releases",
                statement | {"reason": "Certified too early"})  # fmt: skip


def as_csv(row: dict[str, Any]) -> str:
    """One row under its field names, every cell in quotes."""
    cells = [",".join(map(str, value)) if isinstance(value, list) else str(value) for value in row.values()]
    return ",".join(row) + "\n" + ",".join(f'"{cell}"' for cell in cells) + "\n"


def _upsert(collection: str, row: dict[str, Any]) -> Write:
    return Write("sis_client", "POST", f"/v1/{collection}", f"/v1/{collection}", {"rows": [row]})
