"""A school's page and the district's summary: as CSV that adds up, as pages that print."""

import csv
import io
import re
import zlib
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.schema.trends import StudentWindows
from tests.program.los_altos import LosAltos, a_share
from tests.program.test_trends import a_trend

SCHOOL = "/v1/schools/crenshaw/report"
ASKED = {"program_year": "2013", "through": "2012-12-14"}


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def report(los_altos: LosAltos, role: str, accept: str, path: str = SCHOOL, **params: str) -> httpx.Response:
    token = los_altos.issuer.mint(
        role=role, subject=role, districts=[los_altos.district_id],
        schools=["crenshaw"] if role in ("principal", "counselor") else None,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    return await los_altos.http.get(path, params=params or ASKED, headers=headers)


@pytest.fixture
async def crenshaw(los_altos: LosAltos) -> LosAltos:
    """A ninth grade of nine, a tenth and an eleventh of thirty; one intervention for one student."""
    district = los_altos.district_id
    los_altos.credit.trends[district] = [
        a_trend("crenshaw", "09", 9), a_trend("crenshaw", "10", 30), a_trend("crenshaw", "11", 31),
    ]  # fmt: skip
    los_altos.credit.rows[district] = [
        a_share("crenshaw", 5, 9), a_share("crenshaw", 15, 30, "10"), a_share("crenshaw", 20, 31, "11"),
    ]  # fmt: skip
    los_altos.credit.by_student[district] = [
        StudentWindows(student_id=student, grade="09", attended=(60, 120), absent=(60, 0), not_taken=(0, 0))
        for student in ("ana", "ben")
    ]
    said: dict[str, Any] = {
        "intervention_id": str(uuid4()), "program_year": 2013, "kind": "conference", "what": "=HYPERLINK(1)",
        "target": {"whom": "students", "student_ids": ["ana"]}, "begins_on": "2012-10-01", "by": ["c-1"],
    }  # fmt: skip
    kept = await los_altos.coordinator("POST", "/v1/schools/crenshaw/interventions", json=said)
    assert kept.status_code == 201, kept.text
    return los_altos


async def test_the_school_reads_all_of_its_page_and_others_no_small_group(crenshaw: LosAltos) -> None:
    ours = rows_of(await report(crenshaw, "principal", "text/csv"))
    theirs = rows_of(await report(crenshaw, "dashboard", "text/csv"))
    weeks = [row for row in ours if row["table"] == "week" and row["grade"] == "09"]
    assert [(row["students"], row["attended_days"], row["absent_days"], row["percent"]) for row in weeks] == [
        ("9", "36.00", "9.00", "80.00")
    ] * 2
    assert {row["grade"] for row in theirs if row["table"] == "week" and row["students"]} == {"all", "11"}
    assert {row["grade"] for row in theirs if row["table"] == "at the line"} == {"11"}
    assert {row["grade"] for row in ours if row["table"] == "at the line"} == {"09", "10", "11"}
    (mine,) = [row for row in ours if row["table"] == "intervention, students"]
    (hidden,) = [row for row in theirs if row["table"] == "intervention, students"]
    assert (mine["students"], mine["percent"], hidden["students"], hidden["percent"]) == ("1", "100.00", "", "")
    assert "HYPERLINK" not in str(theirs)


@pytest.mark.parametrize("role", ["principal", "dashboard"])
async def test_the_schools_page_is_a_pdf_with_its_charts_drawn(crenshaw: LosAltos, role: str) -> None:
    answer = await report(crenshaw, role, "application/pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    drawn = b"".join(zlib.decompress(part) for part in streams(answer.content))
    assert drawn.count(b" re") > 8, "tiles and bars"
    assert b"/Subtype /Image" not in answer.content, "drawn, not painted"


def streams(pdf: bytes) -> list[bytes]:
    """The page contents; fonts are compressed as well, and are as welcome to be counted."""
    return [part for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL) if part[:1] == b"\x78"]


async def test_the_districts_summary_has_a_row_for_every_school_that_was_looked_at(crenshaw: LosAltos) -> None:
    crenshaw.credit.rows[crenshaw.district_id] = [a_share("crenshaw", 409), a_share("banning", 410)]
    path = f"/v1/selections/{await crenshaw.selected()}/report"
    crenshaw.credit.rows[crenshaw.district_id] = [a_share("crenshaw", 90, 200), a_share("banning", 4, 9)]
    rows = {
        row["school_id"]: row
        for row in rows_of(await report(crenshaw, "dashboard", "text/csv", path, through="2012-12-14"))
    }
    assert (rows["crenshaw"]["share_before_percent"], rows["crenshaw"]["share_now_percent"]) == ("40.90", "45.00")
    assert (rows["crenshaw"]["change_points"], rows["crenshaw"]["to_move"]) == ("4.10", "2")
    assert (rows["banning"]["outcome"], rows["banning"]["share_now_percent"]) == ("selected", ""), "nine students"
    assert rows["bell"]["because"] == "API 805 is not below 800"
    pages = await report(crenshaw, "auditor", "application/pdf", path, through="2012-12-14")
    assert pages.content.startswith(b"%PDF-")
    assert "attachment" in pages.headers["content-disposition"]


async def test_a_form_that_there_is_none_of_is_refused(crenshaw: LosAltos) -> None:
    assert (await report(crenshaw, "principal", "image/png")).status_code == 406
    assert (await report(crenshaw, "principal", "*/*")).headers["content-type"] == "application/pdf"


@pytest.mark.parametrize(("through", "status"), [("2012-06-30", 422), ("2012-07-01", 200), ("2013-07-01", 422)])
async def test_a_page_is_of_a_day_in_its_year(crenshaw: LosAltos, through: str, status: int) -> None:
    answer = await report(crenshaw, "principal", "text/csv", program_year="2013", through=through)
    assert answer.status_code == status


async def test_a_school_that_the_program_does_not_know_has_no_page(crenshaw: LosAltos) -> None:
    assert (await report(crenshaw, "auditor", "text/csv", "/v1/schools/nowhere/report")).status_code == 404
