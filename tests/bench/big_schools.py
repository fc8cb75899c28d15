"""Schools of the size that a bench needs: sections of thirty, a teacher each, told to roll over HTTP."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from tests.bench.http_load import Request
from tests.bench.system import System

DISTRICT = "bench"
STUDENTS = 30
PERIODS = ("01", "02", "03", "04", "05", "06", "07", "08")
DAYS = tuple(f"2026-03-{day:02}" for day in range(2, 31) if (day + 0) % 7 not in (0, 1))  # March 1st is a Sunday


@dataclass
class BigSchools:
    """`schools` schools of `sections` sections each."""

    system: System
    schools: int = 20
    sections: int = 20

    async def told(self) -> None:
        token = self.system.issuer.mint(role="sis_client", subject="sis", districts=[DISTRICT])
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.system.roll_port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        ) as http:
            for collection, rows in self._rows():
                for first in range(0, len(rows), 5000):
                    body = {"rows": rows[first : first + 5000]}
                    (await http.post(f"/v1/{collection}", json=body)).raise_for_status()

    def places(self) -> Iterator[tuple[str, str]]:
        for school in range(self.schools):
            for section in range(self.sections):
                yield f"s{school}", f"s{school}-c{section}"

    def _rows(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        begins: dict[str, Any] = {"begins_on": "2025-08-18"}
        schools = [f"s{number}" for number in range(self.schools)]
        yield (
            "attendance-codes",
            [
                begins | {"code": code, "definition": presence, "presence": presence}
                for code, presence in (("P", "present"), ("A", "absent"))
            ],
        )
        yield "schools", [
            {"school_id": school, "name": school, "jurisdiction": "texas", "time_zone": "America/Chicago",
             "roll_mode": "every_period"} for school in schools
        ]  # fmt: skip
        yield "calendar-days", [
            {"school_id": school, "track_id": "main", "on": day, "instructional": True}
            for school in schools for day in DAYS
        ]  # fmt: skip
        yield "tracks", [
            begins | {"school_id": school, "track_id": "main", "school_year": 2026, "official_period_id": PERIODS[0]}
            for school in schools
        ]  # fmt: skip
        yield "reporting-periods", [
            {"school_id": school, "track_id": "main", "school_year": 2026, "number": 4, "name": "Fourth six weeks",
             "begins_on": DAYS[0], "ends_before": "2026-03-31"} for school in schools
        ]  # fmt: skip
        places = list(self.places())
        students = [(school, section, f"{section}-{n}") for school, section in places for n in range(STUDENTS)]
        yield "students", [{"student_id": student} for _, _, student in students]
        yield "school-enrollments", [
            {"school_id": school, "student_id": student, "entry_date": begins["begins_on"], "grade": "10",
             "track_id": "main", "ada_eligibility_code": "1"} for school, _, student in students
        ]  # fmt: skip
        yield "staff", [{"staff_id": f"t-{section}", "name": section} for _, section in places]
        yield "sections", [
            begins | {"school_id": school, "section_id": section, "title": section, "track_id": "main",
                      "period_ids": list(PERIODS)} for school, section in places
        ]  # fmt: skip
        yield (
            "section-teachers",
            [
                begins | {"school_id": school, "section_id": section, "staff_id": f"t-{section}"}
                for school, section in places
            ],
        )
        yield (
            "section-enrollments",
            [
                begins | {"school_id": school, "section_id": section, "student_id": student}
                for school, section, student in students
            ],
        )

    def rolls(self, count: int, prefix: str = "/v1", *, skip: int = 0) -> list[Request]:
        """So many rolls of thirty marks, each section's in turn, every mark written out as an app would."""
        tokens = {
            section: self.system.issuer.mint(role="teacher", subject=f"t-{section}", districts=[DISTRICT])
            for _, section in self.places()
        }
        places = ((day, period, section) for day in DAYS for period in PERIODS for _, section in self.places())
        requests: list[Request] = []
        for number, (day, period, section) in enumerate(places):
            if number < skip:
                continue
            if len(requests) == count:
                return requests
            marks = [
                {"student_id": f"{section}-{n}", "code": "A" if (number + n) % 17 == 0 else "P"}
                for n in range(STUDENTS)
            ]
            body = json.dumps({"submission_id": str(uuid4()), "marks": marks}).encode()
            requests.append(
                Request.made("PUT", f"{prefix}/sections/{section}/rolls/{day}/{period}", tokens[section], body)
            )
        raise ValueError("there are not so many rolls in the bench's calendar")
