"""Conflicts that wait: who sees which, until when, and how many a day has."""

from typing import Any

import pytest

from tests.roll.lincoln_high import ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass
from tests.roll.offline import kent_substitutes, kept, queued
from tests.roll.telling import tell, the

OF_THE_SCHOOL, HERS = "/v1/schools/lincoln/roll-conflicts", "/v1/me/roll-conflicts"


@pytest.fixture
async def lincoln(lincoln: LincolnHigh) -> LincolnHigh:
    """On the Tuesday, Ms. Ruiz and her substitute differ on Ana and Ben."""
    await kent_substitutes(lincoln)
    await kept(lincoln, queued("AAP"))
    await kept(lincoln, queued("PPP"), by="t-kent")
    return lincoln


async def listed(lincoln: LincolnHigh, path: str = OF_THE_SCHOOL, **params: Any) -> dict[str, Any]:
    ask = lincoln.clerk if path == OF_THE_SCHOOL else lincoln.ruiz
    answer = await ask("GET", path, params=params)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def whom(said: dict[str, Any]) -> list[str]:
    return [conflict["student_id"] for conflict in said["conflicts"]]


async def test_the_office_lists_its_schools_conflicts_with_both_claims_and_where_to_look(lincoln: LincolnHigh) -> None:
    first, second = (await listed(lincoln))["conflicts"]

    assert (first["student_id"], second["student_id"]) == ("ana", "ben")
    assert (first["title"], first["on"], first["period_id"], first["stands"]) == ("Algebra I", TUESDAY, "02", "A")
    assert [(claim["code"], claim["by"], claim["authority"]) for claim in first["claims"]] == [
        ("A", "t-ruiz", "teacher"),
        ("P", "t-kent", "substitute"),
    ]
    assert (await lincoln.clerk("GET", first["sheet"])).status_code == 200


async def test_what_is_resolved_is_listed_no_longer(lincoln: LincolnHigh) -> None:
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("ben"))
    assert whom(await listed(lincoln)) == ["ana"]

    await lincoln.take_roll("ana", base_version=3)
    assert whom(await listed(lincoln)) == []


async def test_a_field_trip_resolves_a_conflict_even_where_the_mark_already_says_so(lincoln: LincolnHigh) -> None:
    trip = {name: said for name, said in a_nurse_pass().items() if name != "student_id"}
    act = trip | {"code": "A", "on": TUESDAY, "students": ["ben", "cho"]}

    answer = await lincoln.clerk("POST", "/v1/adjustments", json=act)

    assert answer.json()["marks_adjusted"] == 2
    assert whom(await listed(lincoln)) == ["ana"]


async def test_a_teacher_lists_those_of_the_days_on_which_a_section_is_hers(lincoln: LincolnHigh) -> None:
    both_days = the("section-teachers", staff_id="t-kent", begins_on=TUESDAY, ends_before="2026-03-12", substitute=True)
    await tell(lincoln, "section-teachers", both_days)
    await kept(lincoln, queued("PPA", on=WEDNESDAY))
    await kept(lincoln, queued("PPP", on=WEDNESDAY), by="t-kent")
    await tell(lincoln, "section-teachers", both_days | {"ends_before": WEDNESDAY})

    kents = (await lincoln.ask("teacher", "GET", HERS, subject="t-kent")).json()

    assert whom(await listed(lincoln, HERS)) == ["ana", "ben", "cho"]
    assert whom(kents) == ["ana", "ben"]
    assert whom(await listed(lincoln, HERS, on=WEDNESDAY)) == ["cho"]


async def test_a_list_goes_on_where_its_last_page_ended(lincoln: LincolnHigh) -> None:
    first = await listed(lincoln, limit=1)
    second = await listed(lincoln, limit=1, cursor=first["next_cursor"])

    assert (whom(first), whom(second), second["next_cursor"]) == (["ana"], ["ben"], None)
    for cursor in ("x", "WyJ4IiwgImEiLCAiYiIsICJjIl0"):  # the second is a key that begins with no day
        assert (await lincoln.clerk("GET", OF_THE_SCHOOL, params={"cursor": cursor})).status_code == 400


async def test_a_list_is_a_reading_of_the_students_records(lincoln: LincolnHigh) -> None:
    await listed(lincoln)

    accesses = (await lincoln.ask("auditor", "GET", "/v1/students/ben/accesses")).json()["accesses"]

    assert (accesses[0]["subject"], accesses[0]["route"]) == ("c-ito", "/v1/schools/{school_id}/roll-conflicts")


async def test_the_day_at_a_glance_counts_the_marks_in_conflict(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "school-enrollments", the("school-enrollments", 0, grade="09"))
    path = f"/v1/schools/lincoln/days/{TUESDAY}"
    day = (await lincoln.ask("dashboard", "GET", path)).json()

    assert day["in_conflict"] == 2
    assert [period["in_conflict"] for period in day["by_period"]] == [2]
    assert [(grade["grade"], grade["in_conflict"]) for grade in day["by_grade"]] == [("09", 1), ("10", 1)]
    assert (await lincoln.ask("dashboard", "GET", f"/v1/days/{TUESDAY}")).json()["in_conflict"] == 2

    await tell(lincoln, "calendar-days", the("calendar-days", instructional=False, closed="all", cause="Gas leak"))
    assert (await lincoln.ask("dashboard", "GET", path)).json()["in_conflict"] == 0


async def test_strangers_to_the_school_or_the_section_are_shown_none(lincoln: LincolnHigh) -> None:
    elsewhere = await lincoln.ask("attendance_clerk", "GET", OF_THE_SCHOOL, schools=["washington"])
    another = await lincoln.ask("teacher", "GET", HERS, subject="t-nobody")
    teacher = await lincoln.ruiz("GET", OF_THE_SCHOOL)

    assert (elsewhere.status_code, another.json()["conflicts"], teacher.status_code) == (404, [], 403)
