"""Who may do what in credit: every route is asked by every role, at home and elsewhere; docs/rights-credit.md agrees.

Every route has something to say, so that each cell is evidence: who reads, reads a word that is there to be read.

After a change that is meant, `REWRITE_RIGHTS=1 pytest tests/credit/test_rights.py` writes the table anew.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest

from deploy.issuer import Issuer
from deploy.places import CHECKOUT
from services.credit.app import create
from shared.plumbing.tokens import DISTRICT_ROLES, SCHOOL_ROLES
from shared.schema.roster import Grade
from tests.credit.cedar_high import FRIDAY, MONDAY, ROWS, WEEK, CedarHigh
from tests.credit.conftest import SettingsOf
from tests.credit.giving import NUMBERED, UNIQUE, numbered
from tests.credit.oak_park import OakPark
from tests.credit.test_attendance_tiers import Sylmar
from tests.credit.test_course_credit_from_rolls import POLICY
from tests.credit.test_new_york_from_rolls import Batavia
from tests.running import bearer, running

PAGE = CHECKOUT / "docs" / "rights-credit.md"
OPEN = {"/health/live", "/health/ready", "/metrics"}
ROLES = (*SCHOOL_ROLES, *DISTRICT_ROLES)
PLACES = {
    "school_id": "oak", "student_id": "bob", "section_id": "class-01", "on": MONDAY, "school_year": "2026",
    "law": "texas", "rule": "official_roll",
    "period": "1", "begins_on": MONDAY, "ends_before": "2026-03-14", "year_ends_before": "2026-07-01",
    "windows": f"{MONDAY}/{FRIDAY}", "statement_id": str(uuid4()),
}  # fmt: skip
OF_A_TEXAN_SCHOOL = (
    "flexible-minutes", "waived-days", "program-enrollments", "year-figures", "campus-numbers", "unique-student-ids",
)  # fmt: skip
MORE = {
    "/v1/what-if": {"line_percent": "90", "school_id": "oak"},
    "/v1/schools/{school_id}/course-credit": {"decided_on": FRIDAY},
    "/v1/law/{law}/{rule}": {"on": MONDAY},
    "/v1/texas/course-attendance": {"section_id": "algebra"},
    "/v1/hand-offs/texas/42400": {"period": "4", "not_taken": "leave_out"},
    "/v1/hand-offs/texas/flexible-attendance": {"period": "4"},
    "/v1/texas/contact-hours": {"period": "4"},
} | {f"/v1/texas/{name}": {"school_id": "cedar"} for name in OF_A_TEXAN_SCHOOL}
ELSEWHERE = {
    "/v1/hand-offs/texas/42400": "texas",
    "/v1/hand-offs/texas/flexible-attendance": "texas",
    "/v1/illinois/claim": "illinois",
    "/v1/illinois/earlier-ada": "illinois",
    "/v1/students/{student_id}/truancy": "california",
    "/v1/students/{student_id}/truancy-acts": "california",
    "/v1/truancy-acts": "california",
}
"""Routes of one state, walked at a school of that state; all others at Batavia's, in New York."""
STUDENTS = {"texas": "ana", "illinois": "ida", "california": "uri"}
OF_A_SCHOOL = (
    '"oak"', '"bob"', '"ann"', "class-01", "Batavia", PLACES["statement_id"], '"cedar"', NUMBERED, '"uri"',
)  # fmt: skip
STREAMS = ('"school.oak"', '"school.cedar"')
"""Of these, and of the names of streams, a stranger may read none."""
OF_THE_DISTRICT = {
    "/v1/course-credit-policies": "Resolution 14",
    "/v1/illinois/minimum-time-settings": "as the grid has it",
    "/v1/law": "129.21",
    "/v1/law/{law}/{rule}": "129.21",
    "/v1/new-york/sa-129-bands": "SA-129 of 2026",
    "/v1/not-taken-settings": "as it is by default",
    "/v1/texas/hand-off-codes": "02",
    "/v1/texas/off-campus-codes": "college visit",
}
"""Routes that speak of no school, and a word that each says to everybody who may read it."""
VISIT = {
    "code": "V", "begins_on": "2025-08-01", "definition": "A college visit", "presence": "absent",
    "present_at_official_roll": True,
}  # fmt: skip
Route = tuple[str, str, dict[str, Any]]


def body(template: str) -> dict[str, Any]:
    """In good order; an act is a new one each time."""
    bodies: dict[str, dict[str, Any]] = {
        "course-credit-policies": POLICY,
        "course-credit-actions": {
            "action_id": str(uuid4()), "student_id": "bob", "section_id": "class-01", "kind": "notice",
            "done_on": WEEK[0], "said": "as the policy says", "document": "file 7",
        },
        "sa-129-bands": {
            "begins_on": "2026-09-01", "cite": "SA-129 of 2026",
            "bands": [{"band": "all", "grades": list(get_args(Grade))}],
        },
        "truancy-acts": {
            "act_id": str(uuid4()), "school_id": "oak", "student_id": "uri", "kind": "report", "done_on": WEEK[0],
            "said": "as the section asks", "document": "file 12",
        },
        "statements": {
            "statement_id": PLACES["statement_id"], "school_id": "oak", "school_year": 2026, "period": 7,
        },
        "not-taken-settings": {
            "setting_id": str(uuid4()), "jurisdiction": "illinois", "counts_as": "not_taken", "begins_on": MONDAY,
            "reason": "as it is by default",
        },
        "earlier-ada": {
            "entry_id": str(uuid4()), "school_id": "oak", "school_year": 2025, "ada": "7.5",
            "document": "claim of 2025",
        },
        "minimum-time-settings": {
            "setting_id": str(uuid4()), "grid": "grid 1", "begins_on": MONDAY, "reason": "as the grid has it",
        },
    }  # fmt: skip
    of_texas: dict[str, dict[str, Any]] = {
        "flexible-minutes": {"school_id": "cedar", "student_id": "eve", "on": MONDAY, "minutes": 240, "program": "1"},
        "waived-days": {"school_id": "cedar", "school_year": 2026, "on": FRIDAY, "document": "letter 1"},
        "program-enrollments": {
            "school_id": "cedar", "student_id": "ana", "setting": "career and technical V5", "begins_on": "2025-08-18",
        },
        "year-figures": {"school_id": "cedar", "school_year": 2026, "target_percent": "95.4"},
        "off-campus-codes": {"code": "V", "ground": "college visit", "begins_on": "2025-08-01"},
        "campus-numbers": {"school_id": "cedar", "campus_number": NUMBERED},
        "unique-student-ids": {"school_id": "cedar", "student_id": "ana", "unique_id": UNIQUE["ana"]},
        "hand-off-codes": {"school_year": 2026, "attendance_event_indicator": "02"},
    }  # fmt: skip
    name = template.rsplit("/", 1)[1]
    return {"rows": [of_texas[name]]} if name in of_texas else bodies[name]


@dataclass(frozen=True)
class Walk:
    """Districts in which every route has something to say of a school."""

    home: CedarHigh
    others: Mapping[str, CedarHigh]
    routes: tuple[Route, ...]

    async def ask(self, role: str, route: Route, *, school: str = "oak", elsewhere: bool = False) -> httpx.Response:
        method, template, operation = route
        state = "texas" if template.startswith("/v1/texas/") else ELSEWHERE.get(template, "")
        home = self.others.get(state, self.home)
        schools = [school, *(["cedar"] if school == "oak" else [])] if role in SCHOOL_ROLES else None
        district = f"elsewhere-{uuid4().hex[:8]}" if elsewhere else home.district_id
        needed = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and one["required"]}
        more = MORE.get(template, {}) if method == "GET" else {}
        token = self.home.issuer.mint(role=role, subject=f"a {role}", districts=[district], schools=schools)
        return await self.home.credit.request(
            method, template.format(**PLACES | {"student_id": STUDENTS.get(state, "bob")}), headers=bearer(token),
            params={name: PLACES[name] for name in sorted(needed)} | more,
            json=body(template) if method == "POST" else None,
        )  # fmt: skip

    async def reaches(self, role: str, route: Route, **who: Any) -> bool:
        """Whether anything of the school is read, or written."""
        answer = await self.ask(role, route, **who)
        assert answer.status_code < 500, f"{role} {who}: {route[:2]}: {answer.text}"
        if route[0] == "POST":
            return answer.is_success
        return answer.is_success and any(word in answer.text for word in (*OF_A_SCHOOL, *STREAMS))

    def says(self, template: str, answer: httpx.Response) -> bool:
        """Whether the answer says what the route is there to say. That of a stream alone is none, but of streams."""
        words = (OF_THE_DISTRICT[template],) if template in OF_THE_DISTRICT else OF_A_SCHOOL
        return any(word in answer.text for word in (STREAMS if template == "/v1/status" else words))


@pytest.fixture(scope="module")
async def walk(followed_roll: str, issuer: Issuer, credit_settings: SettingsOf) -> AsyncIterator[Walk]:
    district = f"rights-{uuid4().hex[:8]}"
    states: dict[str, type[CedarHigh]] = {"texas": CedarHigh, "illinois": OakPark, "california": Sylmar}
    app = create(credit_settings(district, *(f"{district}-{state}" for state in states)))
    routes = tuple(
        (method.upper(), path, operation)
        for path, operations in sorted(app.openapi()["paths"].items())
        for method, operation in sorted(operations.items())
        if path not in OPEN
    )
    async with AsyncExitStack() as stack:
        credit = await stack.enter_async_context(running(app))

        async def opened(kind: type[CedarHigh], name: str) -> CedarHigh:
            return await stack.enter_async_context(kind.beside(credit, followed_roll, issuer, name))

        school = await opened(Batavia, district)
        others = {state: await opened(kind, f"{district}-{state}") for state, kind in states.items()}
        assert isinstance(school, Batavia)
        await school.take_classes(MONDAY, bob=0)
        cedar = others["texas"]
        await cedar.tell("attendance-codes", VISIT)
        eve = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "eve")
        await cedar.tell("school-enrollments", eve | {"ada_eligibility_code": "7"})
        await cedar.take_every_roll(*WEEK)
        await cedar.take_roll("algebra", MONDAY, version=1, ana="V")
        for other in others.values():
            await other.caught_up()
        await school.caught_up()
        await numbered(cedar)
        walk = Walk(school, others, routes)
        for route in routes:
            if route[0] == "POST":
                answer = await walk.ask("district_office", route)
                assert answer.is_success, f"{route[1]}: {answer.text}"
        yield walk


async def test_every_route_of_credit_asks_who_is_there(walk: Walk) -> None:
    assert len(walk.routes) > 20
    for method, template, _ in walk.routes:
        answer = await walk.home.credit.request(method, template.format(**PLACES))
        assert answer.status_code == 401, f"{method} {template}"


async def test_the_table_of_rights_is_what_credit_does(walk: Walk) -> None:
    lines = []
    for route in walk.routes:
        cells = [await right(walk, role, route) for role in ROLES]
        assert any(cells), f"{route[:2]}: nobody may use it"
        lines.append(f"| `{route[0]} {route[1]}` | {' | '.join(cells)} |")
    names = " | ".join(role.replace("_", " ") for role in ROLES)
    page = INTRODUCTION + "\n".join([f"| credit | {names} |", f"|{'---|' * (len(ROLES) + 1)}", *lines]) + "\n"
    if os.environ.get("REWRITE_RIGHTS"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page, f"docs/rights-credit.md is not what credit does:\n{page}"


async def right(walk: Walk, role: str, route: Route) -> str:
    """A cell of the table, each for a reason that was read: of her own schools or of the district, and never of others.
    What is reached from another district is no right: it fails the test."""
    method, template, _ = route
    if method == "GET":
        assert not await walk.reaches(role, route, elsewhere=True), f"{route[:2]}: {role} elsewhere"
    answer = await walk.ask(role, route)
    assert answer.status_code != 401
    if answer.status_code == 403:
        return ""
    assert answer.is_success, f"{role}: {route[:2]}: {answer.text}"
    assert method == "POST" or walk.says(template, answer), f"{role}: nothing to see: {route[:2]}"
    if role not in SCHOOL_ROLES:
        return "district"
    if template not in OF_THE_DISTRICT:
        assert not await walk.reaches(role, route, school="elm"), f"{route[:2]}: {role} of another school"
        return "own schools"
    assert walk.says(template, await walk.ask(role, route, school="elm"))
    return "district"


INTRODUCTION = """# Who may do what in credit

Written by `tests/credit/test_rights.py`, which asks every route as every role, at home, and with a token of another
school and of another district. An empty cell is a refusal (403). *Own schools*: those that the token names; of others
nothing is found, not even that there is a stream of theirs. *District*: all of it; for a school's own staff, what is
the district's and says nothing of a student. The service is program, which shows what it reads by its own rights.

"""
