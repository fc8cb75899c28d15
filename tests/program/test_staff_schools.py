"""Assignments over HTTP: proven, kept, and handed out as a week."""

from uuid import uuid4

import httpx

from tests.program.los_altos import LosAltos


async def staff(los_altos: LosAltos, selection: str, **more: object) -> httpx.Response:
    body = {"assignment_id": str(uuid4())} | more
    return await los_altos.coordinator("POST", f"/v1/selections/{selection}/assignments", json=body)


async def test_the_selected_schools_get_their_days_from_as_few_counselors_as_can_be(los_altos: LosAltos) -> None:
    answer = await staff(los_altos, await los_altos.selected(3))
    assert answer.status_code == 201, answer.text
    plan = answer.json()["plan"]
    assert (plan["counselors_used"], plan["pairs"], plan["idle_days"], plan["optimal"]) == (2, 3, 1, True)
    assert len(answer.json()["timetable"]["days"]) == 9


async def test_an_assignment_reads_back_as_it_was_made(los_altos: LosAltos) -> None:
    made = (await staff(los_altos, await los_altos.selected(3), counselors=["ruiz", "kent"])).json()
    path = f"/v1/assignments/{made['assignment_id']}"
    assert (await los_altos.ask("counselor", "GET", path)).json() == made


async def test_a_retry_gets_the_first_assignment_and_another_request_a_refusal(los_altos: LosAltos) -> None:
    selection, name = await los_altos.selected(3), str(uuid4())
    first = await staff(los_altos, selection, assignment_id=name)
    again = await staff(los_altos, selection, assignment_id=name)
    other = await staff(los_altos, selection, assignment_id=name, counselors=["ruiz", "kent"])
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json() == again.json()


async def test_too_few_counselors_is_said_in_numbers(los_altos: LosAltos) -> None:
    answer = await staff(los_altos, await los_altos.selected(3), counselors=["ruiz"])
    assert answer.status_code == 422
    assert answer.json()["detail"] == "9 days a week need 2 counselors; there are 1, 1 too few"


async def test_a_counselor_listed_twice_is_refused(los_altos: LosAltos) -> None:
    assert (await staff(los_altos, await los_altos.selected(3), counselors=["ruiz", "ruiz"])).status_code == 422


async def test_fixed_and_forbidden_pairs_are_kept(los_altos: LosAltos) -> None:
    made = await staff(
        los_altos,
        await los_altos.selected(3),
        counselors=["ruiz", "kent"],
        fixed=[{"counselor_id": "kent", "school_id": "crenshaw"}],
        forbidden=[{"counselor_id": "kent", "school_id": "banning"}],
    )
    served = {(visit["counselor_id"], visit["school_id"]) for visit in made.json()["plan"]["visits"]}
    assert served == {("kent", "crenshaw"), ("ruiz", "banning"), ("ruiz", "belmont")}


async def test_a_counselor_is_not_sent_anywhere_on_the_weekdays_on_which_she_is_away(los_altos: LosAltos) -> None:
    selection, away = await los_altos.selected(3), [{"counselor_id": "kent", "weekdays": [1, 5]}]
    made = await staff(los_altos, selection, counselors=["ruiz", "kent", "cole"], away=away)
    assert made.status_code == 201, made.text
    kents = {day["weekday"] for day in made.json()["timetable"]["days"] if day["counselor_id"] == "kent"}
    assert not kents & {1, 5}
    assert (made.json()["plan"]["optimal"], made.json()["plan"]["gap_percent"]) == (True, "0.00")
    short = await staff(los_altos, selection, counselors=["ruiz", "kent"], away=away)
    said = "9 days a week are needed; with the weekdays away the counselors have 8, 1 too few"
    assert (short.status_code, short.json()["detail"]) == (422, said)


async def test_a_selection_of_nobody_cannot_be_staffed(los_altos: LosAltos) -> None:
    selection = await los_altos.select(how_many={"by": "share", "below_percent": "1"})
    assert (await staff(los_altos, selection.json()["selection_id"])).status_code == 409


async def test_an_unknown_selection_or_assignment_is_not_there(los_altos: LosAltos) -> None:
    assert (await staff(los_altos, str(uuid4()))).status_code == 404
    assert (await los_altos.coordinator("GET", f"/v1/assignments/{uuid4()}")).status_code == 404


async def test_a_counselor_does_not_assign(los_altos: LosAltos) -> None:
    path = f"/v1/selections/{await los_altos.selected()}/assignments"
    assert (await los_altos.ask("counselor", "POST", path, json={"assignment_id": str(uuid4())})).status_code == 403


async def test_the_week_comes_as_a_table_and_as_a_calendar(los_altos: LosAltos) -> None:
    made = (await staff(los_altos, await los_altos.selected(3), counselors=["ruiz", "kent"])).json()
    path = f"/v1/assignments/{made['assignment_id']}/timetable"
    table = await los_altos.ask("counselor", "GET", f"{path}.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert len(table.text.splitlines()) == 1 + 9
    assert "Crenshaw High" in table.text
    term = {"begins_on": "2012-08-14", "ends_on": "2013-06-04"}
    calendar = await los_altos.ask("counselor", "GET", f"{path}.ics", params=term | {"counselor_id": "kent"})
    assert calendar.headers["content-type"].startswith("text/calendar")
    kents = [day for day in made["timetable"]["days"] if day["counselor_id"] == "kent"]
    assert calendar.text.count("BEGIN:VEVENT") == len(kents) > 0
    closed = await los_altos.ask(
        "counselor", "GET", f"{path}.ics", params=term | {"closed": ["2012-11-12", "2012-11-22"]}
    )
    assert "EXDATE;VALUE=DATE:20121112\r\n" in closed.text
    assert "EXDATE;VALUE=DATE:20121122\r\n" in closed.text
    backwards = {"begins_on": "2013-06-04", "ends_on": "2012-08-14"}
    assert (await los_altos.ask("counselor", "GET", f"{path}.ics", params=backwards)).status_code == 422
