"""Who may do what in program: every route is asked by every role, at home and elsewhere; docs/rights-program.md agrees.

After a change that is meant, `REWRITE_RIGHTS=1 pytest tests/program/test_rights.py` writes the table anew.
"""

import os
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.places import CHECKOUT
from services.program.app import ROUTERS
from shared.plumbing.tokens import DISTRICT_ROLES, SCHOOL_ROLES
from shared.schema.trends import NearStudent, StudentWindows
from tests.program.los_altos import LosAltos, a_selection
from tests.program.test_interventions import an_intervention
from tests.program.test_trends import a_trend
from tests.running import bearer

PAGE = CHECKOUT / "docs" / "rights-program.md"
ROLES = (*SCHOOL_ROLES, *DISTRICT_ROLES)
QUERY = {
    "/objectives": {"through": "2012-12-14"},
    "/report": {"through": "2012-12-14", "program_year": "2013"},
    "/near-the-line": {"through": "2012-12-14", "program_year": "2013"},
    "/interventions": {"program_year": "2013"},
    "/trends": {"begins_on": "2012-09-03", "through": "2012-09-14"},
    "/marks.csv": {"program_year": "2013", "term": "fall"},
    "/timetable.ics": {"begins_on": "2012-09-03", "ends_on": "2012-12-14"},
}
TABLES = {
    "/v1/school-facts.csv": "school_id,name,level\nbell,Bell High,high\n",
    "/v1/marks.csv": "school_id,measure,before,now\ncrenshaw,cooperation,1.4,1.5\n",
}
OF_CRENSHAW = ("Crenshaw", "at_the_line", "home_visit", "near-the-line", "week,all", "input_digest", "moves")
"""Words of what is kept of the school; its id alone is what was asked."""
Route = tuple[str, str]


def routes() -> list[Route]:
    found = [
        (method, route.path)  # type: ignore[attr-defined]  # every route of ours is an APIRoute
        for router in ROUTERS
        for route in router.routes
        for method in route.methods  # type: ignore[attr-defined]  # as above
    ]
    return sorted(found, key=lambda route: (route[1], route[0]))


class Crenshaw:
    """A district in which every route has something to say of Crenshaw High."""

    def __init__(self, los_altos: LosAltos) -> None:
        self.los_altos, self.places = los_altos, {"school_id": "crenshaw", "student_id": "ana"}

    async def open(self) -> None:
        district, credit = self.los_altos.district_id, self.los_altos.credit
        credit.trends[district] = [a_trend("crenshaw", "09", 40)]
        credit.near[district] = [
            NearStudent(student_id="ana", grade="09", standing="at_the_line", attended=600, absent=0, not_taken=0,
                        remaining_days=80, absences_left=3, fell_on=None)
        ]  # fmt: skip
        credit.by_student[district] = [
            StudentWindows(student_id="ana", grade="09", attended=(60, 60), absent=(0, 0), not_taken=(0, 0))
        ]
        self.places["selection_id"] = self.places["later_id"] = await self.los_altos.selected()
        assigned = await self.ask("coordinator", ("POST", "/v1/selections/{selection_id}/assignments"))
        self.places["assignment_id"] = assigned.json()["assignment_id"]
        for route in (
            ("POST", "/v1/schools/{school_id}/interventions"),
            ("GET", "/v1/schools/{school_id}/near-the-line"),
        ):
            assert (await self.ask("counselor", route)).is_success

    async def ask(
        self, role: str, route: Route, school: str = "crenshaw", district: str | None = None
    ) -> httpx.Response:
        method, template = route
        token = self.los_altos.issuer.mint(
            role=role, subject=role, districts=[district or self.los_altos.district_id],
            schools=[school] if role in SCHOOL_ROLES else None,
        )  # fmt: skip
        params = next((params for end, params in QUERY.items() if template.endswith(end)), {})
        if template.startswith("/v1/selections/") and template.endswith("/report"):
            params = QUERY["/objectives"]
        return await self.los_altos.http.request(
            method, template.format(**self.places), headers=bearer(token) | accept(template),
            params=params if method == "GET" or template in TABLES else None, **self.said(method, template),
        )  # fmt: skip

    def said(self, method: str, template: str) -> dict[str, Any]:
        if template in TABLES:
            return {"content": TABLES[template]}
        return {"json": self.body(template)} if method == "POST" else {}

    def body(self, template: str) -> dict[str, Any]:
        bodies: dict[str, dict[str, Any]] = {
            "school-facts": {"rows": [{"school_id": "bell", "name": "Bell High", "level": "high"}]},
            "selections": a_selection(),
            "assignments": {"assignment_id": str(uuid4())},
            "absences": {"assignment_id": str(uuid4()), "counselor_id": "counselor-001", "spare": ["s-1", "s-2"]},
            "interventions": an_intervention(),
            "evidence": {"evidence_id": str(uuid4()), "program_year": 2013,
                         "said": {"kind": "review", "on": "2012-09-20", "source": "minutes"}},
        }  # fmt: skip
        return bodies[template.rsplit("/", 1)[1]]

    async def reaches(self, role: str, route: Route, **elsewhere: str) -> bool:
        """Whether anything of Crenshaw High is read, or anything is written."""
        answer = await self.ask(role, route, **elsewhere)
        assert answer.status_code < 500, f"{role} {route}: {answer.text}"
        if route[0] == "POST":
            return answer.is_success
        words = *OF_CRENSHAW, self.places["selection_id"], self.places["assignment_id"]
        return answer.is_success and any(word in answer.text for word in words)


def accept(template: str) -> dict[str, str]:
    if template in TABLES:
        return {"Content-Type": "text/csv"}
    return {"Accept": "text/csv"} if template.endswith("/report") else {}


@pytest.fixture
async def crenshaw(los_altos: LosAltos) -> Crenshaw:
    home = Crenshaw(los_altos)
    await home.open()
    return home


async def test_every_route_asks_who_is_there(crenshaw: Crenshaw) -> None:
    assert len(routes()) > 20
    for method, template in routes():
        answer = await crenshaw.los_altos.http.request(method, template.format(**crenshaw.places))
        assert answer.status_code == 401, f"{method} {template}"


async def test_the_table_of_rights_is_what_the_service_does(crenshaw: Crenshaw) -> None:
    lines = []
    for route in routes():
        cells = [await right(crenshaw, role, route) for role in ROLES]
        assert any(cells), f"{route}: nobody may use it"
        lines.append(f"| `{route[0]} {route[1]}` | {' | '.join(cells)} |")
    names = " | ".join(role.replace("_", " ") for role in ROLES)
    page = INTRODUCTION + "\n".join([f"| program | {names} |", f"|{'---|' * (len(ROLES) + 1)}", *lines]) + "\n"
    if os.environ.get("REWRITE_RIGHTS"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page, f"docs/rights-program.md is not what program does:\n{page}"


async def right(crenshaw: Crenshaw, role: str, route: Route) -> str:
    """A cell of the table. What another district reads of this one is no right: it fails the test."""
    if route[0] == "GET":
        assert not await crenshaw.reaches(role, route, district="los-altos-199"), f"{route}: {role} elsewhere"
    if not await crenshaw.reaches(role, route):
        return ""
    return (
        "own schools" if role in SCHOOL_ROLES and not await crenshaw.reaches(role, route, school="bell") else "district"
    )


INTRODUCTION = """# Who may do what in program

Written by `tests/program/test_rights.py`, which asks every route as every role, at home, and with a token of another
school and of another district. An empty cell is a refusal. *Own schools*: those that the token names. Groups of fewer
than 10 students are shown to the principal and the counselors of their own school; of a selection and what follows
from it to the coordinator and the auditor too (decision 50).

"""
