"""An absence over HTTP: covered with the least change, once, and the old week stays readable."""

import asyncio
from uuid import uuid4

import httpx

from tests.program.los_altos import LosAltos


async def staffed(los_altos: LosAltos) -> str:
    """Crenshaw five days, Banning three, Belmont one: two counselors, who share nothing."""
    body = {"assignment_id": str(uuid4()), "counselors": ["kent", "ruiz"]}
    path = f"/v1/selections/{await los_altos.selected(3)}/assignments"
    answer = await los_altos.coordinator("POST", path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["assignment_id"])


async def absent(los_altos: LosAltos, assignment: str, counselor: str, **more: object) -> httpx.Response:
    body = {"assignment_id": str(uuid4()), "counselor_id": counselor} | more
    return await los_altos.coordinator("POST", f"/v1/assignments/{assignment}/absences", json=body)


async def at(los_altos: LosAltos, school: str, assignment: str) -> str:
    """Who serves a school."""
    week = (await los_altos.coordinator("GET", f"/v1/assignments/{assignment}")).json()["timetable"]["days"]
    (who,) = {day["counselor_id"] for day in week if day["school_id"] == school}
    return str(who)


async def test_a_spare_counselor_takes_the_week_and_nobody_else_moves(los_altos: LosAltos) -> None:
    assignment = await staffed(los_altos)
    gone = await at(los_altos, "crenshaw", assignment)
    answer = await absent(los_altos, assignment, gone, spare=["lee"])
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    lees = [day for day in kept["timetable"]["days"] if day["counselor_id"] == "lee"]
    assert ({day["school_id"] for day in lees}, len(lees)) == ({"crenshaw"}, 5)
    assert gone not in {day["counselor_id"] for day in kept["timetable"]["days"]}
    assert (kept["supersedes"], kept["plan"], kept["cover"]["uncovered"]) == (assignment, None, [])


async def test_the_old_week_stays_readable_and_names_its_successor(los_altos: LosAltos) -> None:
    assignment = await staffed(los_altos)
    before = (await los_altos.coordinator("GET", f"/v1/assignments/{assignment}")).json()
    made = (await absent(los_altos, assignment, "kent")).json()
    after = (await los_altos.coordinator("GET", f"/v1/assignments/{assignment}")).json()
    assert after == before | {"superseded_by": made["assignment_id"]}


async def test_without_a_spare_the_uncovered_days_are_named_and_tried_again_later(los_altos: LosAltos) -> None:
    assignment = await staffed(los_altos)
    first = await at(los_altos, "crenshaw", assignment)
    second = ({"kent", "ruiz"} - {first}).pop()
    made = (await absent(los_altos, assignment, first)).json()
    assert len(made["cover"]["given"]) == 1
    assert len(made["cover"]["uncovered"]) == 4
    later = (await absent(los_altos, made["assignment_id"], second, spare=["lee", "wu"])).json()
    assert later["cover"]["uncovered"] == []
    assert {day["counselor_id"] for day in later["timetable"]["days"]} == {"lee", "wu"}


async def test_of_two_reports_at_once_one_stands(los_altos: LosAltos) -> None:
    assignment = await staffed(los_altos)
    answers = await asyncio.gather(*(absent(los_altos, assignment, who) for who in ("kent", "ruiz")))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_a_retry_gets_the_first_answer(los_altos: LosAltos) -> None:
    assignment, name = await staffed(los_altos), str(uuid4())
    first = await absent(los_altos, assignment, "kent", assignment_id=name)
    again = await absent(los_altos, assignment, "kent", assignment_id=name)
    other = await absent(los_altos, assignment, "ruiz", assignment_id=name)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()


async def test_a_counselor_who_has_no_day_cannot_be_absent(los_altos: LosAltos) -> None:
    answer = await absent(los_altos, await staffed(los_altos), "lee")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/counselor_id")
    assert (await absent(los_altos, str(uuid4()), "lee")).status_code == 404
