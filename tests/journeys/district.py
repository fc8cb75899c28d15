"""A district's people, who each ask one of the three services; and a school to tell roll of."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from deploy.issuer import Issuer
from tests.running import bearer

WEEK = tuple(f"2026-03-{day:02}" for day in range(9, 14))
YEAR = {"begins_on": "2025-08-18", "ends_before": "2026-06-01"}
CODES: list[dict[str, Any]] = [
    {"code": "P", "definition": "In the room at the roll", "presence": "present", "begins_on": "2025-08-01"},
    {"code": "A", "definition": "Not in the room", "presence": "absent", "excused": False, "begins_on": "2025-08-01"},
    {"code": "S", "definition": "With school personnel", "presence": "present", "office_only": True,
     "begins_on": "2025-08-01"},
]  # fmt: skip


@dataclass
class District:
    district_id: str
    issuer: Issuer
    urls: dict[str, str]

    async def ask(
        self, service: str, role: str, method: str, path: str, *, subject: str | None = None, **more: Any
    ) -> httpx.Response:
        token = self.issuer.mint(role=role, subject=subject or role, districts=[self.district_id])
        async with httpx.AsyncClient(base_url=self.urls[service], timeout=20) as client:
            return await client.request(method, path, headers=bearer(token), **more)

    async def answer(self, service: str, role: str, path: str, **more: Any) -> Any:
        response = await self.ask(service, role, "GET", path, **more)
        assert response.status_code == 200, response.text
        return response.json()

    async def tell(self, collection: str, *rows: dict[str, Any]) -> None:
        response = await self.ask("roll", "sis_client", "POST", f"/v1/{collection}", json={"rows": list(rows)})
        assert response.status_code == 200, response.text

    async def open_school(self, school_id: str, jurisdiction: str, grade: str, students: list[str]) -> None:
        """One class of one grade, with one teacher, that meets in period 02 for a week."""
        place, section = {"school_id": school_id}, {"school_id": school_id, "section_id": f"{school_id}-class"}
        zone = "America/Chicago" if jurisdiction == "texas" else "America/Los_Angeles"
        school = {"name": school_id, "jurisdiction": jurisdiction, "time_zone": zone, "roll_mode": "every_period"}
        track = {"track_id": "main", "school_year": 2026}
        period = {"number": 4, "name": "Fourth", "begins_on": WEEK[0], "ends_before": "2026-03-14"}
        member = {"entry_date": "2025-08-18", "grade": grade, "track_id": "main", "scheduled_minutes": 420}
        await self.tell("attendance-codes", *CODES)
        await self.tell("schools", place | school)
        await self.tell("tracks", place | track | YEAR | {"official_period_id": "02"})
        await self.tell("reporting-periods", place | track | period)
        bell = {"bell_schedule_id": "regular", "period_id": "02", "begins_at": "09:00:00", "ends_at": "09:50:00"}
        await self.tell("bell-periods", place | bell)
        day = {"track_id": "main", "instructional": True, "bell_schedule_id": "regular"}
        await self.tell("calendar-days", *(place | day | {"on": on} for on in WEEK))
        await self.tell("students", *({"student_id": student} for student in students))
        await self.tell("staff", {"staff_id": f"t-{school_id}", "name": "A teacher"})
        await self.tell("school-enrollments", *(place | member | {"student_id": student} for student in students))
        await self.tell("sections", section | YEAR | {"title": "Class", "track_id": "main", "period_ids": ["02"]})
        await self.tell("section-teachers", section | YEAR | {"staff_id": f"t-{school_id}"})
        await self.tell("section-enrollments", *(section | YEAR | {"student_id": student} for student in students))

    async def take_roll(self, school_id: str, on: str, *absent: str) -> dict[str, Any]:
        """The receipt of the class's teacher."""
        marks = [{"student_id": student, "code": "A"} for student in absent]
        response = await self.ask(
            "roll", "teacher", "PUT", f"/v1/sections/{school_id}-class/rolls/{on}/02", subject=f"t-{school_id}",
            json={"submission_id": str(uuid4()), "marks": marks, "everyone_else": "P"},
        )  # fmt: skip
        assert response.status_code == 201, response.text
        return dict(response.json())

    async def caught_up(self) -> None:
        """Until credit's sheets say all that roll's streams say."""
        heads = await self.answer("roll", "auditor", "/v1/streams")
        wanted = {stream["stream"]: stream["head"] for stream in heads["streams"]}
        async with asyncio.timeout(20):
            while await self._built() != wanted:  # noqa: ASYNC110 - the other service has no event to wait for
                await asyncio.sleep(0.05)

    async def _built(self) -> dict[str, int]:
        status = await self.answer("credit", "auditor", "/v1/status")
        return {stream["stream"]: stream["built"] for stream in status["streams"]}

    async def totals(self, school_id: str) -> dict[str, Any]:
        """The school's one six-weeks, when credit has caught up."""
        await self.caught_up()
        answer = await self.answer("credit", "auditor", f"/v1/ada?school_year=2026&school_id={school_id}")
        (row,) = answer["rows"]
        totals: dict[str, Any] = row["totals"]
        return {"ada": row["ada"], "days_taught": row["days_taught"]} | totals
