"""Los Altos Unified of a test's own: its people, its schools, and what credit says of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from deploy.issuer import Issuer
from shared.plumbing.circumstances import Asking, Clock, WhoAsks, system_clock
from shared.plumbing.tokens import TokenVerifier
from shared.schema.credit import AttendanceShares, Behind, GradeShare
from shared.schema.not_taken import NotTakenUsed
from shared.schema.trends import (
    AttendanceByStudent,
    AttendanceTrends,
    GradeTrend,
    NearStudent,
    StudentsNearTheLine,
    StudentWindows,
)
from tests.running import bearer

DISTRICTS = tuple(f"los-altos-{number}" for number in range(200))
"""Known beforehand, because the token with which program asks credit names them."""

NINTHS = (("banning", 410, 710), ("bell", 395, 805), ("belmont", 442, 655), ("crenshaw", 409, 799))
"""Example B-LA-03: students of 1,000 at 96 % or higher, and the API."""


CAUGHT_UP = Behind(unread_entries=0, school_days_waiting=0, stopped={})


@dataclass
class ToldCredit:
    """Stands in for credit where a test must choose its answer: same route, same tokens, same schema."""

    rows: dict[str, list[GradeShare]] = field(default_factory=dict)
    trends: dict[str, list[GradeTrend]] = field(default_factory=dict)
    years: dict[str, list[GradeTrend]] = field(default_factory=dict)
    """Trends of a whole program year, where a test says other ones of it."""
    near: dict[str, list[NearStudent]] = field(default_factory=dict)
    by_student: dict[str, list[StudentWindows]] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    behind: list[Behind] = field(default_factory=list)
    """What it has not counted yet, one answer after the other; then nothing."""
    not_counted: dict[str, str] = field(default_factory=dict)
    not_taken: tuple[NotTakenUsed, ...] = ()
    status: int = 200
    line: str = "0.96"

    def app(self, verifier: TokenVerifier, clock: Clock = system_clock) -> FastAPI:
        app = FastAPI()
        app.state.verifier, app.state.clock = verifier, clock

        @app.get("/v1/attendance-shares")
        async def shares(begins_on: str, ends_before: str, asking: WhoAsks) -> Response:
            asking.require_role("service")
            self.asked.append({"begins_on": begins_on, "ends_before": ends_before})
            answer = AttendanceShares(
                district_id=asking.district_id,
                begins_on=date.fromisoformat(begins_on),
                ends_before=date.fromisoformat(ends_before),
                line=self.line,
                law_digest="0" * 64,
                followed_through={"school.banning": 7},
                behind=self.behind.pop(0) if self.behind else CAUGHT_UP,
                not_counted=self.not_counted,
                rows=tuple(self.rows.get(asking.district_id, ())),
                not_taken=self.not_taken,
            )
            return JSONResponse(answer.model_dump(mode="json"), self.status)

        tell_of_students(app, self)
        return app


def tell_of_students(app: FastAPI, told: ToldCredit) -> None:
    """The other three questions that program asks: answered as the test wants, by credit's own schema."""

    def basis(asking: Asking) -> dict[str, Any]:
        asking.require_role("service")
        return {"district_id": asking.district_id, "law_digest": "0" * 64, "followed_through": {"school.banning": 7}}

    @app.get("/v1/attendance-trends")
    async def trends(begins_on: date, ends_before: date, asking: WhoAsks) -> AttendanceTrends:
        said = basis(asking)
        years = told.years if (begins_on.month, ends_before.month) == (7, 7) else told.trends
        rows = tuple(years.get(asking.district_id, told.trends.get(asking.district_id, ())))
        weeks = tuple(
            date(2012, 9, 3) + timedelta(weeks=week) for week in range(len(rows[0].weeks.students) if rows else 0)
        )
        return AttendanceTrends(
            begins_on=begins_on, ends_before=ends_before, weeks=weeks, weekdays=(1, 2, 3, 4, 5, 6, 7), rows=rows, **said
        )

    @app.get("/v1/students-near-the-line")
    async def near(request: Request, school_id: str, begins_on: date, asking: WhoAsks) -> StudentsNearTheLine:
        said = basis(asking)
        told.asked.append(dict(request.query_params))
        params = request.query_params
        return StudentsNearTheLine(
            school_id=school_id, line=params["line"], begins_on=begins_on,
            counted_before=date.fromisoformat(params["ends_before"]),
            year_ends_before=date.fromisoformat(params["year_ends_before"]),
            rows=tuple(told.near.get(asking.district_id, ())), safe=3, lost=2, without_a_rate=1, **said,
        )  # fmt: skip

    @app.get("/v1/attendance-by-student")
    async def by_student(school_id: str, windows: str, asking: WhoAsks) -> AttendanceByStudent:
        said = basis(asking)
        told.asked.append({"windows": windows})
        spans = [one.split("/") for one in windows.split(",")]
        pairs = len(spans) // 2  # every intervention asks for two windows, and is told the same of them
        rows = [
            row.model_copy(update={name: getattr(row, name) * pairs for name in ("attended", "absent", "not_taken")})
            for row in told.by_student.get(asking.district_id, ())
        ]
        return AttendanceByStudent(
            school_id=school_id, counted_before=date(2013, 6, 30), rows=tuple(rows),
            windows=tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans), **said,
        )  # fmt: skip


def a_share(school: str, at_or_above: int, of: int = 1000, grade: str = "09", unrated: int = 0) -> GradeShare:
    return GradeShare.model_validate(
        {
            "school_id": school,
            "grade": grade,
            "students": of + unrated,
            "at_or_above": at_or_above,
            "students_without_a_rate": unrated,
            "not_taken_days": "0",
        }
    )


@dataclass
class LosAltos:
    district_id: str
    issuer: Issuer
    http: httpx.AsyncClient
    credit: ToldCredit

    async def ask(
        self, role: str, method: str, path: str, *, schools: list[str] | None = None, **more: Any
    ) -> httpx.Response:
        token = self.issuer.mint(role=role, subject=role, districts=[self.district_id], schools=schools)
        return await self.http.request(method, path, headers=bearer(token), **more)

    async def coordinator(self, method: str, path: str, **more: Any) -> httpx.Response:
        return await self.ask("coordinator", method, path, **more)

    async def open_schools(self) -> None:
        rows = [
            {
                "school_id": school,
                "name": f"{school.title()} High",
                "level": "high",
                "api": api,
                "enrollments": {"9": n},
            }
            for (school, _, api), n in zip(NINTHS, (130, 75, 48, 260), strict=True)
        ]
        answer = await self.coordinator("POST", "/v1/school-facts", json={"rows": rows})
        assert answer.status_code == 200, answer.text
        self.credit.rows[self.district_id] = [a_share(school, share) for school, share, _ in NINTHS]

    async def select(self, schools: int = 2, **more: Any) -> httpx.Response:
        return await self.coordinator("POST", "/v1/selections", json=a_selection(schools) | more)

    async def selected(self, schools: int = 2) -> str:
        answer = await self.select(schools)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["selection_id"])


def a_selection(schools: int = 2) -> dict[str, Any]:
    return {
        "selection_id": str(uuid4()),
        "program_year": 2013,
        "how_many": {"by": "count", "schools": schools},
    }


def outcomes(kept: dict[str, Any]) -> dict[str, str]:
    return {line["school_id"]: line["outcome"] for line in kept["outcome"]["lines"]}
