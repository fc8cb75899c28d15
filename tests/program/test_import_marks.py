"""Marks by term, as a table over HTTP: they move the fourth objective; a later term takes an earlier one's place."""

import httpx
import pytest

from tests.program.los_altos import LosAltos
from tests.program.test_track_objectives import objectives

HEADING = "school_id,measure,before,now\n"
FALL = HEADING + "crenshaw,academic grades,2.31,2.38\ncrenshaw,cooperation,1.44,1.52\ncrenshaw,work habits,1.37,1.41\n"


async def send(los_altos: LosAltos, table: str, term: str = "fall", role: str = "coordinator") -> httpx.Response:
    token = los_altos.issuer.mint(role=role, subject=role, districts=[los_altos.district_id])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    params = {"program_year": "2013", "term": term}
    return await los_altos.http.post("/v1/marks.csv", content=table.encode(), headers=headers, params=params)


async def test_marks_of_a_term_move_the_objective_and_a_later_term_takes_their_place(
    los_altos: LosAltos,
) -> None:
    selection = await los_altos.selected()
    assert (await send(los_altos, FALL)).json() == {"kept": 3, "known": 0}
    marks = (await objectives(los_altos, selection, "2012-12-14"))["objectives"][3]
    assert (marks["met"], marks["evidence"][0]) == (True, "academic grades 2.31 became 2.38: marks of fall")
    assert (await send(los_altos, HEADING + "crenshaw,cooperation,1.50,1.49\n", "spring")).status_code == 200
    marks = (await objectives(los_altos, selection, "2013-05-14"))["objectives"][3]
    assert (marks["met"], marks["because"]) == (False, "not risen: cooperation")


async def test_the_same_table_twice_changes_nothing(los_altos: LosAltos) -> None:
    await send(los_altos, FALL)
    assert (await send(los_altos, FALL)).json() == {"kept": 0, "known": 3}


@pytest.mark.parametrize(
    "row",
    ["crenshaw,conduct,1,2", "crenshaw,cooperation,1,many", "a/b,cooperation,1,2", "crenshaw,cooperation,1",
     "crenshaw,academic grades,1,2"],
)  # fmt: skip
async def test_a_row_that_cannot_be_kept_says_where_and_nothing_is_kept(row: str, los_altos: LosAltos) -> None:
    selection = await los_altos.selected()
    answer = await send(los_altos, f"{FALL}{row}\n")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/lines/5")
    assert (await objectives(los_altos, selection, "2012-12-14"))["objectives"][3]["evidence"] == []


async def test_another_heading_is_refused_and_so_is_who_may_not(los_altos: LosAltos) -> None:
    assert (await send(los_altos, "school,mark\n")).status_code == 422
    assert (await send(los_altos, FALL, role="auditor")).status_code == 403
