"""Lincoln High of a district of its own, told to roll over HTTP as a student information system would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from deploy.issuer import Issuer
from tests.running import NO_CERTIFICATES, bearer

TUESDAY = "2026-03-10"
WEDNESDAY = "2026-03-11"
SATURDAY = "2026-03-14"
CLOSED_THURSDAY = "2026-03-12"
ROLL = f"/v1/sections/algebra-1/rolls/{TUESDAY}/02"

ROWS: dict[str, list[dict[str, Any]]] = {
    "attendance-codes": [
        {"code": code, "begins_on": "2025-08-01", "definition": words, "presence": presence} | more
        for code, words, presence, more in (
            ("P", "In the room when the roll is taken", "present", {}),
            ("A", "Not in the room, no excuse known", "absent", {"excused": False}),
            ("T", "Late, before the official roll", "tardy", {"present_at_official_roll": True}),
            ("L", "Late, after the official roll", "tardy", {"present_at_official_roll": False}),
            ("S", "With school personnel", "present", {"office_only": True}),
        )
    ],
    "schools": [
        {
            "school_id": "lincoln",
            "name": "Lincoln High",
            "jurisdiction": "texas",
            "time_zone": "America/Chicago",
            "roll_mode": "every_period",
            "teacher_edit_minutes": 5_256_000,  # its days are long past; the tests of the window set their own
        }
    ],
    "tracks": [
        {
            "school_id": "lincoln",
            "track_id": "main",
            "school_year": 2026,
            "begins_on": "2025-08-18",
            "ends_before": "2026-06-01",
            "official_period_id": "02",
        }
    ],
    "bell-periods": [
        {
            "school_id": "lincoln",
            "bell_schedule_id": "regular",
            "period_id": period,
            "begins_at": begins,
            "ends_at": ends,
        }
        for period, begins, ends in (("01", "08:00:00", "08:50:00"), ("02", "09:00:00", "09:50:00"))
    ],
    "calendar-days": [
        {
            "school_id": "lincoln",
            "track_id": "main",
            "on": on,
            "instructional": on not in (CLOSED_THURSDAY, SATURDAY),
            "bell_schedule_id": "regular",
        }
        for on in (TUESDAY, WEDNESDAY, CLOSED_THURSDAY, "2026-03-13", SATURDAY)
    ],
    "students": [
        {"student_id": "ana", "given_name": "Ana", "family_name": "Alvarez"},
        {"student_id": "ben", "given_name": "Ben", "family_name": "O'Brien"},
        {"student_id": "cho", "given_name": "Cho", "family_name": "Null"},
    ],
    "staff": [{"staff_id": "t-ruiz", "name": "M. Ruiz"}, {"staff_id": "t-kent", "name": "C. Kent"}],
    "school-enrollments": [
        {
            "school_id": "lincoln",
            "student_id": student,
            "entry_date": "2025-08-18",
            "grade": "10",
            "track_id": "main",
            "scheduled_minutes": 420,
            "ada_eligibility_code": "1",
        }
        for student in ("ana", "ben", "cho")
    ],
    "sections": [
        {
            "school_id": "lincoln",
            "section_id": section,
            "title": title,
            "track_id": "main",
            "begins_on": "2025-08-18",
            "ends_before": "2026-06-01",
            "period_ids": ["02"],
        }
        for section, title in (("algebra-1", "Algebra I"), ("empty-1", "A section that nobody chose"))
    ],
    "section-teachers": [
        {"school_id": "lincoln", "section_id": "algebra-1", "staff_id": "t-ruiz", "begins_on": "2025-08-18"}
    ],
    "section-enrollments": [
        {"school_id": "lincoln", "section_id": "algebra-1", "student_id": student, "begins_on": "2025-08-18"}
        for student in ("ana", "ben", "cho")
    ],
}


@dataclass
class LincolnHigh:
    """The school's people, each with a client of her own."""

    district_id: str
    issuer: Issuer
    http: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, issuer: Issuer) -> AsyncIterator["LincolnHigh"]:
        async with httpx.AsyncClient(base_url=url, timeout=15, verify=NO_CERTIFICATES) as http:
            school = cls(f"district-{uuid4().hex[:8]}", issuer, http)
            for collection, rows in ROWS.items():
                answer = await school.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": rows})
                assert answer.status_code == 200, answer.text
            yield school

    def token(self, role: str, subject: str | None = None, schools: list[str] | None = None) -> str:
        return self.issuer.mint(role=role, subject=subject or role, districts=[self.district_id], schools=schools)

    async def ask(
        self,
        role: str,
        method: str,
        path: str,
        *,
        subject: str | None = None,
        schools: list[str] | None = None,
        **more: Any,
    ) -> httpx.Response:
        headers = bearer(self.token(role, subject, schools)) | more.pop("headers", {})
        return await self.http.request(method, path, headers=headers, **more)

    async def ruiz(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ms. Ruiz, who teaches Algebra I."""
        return await self.ask("teacher", method, path, subject="t-ruiz", **more)

    async def clerk(self, method: str, path: str, **more: Any) -> httpx.Response:
        """The attendance clerk of Lincoln High."""
        return await self.ask("attendance_clerk", method, path, subject="c-ito", schools=["lincoln"], **more)

    async def take_roll(self, *absent: str, **more: Any) -> httpx.Response:
        return await self.ruiz("PUT", ROLL, json=a_roll(*absent) | more)


def a_roll(*absent: str) -> dict[str, Any]:
    """Everyone present but those."""
    marks = [{"student_id": student, "code": "A"} for student in absent]
    return {"submission_id": str(uuid4()), "marks": marks, "everyone_else": "P"}


def a_nurse_pass(student: str = "ben") -> dict[str, Any]:
    return {
        "adjustment_id": str(uuid4()),
        "student_id": student,
        "code": "S",
        "reason": "In the nurse's office at roll time",
        "authority": "school nurse",
        "document": "pass 114",
    }
