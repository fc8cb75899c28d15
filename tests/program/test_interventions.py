"""Interventions over HTTP: kept for ever, superseded once, and measured against the rest of the grade."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.schema.roster import Grade
from shared.schema.trends import StudentWindows
from tests.program.los_altos import LosAltos

PATH = "/v1/schools/bell/interventions"


def an_intervention(**changes: Any) -> dict[str, Any]:
    said = {
        "intervention_id": str(uuid4()), "program_year": 2013, "kind": "home_visit", "what": "Visits at home",
        "target": {"whom": "students", "student_ids": [f"in-{n}" for n in range(10)]},
        "begins_on": "2012-11-05", "by": ["c-1"],
    }  # fmt: skip
    return said | changes


def a_student(student: str, before: tuple[int, int], after: tuple[int, int], grade: Grade = "09") -> StudentWindows:
    """Days attended and absent in the thirty days before, and from the beginning."""
    columns = zip(before, after, strict=True)
    attended, absent = (tuple(6 * days for days in column) for column in columns)
    return StudentWindows(student_id=student, grade=grade, attended=attended, absent=absent, not_taken=(0, 0))


def tell(los_altos: LosAltos, ours: int = 10, others: int = 10, other_grade: Grade = "09") -> None:
    los_altos.credit.by_student[los_altos.district_id] = [
        *(a_student(f"in-{n}", (16, 4), (19, 1)) for n in range(ours)),
        *(a_student(f"out-{n}", (19, 1), (18, 2), other_grade) for n in range(others)),
    ]


async def keep(los_altos: LosAltos, said: dict[str, Any], path: str = PATH) -> httpx.Response:
    return await los_altos.ask("counselor", "POST", path, schools=["bell"], json=said)


async def read(los_altos: LosAltos, role: str = "counselor") -> list[dict[str, Any]]:
    schools = ["bell"] if role in ("counselor", "principal") else None
    answer = await los_altos.ask(role, "GET", PATH, schools=schools, params={"program_year": 2013})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["interventions"])


async def test_attendance_before_and_after_against_the_rest_of_the_grade(los_altos: LosAltos) -> None:
    tell(los_altos)
    assert (await keep(los_altos, an_intervention())).status_code == 201
    (shown,) = await read(los_altos)
    assert los_altos.credit.asked[-1] == {"windows": "2012-10-06/2012-11-05,2012-11-05/2012-12-05"}
    assert shown["effect"] == {
        "students": {"students": 10, "before_percent": "80.00", "after_percent": "95.00", "change_points": "15.00"},
        "rest": {"students": 10, "before_percent": "95.00", "after_percent": "90.00", "change_points": "-5.00"},
        "rest_is": "the rest of the grade", "beyond_rest_points": "20.00", "concealed": False,
    }  # fmt: skip
    assert shown["student_ids"] == [f"in-{n}" for n in range(10)]


@pytest.mark.parametrize(("ours", "others", "concealed"), [(10, 10, False), (9, 10, True), (10, 9, True)])
async def test_fewer_than_ten_on_either_side_are_for_the_school_itself(
    los_altos: LosAltos, ours: int, others: int, concealed: bool
) -> None:
    tell(los_altos, ours, others)
    await keep(los_altos, an_intervention())
    (outside,), (inside,) = await read(los_altos, "dashboard"), await read(los_altos, "principal")
    assert outside["effect"]["concealed"] is concealed
    assert (outside["effect"]["students"] is None, outside["effect"]["rest"] is None) == (concealed, concealed)
    assert inside["effect"]["students"]["students"] == ours
    assert (outside["student_ids"], outside["what"]) == (None, None)


async def test_a_grade_wide_intervention_is_held_against_the_other_grades(los_altos: LosAltos) -> None:
    tell(los_altos, other_grade="10")
    await keep(los_altos, an_intervention(target={"whom": "grades", "grades": ["09"]}, kind="incentive"))
    (shown,) = await read(los_altos)
    assert (shown["effect"]["rest_is"], shown["effect"]["beyond_rest_points"]) == ("the other grades", "20.00")


async def test_who_was_not_there_both_before_and_after_is_in_neither_rate(los_altos: LosAltos) -> None:
    tell(los_altos, ours=9)
    los_altos.credit.by_student[los_altos.district_id].append(a_student("in-9", (0, 0), (0, 20)))
    await keep(los_altos, an_intervention())
    (shown,) = await read(los_altos)
    assert shown["effect"]["students"]["students"] == 9


async def test_a_retry_keeps_once_and_another_body_is_refused(los_altos: LosAltos) -> None:
    tell(los_altos)
    said = an_intervention()
    answers = [
        await keep(los_altos, said),
        await keep(los_altos, said),
        await keep(los_altos, said | {"kind": "letter"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert answers[0].json() == answers[1].json()
    assert len(await read(los_altos)) == 1


async def test_a_later_one_takes_the_place_of_an_earlier_one_once(los_altos: LosAltos) -> None:
    tell(los_altos)
    first = an_intervention()
    second = an_intervention(supersedes=first["intervention_id"], did_not_happen=True)
    third = an_intervention(supersedes=first["intervention_id"])
    codes = [(await keep(los_altos, said)).status_code for said in (first, second, third, second)]
    assert codes == [201, 201, 409, 200]
    (shown,) = await read(los_altos)
    assert (shown["intervention_id"], shown["effect"]) == (second["intervention_id"], None)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"begins_on": "2012-06-30"}, "/begins_on"),
        ({"begins_on": "2013-07-01"}, "/begins_on"),
        ({"supersedes": str(uuid4())}, "/supersedes"),
        ({"ends_before": "2012-11-05"}, ""),
        ({"kind": "detention"}, "/kind"),
        ({"target": {"whom": "students", "student_ids": ["a", "a"]}}, "/target/students"),
        ({"target": {"whom": "grades", "grades": []}}, "/target/grades/grades"),
        ({"by": []}, "/by"),
    ],
)
async def test_what_cannot_be_kept_says_where(los_altos: LosAltos, changes: dict[str, Any], pointer: str) -> None:
    answer = await keep(los_altos, an_intervention(**changes))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_an_intervention_is_kept_by_the_schools_own_counselor(los_altos: LosAltos) -> None:
    assert (await keep(los_altos, an_intervention(), "/v1/schools/banning/interventions")).status_code == 403
    for role, schools in (("counselor", None), ("principal", ["bell"]), ("dashboard", None), ("auditor", None)):
        answer = await los_altos.ask(role, "POST", PATH, schools=schools, json=an_intervention())
        assert answer.status_code == 403, role
    assert (await los_altos.coordinator("POST", PATH, json=an_intervention())).status_code == 201


async def test_another_schools_principal_reads_none(los_altos: LosAltos) -> None:
    answer = await los_altos.ask("principal", "GET", PATH, schools=["banning"], params={"program_year": 2013})
    assert answer.status_code == 404
