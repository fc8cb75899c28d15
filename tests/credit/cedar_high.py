"""Cedar High, Texas, of a district of its own: three periods, an official roll in the second, one week of school."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import httpx

from deploy.issuer import Issuer
from services.credit.app import create
from services.credit.settings import CreditSettings
from tests.running import bearer, running

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = WEEK = tuple(f"2026-03-{day:02}" for day in range(9, 14))
SECTIONS = {"english": "01", "algebra": "02", "physics": "02", "art": "03"}
IN_SECTION = {
    "ana": ("english", "algebra"),
    "ben": ("english", "algebra", "art"),
    "cho": ("english", "algebra", "physics"),  # twice in the official period
    "dee": ("english", "art"),  # not in the official period: taken in the third
    "eve": ("english",),  # in no period from the official one on
}
HALF_DAY = {"ben"}
SPAN = {"begins_on": "2025-08-18", "ends_before": "2026-06-01"}

ROWS: dict[str, list[dict[str, Any]]] = {
    "attendance-codes": [
        {"code": code, "begins_on": "2025-08-01", "definition": words, "presence": presence} | more
        for code, words, presence, more in (
            ("P", "In the room when the roll is taken", "present", {}),
            ("A", "Not in the room, no excuse known", "absent", {"excused": False}),
            ("T", "Late, before the official roll", "tardy", {"present_at_official_roll": True}),
            ("L", "Late, after the official roll", "tardy", {"present_at_official_roll": False}),
            ("X", "Late, nobody knows when", "tardy", {}),
            ("S", "With school personnel", "present", {"office_only": True}),
        )
    ],
    "schools": [
        {
            "school_id": "cedar",
            "name": "Cedar High",
            "jurisdiction": "texas",
            "time_zone": "America/Chicago",
            "roll_mode": "every_period",
            "teacher_edit_minutes": 5_256_000,  # its days are long past, and are amended all the same
        }
    ],
    "tracks": [{"school_id": "cedar", "track_id": "main", "school_year": 2026, "official_period_id": "02"} | SPAN],
    "reporting-periods": [
        {
            "school_id": "cedar",
            "track_id": "main",
            "school_year": 2026,
            "number": 4,
            "name": "Fourth six-weeks",
            "begins_on": MONDAY,
            "ends_before": "2026-03-14",
        }
    ],
    "bell-periods": [
        {
            "school_id": "cedar",
            "bell_schedule_id": "regular",
            "period_id": period,
            "begins_at": f"{hour:02}:00:00",
            "ends_at": f"{hour:02}:50:00",
        }
        for period, hour in (("01", 8), ("02", 9), ("03", 10))
    ],
    "calendar-days": [
        {"school_id": "cedar", "track_id": "main", "on": on, "instructional": True, "bell_schedule_id": "regular"}
        for on in WEEK
    ],
    "students": [{"student_id": student} for student in IN_SECTION],
    "school-enrollments": [
        {
            "school_id": "cedar",
            "student_id": student,
            "entry_date": "2025-08-18",
            "grade": "10",
            "track_id": "main",
            "scheduled_minutes": 180 if student in HALF_DAY else 420,
        }
        for student in IN_SECTION
    ],
    "sections": [
        {"school_id": "cedar", "section_id": section, "title": section, "track_id": "main", "period_ids": [period]}
        | SPAN
        for section, period in SECTIONS.items()
    ],
    "section-enrollments": [
        {"school_id": "cedar", "section_id": section, "student_id": student, "begins_on": "2025-08-18"}
        for student, sections in IN_SECTION.items()
        for section in sections
    ],
}


@dataclass
class CedarHigh:
    """The school, and the two services that know it. Another school has rows and sections of its own."""

    rows: ClassVar[dict[str, list[dict[str, Any]]]] = ROWS
    period_of: ClassVar[dict[str, str]] = SECTIONS

    district_id: str
    issuer: Issuer
    roll: httpx.AsyncClient
    credit: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, roll_url: str, issuer: Issuer, settings_of: Callable[[str], CreditSettings]
    ) -> AsyncIterator["CedarHigh"]:
        """With a credit in this process."""
        district_id = f"district-{uuid4().hex[:8]}"
        async with (
            running(create(settings_of(district_id))) as credit_url,
            cls.beside(credit_url, roll_url, issuer, district_id) as school,
        ):
            yield school

    @classmethod
    @asynccontextmanager
    async def beside(
        cls, credit_url: str, roll_url: str, issuer: Issuer, district_id: str
    ) -> AsyncIterator["CedarHigh"]:
        """Told to roll; credit is, or will be, at that URL."""
        async with (
            httpx.AsyncClient(base_url=roll_url, timeout=15) as roll,
            httpx.AsyncClient(base_url=credit_url, timeout=15) as credit,
        ):
            school = cls(district_id, issuer, roll, credit)
            for collection, rows in cls.rows.items():
                await school.tell(collection, *rows)
            await school.tell("staff", {"staff_id": "t-ruiz", "name": "M. Ruiz"})
            teaches = [
                {name: section[name] for name in ("school_id", "section_id")} for section in cls.rows["sections"]
            ]
            await school.tell("section-teachers", *(each | {"staff_id": "t-ruiz"} | SPAN for each in teaches))
            yield school

    def headers(self, role: str, **claims: Any) -> dict[str, str]:
        return bearer(self.issuer.mint(role=role, subject=f"a {role}", districts=[self.district_id], **claims))

    async def tell(self, collection: str, *rows: dict[str, Any]) -> None:
        """As the SIS."""
        await self._post(f"/v1/{collection}", {"rows": list(rows)}, "sis_client")

    async def approve(self, collection: str, *rows: dict[str, Any]) -> None:
        """The office sends days that a certified statement has counted otherwise, and the principal approves them."""
        locks = await self.roll.get("/v1/schools/cedar/locks", headers=self.headers("auditor"))
        statements = [lock["statement_id"] for lock in locks.json()["locks"]]
        for row in rows:
            approval = {
                "approval_id": str(uuid4()),
                "school_id": "cedar",
                "statements": statements,
                "on": row["on"],
                "reason": "The calendar was wrong",
                "expires_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
            }
            await self._post("/v1/approvals", approval, "principal", 201, schools=["cedar"])
        await self._post(f"/v1/{collection}", {"rows": list(rows)}, "district_office")

    async def take_roll(
        self, section: str, on: str, version: int = 0, period: str | None = None, **marks: str | dict[str, str]
    ) -> None:
        """As the office, from paper: those marks, and everyone else present. An amendment is the teacher's."""
        said = [
            {"student_id": student} | (code if isinstance(code, dict) else {"code": code})
            for student, code in marks.items()
        ]
        body = {"submission_id": str(uuid4()), "marks": said, "everyone_else": "P", "base_version": version}
        path = f"/v1/sections/{section}/rolls/{on}/{period or self.period_of[section]}"
        teacher = bearer(self.issuer.mint(role="teacher", subject="t-ruiz", districts=[self.district_id]))
        headers = teacher if version else self.headers("district_office")
        answer = await self.roll.put(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text

    async def sync_offline(self, section: str, on: str, **marks: str) -> None:
        """As a device of the teacher's that had not seen the roll: those marks, and everyone else present."""
        said = [{"student_id": student, "code": code} for student, code in marks.items()]
        roll = {"submission_id": str(uuid4()), "marks": said, "everyone_else": "P"}
        place = {"section_id": section, "on": on, "period_id": self.period_of[section]}
        teacher = bearer(self.issuer.mint(role="teacher", subject="t-ruiz", districts=[self.district_id]))
        answer = await self.roll.post("/v1/roll-batches", json={"submissions": [roll | place]}, headers=teacher)
        assert [item["status"] for item in answer.json()["results"]] == [201], answer.text

    async def take_every_roll(self, *days: str) -> None:
        for on in days:
            for section in self.period_of:
                await self.take_roll(section, on)

    async def adjust(self, section: str, on: str, student: str, code: str) -> None:
        body = {
            "adjustment_id": str(uuid4()),
            "student_id": student,
            "code": code,
            "reason": "In the nurse's office at roll time",
            "authority": "school nurse",
            "document": "pass 114",
        }
        path = f"/v1/sections/{section}/rolls/{on}/{self.period_of[section]}/adjustments"
        await self._post(path, body, "district_office", 201)

    async def _post(self, path: str, body: dict[str, Any], role: str, status: int = 200, **claims: Any) -> None:
        answer = await self.roll.post(path, content=json.dumps(body), headers=self.headers(role, **claims) | JSON)
        assert answer.status_code == status, answer.text

    async def caught_up(self, seconds: float = 15) -> None:
        """When credit's sheets say all that roll's streams say."""
        answer = await self.roll.get("/v1/streams", headers=self.headers("auditor"))
        heads = {stream["stream"]: stream["head"] for stream in answer.json()["streams"]}
        async with asyncio.timeout(seconds):
            while not await self._is_at(heads):  # noqa: ASYNC110 - credit may be another process: nothing to await
                await asyncio.sleep(0.02)

    async def _is_at(self, heads: dict[str, int]) -> bool:
        return {name: built for name, (built, _) in (await self.streams()).items()} == heads

    async def streams(self) -> dict[str, tuple[int, str | None]]:
        """How far each stream is built, and its alarm."""
        status = (await self.ask("/v1/status")).json()
        return {stream["stream"]: (stream["built"], stream["alarm"]) for stream in status["streams"]}

    async def ask(self, path: str, role: str = "auditor", **params: Any) -> httpx.Response:
        claims = {"schools": params.pop("schools")} if "schools" in params else {}
        return await self.credit.get(path, params=params, headers=self.headers(role, **claims))

    async def week(self, **params: Any) -> dict[str, Any]:
        """The row of the school's one reporting period, when credit has caught up."""
        await self.caught_up()
        answer = await self.ask("/v1/ada", school_year=2026, school_id="cedar", **params)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["rows"]
        return dict(row)

    async def why(self, student: str, on: str) -> dict[str, Any]:
        await self.caught_up()
        answer = await self.ask(f"/v1/students/{student}/days/{on}/why")
        assert answer.status_code == 200, answer.text
        (why,) = answer.json()
        return dict(why)


JSON = {"Content-Type": "application/json"}
