"""The objectives over HTTP: evidence kept for ever, both readings of the 5 %, and who must still move."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.program.los_altos import LosAltos, a_share

REVIEW = {"kind": "review", "on": "2012-09-20", "source": "minutes of 20 September"}


def a_measure(**changes: str) -> dict[str, str]:
    said = {"kind": "measure", "objective": "awareness", "name": "staff", "before": "50", "now": "61.5"}
    return said | {"source": "survey"} | changes


async def keep(los_altos: LosAltos, said: dict[str, str], role: str = "counselor", **more: Any) -> httpx.Response:
    body = {"evidence_id": str(uuid4()), "program_year": 2013, "said": said} | more
    return await los_altos.ask(role, "POST", "/v1/schools/crenshaw/evidence", schools=["crenshaw"], json=body)


async def objectives(los_altos: LosAltos, selection: str, through: str, **more: str) -> dict[str, Any]:
    """Crenshaw's."""
    path = f"/v1/selections/{selection}/objectives"
    answer = await los_altos.ask("dashboard", "GET", path, params={"through": through} | more)
    assert answer.status_code == 200, answer.text
    (school,) = [school for school in answer.json()["schools"] if school["school_id"] == "crenshaw"]
    return dict(school)


async def test_mid_year_shows_both_readings_and_who_must_still_move(los_altos: LosAltos) -> None:
    selection = await los_altos.selected()
    los_altos.credit.rows[los_altos.district_id] = [a_share("crenshaw", 90, 200)]
    school = await objectives(los_altos, selection, "2012-12-14")
    assert los_altos.credit.asked[-1] == {"begins_on": "2012-07-01", "ends_before": "2012-12-15"}
    assert (school["before"], school["now"]) == ([409, 1000], [90, 200])
    assert school["increase"] == {
        "test": "points",
        "met": False,
        "points": "4.10",
        "relative_percent": "10.02",
        "met_by_points": False,
        "met_by_relative": True,
        "students_needed": 92,
        "to_move": 2,
    }


async def test_the_reading_that_counts_can_be_chosen(los_altos: LosAltos) -> None:
    selection = await los_altos.selected()
    los_altos.credit.rows[los_altos.district_id] = [a_share("crenshaw", 90, 200)]
    school = await objectives(los_altos, selection, "2012-12-14", test="relative")
    assert (school["increase"]["met"], school["increase"]["to_move"]) == (True, 0)
    assert school["objectives"][4]["met"] is True


async def test_evidence_moves_an_objective_and_is_shown_with_its_source(los_altos: LosAltos) -> None:
    selection = await los_altos.selected()
    assert (await keep(los_altos, REVIEW)).status_code == 201
    for name in ("staff", "students", "parents"):
        assert (await keep(los_altos, a_measure(name=name))).status_code == 201
    monitor, awareness, interventions, *_ = (await objectives(los_altos, selection, "2012-10-15"))["objectives"]
    assert (monitor["met"], monitor["evidence"]) == (True, ["2012-09-20: minutes of 20 September"])
    assert (awareness["met"], awareness["evidence"][0]) == (True, "staff 50 became 61.5: survey")
    assert (interventions["met"], interventions["because"][:12]) == (None, "no evidence:")


async def test_a_later_measure_takes_an_earlier_ones_place(los_altos: LosAltos) -> None:
    selection = await los_altos.selected()
    await keep(los_altos, a_measure(now="61"))
    await keep(los_altos, a_measure(now="49"))
    awareness = (await objectives(los_altos, selection, "2012-10-15"))["objectives"][1]
    assert (awareness["met"], awareness["because"]) == (False, "not risen: staff")


async def test_a_retry_keeps_evidence_once_and_another_body_is_refused(los_altos: LosAltos) -> None:
    name = str(uuid4())
    first = await keep(los_altos, REVIEW, evidence_id=name)
    again = await keep(los_altos, REVIEW, evidence_id=name)
    other = await keep(los_altos, REVIEW | {"on": "2012-09-21"}, evidence_id=name)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        (REVIEW | {"on": "2012-06-30"}, "/said/on"),
        (REVIEW | {"on": "2013-07-01"}, "/said/on"),
        (a_measure(name="neighbours"), "/said/name"),
        (a_measure(now="many"), "/said/measure/now"),
        (a_measure(source=""), "/said/measure/source"),
    ],
)
async def test_evidence_that_cannot_be_read_says_where(said: dict[str, str], pointer: str, los_altos: LosAltos) -> None:
    answer = await keep(los_altos, said)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_the_first_and_last_day_of_the_program_year_are_in_it(los_altos: LosAltos) -> None:
    path = f"/v1/selections/{await los_altos.selected()}/objectives"
    for through, status in (("2012-06-30", 422), ("2012-07-01", 200), ("2013-06-30", 200), ("2013-07-01", 422)):
        assert (await los_altos.coordinator("GET", path, params={"through": through})).status_code == status


async def test_a_principal_reads_and_does_not_testify(los_altos: LosAltos) -> None:
    assert (await keep(los_altos, REVIEW, role="principal")).status_code == 403


async def test_a_counselor_testifies_of_her_own_schools_only(los_altos: LosAltos) -> None:
    token = los_altos.issuer.mint(role="counselor", subject="c", districts=[los_altos.district_id], schools=["bell"])
    body = {"evidence_id": str(uuid4()), "program_year": 2013, "said": REVIEW}
    for school, status in (("crenshaw", 403), ("bell", 201)):
        answer = await los_altos.http.post(
            f"/v1/schools/{school}/evidence", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status
