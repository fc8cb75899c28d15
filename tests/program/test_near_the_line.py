"""Students near the line are for their own school, and whoever reads of them is on record."""

from typing import Any

import pytest

from shared.schema.trends import NearStudent
from tests.program.los_altos import LosAltos

PATH = "/v1/schools/bell/near-the-line"
ASKED = {"program_year": "2013", "through": "2012-12-14"}
ANA = NearStudent(
    student_id="ana", grade="09", standing="within_reach", attended=540, absent=36, not_taken=0, remaining_days=84,
    absences_left=1, fell_on=None,
)  # fmt: skip


async def test_the_line_the_year_and_the_days_come_from_the_law(los_altos: LosAltos) -> None:
    los_altos.credit.near[los_altos.district_id] = [ANA]
    answer = await los_altos.ask("counselor", "GET", PATH, schools=["bell"], params=ASKED | {"grade": "09"})
    assert answer.status_code == 200, answer.text
    assert [row["student_id"] for row in answer.json()["rows"]] == ["ana"]
    assert los_altos.credit.asked[-1] == {
        "school_id": "bell", "begins_on": "2012-07-01", "ends_before": "2012-12-15", "year_ends_before": "2013-07-01",
        "grade": "09", "line": "0.96", "absences_left_at_most": "5",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "schools", "status"),
    [("counselor", ["bell"], 200), ("principal", ["bell"], 200), ("counselor", ["banning"], 404),
     ("principal", None, 404), ("counselor", None, 404), ("coordinator", None, 403), ("dashboard", None, 403),
     ("district_office", None, 403)],
)  # fmt: skip
async def test_only_the_school_itself_reads_of_its_students(
    los_altos: LosAltos, role: str, schools: list[str] | None, status: int
) -> None:
    answer = await los_altos.ask(role, "GET", PATH, schools=schools, params=ASKED)
    assert answer.status_code == status


async def test_who_read_of_a_student_is_on_record(los_altos: LosAltos) -> None:
    los_altos.credit.near[los_altos.district_id] = [ANA]
    await los_altos.ask("counselor", "GET", PATH, schools=["bell"], params=ASKED)

    answer = await los_altos.ask("auditor", "GET", "/v1/students/ana/disclosures")
    (one,) = answer.json()["disclosures"]
    assert (one["read_by"], one["role"], one["school_id"]) == ("counselor", "counselor", "bell")
    assert (await los_altos.ask("auditor", "GET", "/v1/students/ben/disclosures")).json()["disclosures"] == []
    assert (await los_altos.ask("counselor", "GET", "/v1/students/ana/disclosures")).status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"through": "2012-06-30"}, "query/through"), ({"through": "2013-07-01"}, "query/through"),
     ({"program_year": "2011"}, "query/program_year"), ({"grade": "13"}, "query/grade")],
)  # fmt: skip
async def test_what_cannot_be_asked_says_where(los_altos: LosAltos, changes: dict[str, Any], pointer: str) -> None:
    answer = await los_altos.ask("counselor", "GET", PATH, schools=["bell"], params=ASKED | changes)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
