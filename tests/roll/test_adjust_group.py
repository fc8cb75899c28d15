"""A field trip, as the attendance office enters it: one act, one reason, and a trail on every student (TX-14)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.schema.entries import MarkAdjusted, read_entry
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_nurse_pass, a_roll

SECOND_SECTION = {
    "school_id": "lincoln", "section_id": "band-1", "title": "Band", "track_id": "main",
    "begins_on": "2025-08-18", "period_ids": ["01"],
}  # fmt: skip
BAND_ROLL = ROLL.replace("algebra-1", "band-1").replace("/02", "/01")


def a_field_trip(*students: str, **more: Any) -> dict[str, Any]:
    return {
        "adjustment_id": str(uuid4()),
        "on": TUESDAY,
        "students": list(students),
        "code": "S",
        "reason": "Field trip to the planetarium",
        "authority": "t-kent",
        "document": "trip list 7",
    } | more


async def adjust(school: LincolnHigh, act: dict[str, Any]) -> httpx.Response:
    return await school.clerk("POST", "/v1/adjustments", json=act)


def outcome_of(answer: httpx.Response) -> dict[str, str]:
    return {student["student_id"]: student["outcome"] for student in answer.json()["students"]}


@pytest.fixture
async def with_band(lincoln: LincolnHigh) -> LincolnHigh:
    """Ana and Ben have Band in the first period, before Algebra."""
    rows = [
        {"school_id": "lincoln", "section_id": "band-1", "student_id": student, "begins_on": "2025-08-18"}
        for student in ("ana", "ben")
    ]
    teacher = {"school_id": "lincoln", "section_id": "band-1", "staff_id": "t-ruiz", "begins_on": "2025-08-18"}
    for collection, sent in (
        ("sections", [SECOND_SECTION]),
        ("section-teachers", [teacher]),
        ("section-enrollments", rows),
    ):
        answer = await lincoln.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": sent})
        assert answer.status_code == 200, answer.text
    return lincoln


async def test_a_field_trip_is_one_act_with_a_trail_on_each_student(with_band: LincolnHigh) -> None:
    await with_band.take_roll("ana", "ben")
    await with_band.ruiz("PUT", BAND_ROLL, json=a_roll("ana", "ben"))
    trip = a_field_trip("ana", "ben")

    answer = await adjust(with_band, trip)

    assert answer.status_code == 201, answer.text
    assert answer.json()["marks_adjusted"] == 4
    assert outcome_of(answer) == {"ana": "adjusted", "ben": "adjusted"}
    for roll, student in ((ROLL, "ana"), (ROLL, "ben"), (BAND_ROLL, "ana"), (BAND_ROLL, "ben")):
        steps = (await with_band.ask("auditor", "GET", f"{roll}/students/{student}/trail")).json()["steps"]
        assert [(step["code"], step["document"]) for step in steps] == [("A", None), ("S", "trip list 7")]
        assert steps[1]["act_id"] == trip["adjustment_id"]
    sheet = (await with_band.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")).json()
    codes = {student["student_id"]: (student["code"], student["teacher_code"]) for student in sheet["students"]}
    assert codes == {"ana": ("S", "A"), "ben": ("S", "A"), "cho": ("P", "P")}
    feed = (await with_band.ask("auditor", "GET", "/v1/streams/school.lincoln/entries")).json()["entries"]
    entries = [read_entry.validate_json(entry["body"]) for entry in feed]
    adjusted = [entry for entry in entries if isinstance(entry, MarkAdjusted)]
    assert {str(entry.act_id) for entry in adjusted} == {trip["adjustment_id"]}
    assert len(adjusted) == 4


async def test_the_stream_stands_as_its_entries_say_after_an_act(with_band: LincolnHigh) -> None:
    await with_band.take_roll("ana", "ben")
    await with_band.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass("cho"))
    await adjust(with_band, a_field_trip("cho", "ben", "ana", code="T"))

    found = (await with_band.ask("auditor", "GET", "/v1/streams/school.lincoln/verification")).json()

    assert (found["fault"], found["standing"]) == (None, "as the entries say")


async def test_each_student_is_told_what_became_of_her(with_band: LincolnHigh) -> None:
    await with_band.clerk("PUT", ROLL, json=a_roll("ben") | {"marks": [{"student_id": "cho", "code": "S"}]})

    answer = await adjust(with_band, a_field_trip("cho", "ana", "zoe"))

    assert outcome_of(answer) == {"cho": "already so", "ana": "adjusted", "zoe": "not on a roll"}
    (ana,) = [student for student in answer.json()["students"] if student["student_id"] == "ana"]
    assert ana["not_taken"] == [{"section_id": "band-1", "period_id": "01"}]
    assert [mark["was"] for mark in ana["adjusted"]] == ["P"]


async def test_a_roll_that_nobody_took_is_told_and_not_invented(lincoln: LincolnHigh) -> None:
    answer = await adjust(lincoln, a_field_trip("ana"))

    assert answer.status_code == 201
    assert outcome_of(answer) == {"ana": "roll not taken"}
    assert answer.json()["marks_adjusted"] == 0


async def test_only_the_periods_that_are_named_are_touched(with_band: LincolnHigh) -> None:
    await with_band.take_roll("ana")
    await with_band.ruiz("PUT", BAND_ROLL, json=a_roll("ana"))

    answer = await adjust(with_band, a_field_trip("ana", periods=["01"]))

    (ana,) = answer.json()["students"]
    assert [mark["period_id"] for mark in ana["adjusted"]] == ["01"]


async def test_a_retry_is_the_same_act_and_another_body_under_its_id_is_refused(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ana", "ben")
    trip = a_field_trip("ana", "ben")

    answers = await asyncio.gather(*(adjust(lincoln, trip) for _ in range(4)))
    other = await adjust(lincoln, trip | {"students": ["ana"]})
    single = await lincoln.clerk(
        "POST", f"{ROLL}/adjustments", json=a_nurse_pass("cho") | {"adjustment_id": trip["adjustment_id"]}
    )

    somebody_else = await lincoln.ask("district_office", "POST", "/v1/adjustments", json=trip)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert somebody_else.json()["type"] == "/problems/write-id-reused"
    assert len({answer.text for answer in answers}) == 1
    assert other.json()["type"] == single.json()["type"] == "/problems/write-id-reused"
    steps = (await lincoln.ask("auditor", "GET", f"{ROLL}/students/ana/trail")).json()["steps"]
    assert len(steps) == 2


async def test_an_adjustment_of_one_mark_does_not_lend_its_id_to_an_act(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ana", "ben")
    one = a_nurse_pass("ana")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=one)

    answer = await adjust(lincoln, a_field_trip("ben", adjustment_id=one["adjustment_id"]))

    assert answer.json()["type"] == "/problems/write-id-reused"


async def test_undoing_an_act_is_another_act(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ana", "ben")
    await adjust(lincoln, a_field_trip("ana", "ben"))

    await adjust(lincoln, a_field_trip("ana", "ben", code="A", reason="The trip was called off"))

    steps = (await lincoln.ask("auditor", "GET", f"{ROLL}/students/ben/trail")).json()["steps"]
    assert [step["code"] for step in steps] == ["A", "S", "A"]


async def test_the_teacher_cannot_and_the_clerk_of_another_school_touches_nothing(lincoln: LincolnHigh) -> None:
    await lincoln.take_roll("ana")

    by_teacher = await lincoln.ruiz("POST", "/v1/adjustments", json=a_field_trip("ana"))
    foreign = await lincoln.ask(
        "attendance_clerk", "POST", "/v1/adjustments", schools=["washington"], json=a_field_trip("ana")
    )

    assert by_teacher.status_code == 403
    assert outcome_of(foreign) == {"ana": "not on a roll"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("students", []), ("students", ["ana", "ana"]), ("students", [f"s{n}" for n in range(1001)]), ("reason", ""),
     ("code", "ZZ"), ("on", "2026-02-30"), ("periods", [])],
)  # fmt: skip
async def test_an_act_that_cannot_be_is_refused_and_changes_nothing(
    lincoln: LincolnHigh, field: str, value: Any
) -> None:
    await lincoln.take_roll("ana")

    answer = await adjust(lincoln, a_field_trip("ana") | {field: value})

    assert answer.status_code == 422
    steps = (await lincoln.ask("auditor", "GET", f"{ROLL}/students/ana/trail")).json()["steps"]
    assert len(steps) == 1


async def test_two_hundred_students_in_seven_periods_are_one_act_of_seconds(lincoln: LincolnHigh) -> None:
    students = [f"s{number:03}" for number in range(200)]
    sections = [f"big-{period}" for period in range(1, 8)]
    rows: dict[str, list[dict[str, Any]]] = {
        "bell-periods": [
            {"school_id": "lincoln", "bell_schedule_id": "regular", "period_id": f"p{period}",
             "begins_at": f"{9 + period:02}:00:00", "ends_at": f"{9 + period:02}:50:00"}
            for period in range(1, 8)
        ],
        "students": [{"student_id": student} for student in students],
        "school-enrollments": [
            {"school_id": "lincoln", "student_id": student, "entry_date": "2025-08-18", "grade": "09",
             "track_id": "main"}
            for student in students
        ],
        "sections": [
            SECOND_SECTION | {"section_id": section, "period_ids": [f"p{number}"]}
            for number, section in enumerate(sections, 1)
        ],
        "section-enrollments": [
            {"school_id": "lincoln", "section_id": section, "student_id": student, "begins_on": "2025-08-18"}
            for section in sections
            for student in students
        ],
    }  # fmt: skip
    for collection, sent in rows.items():
        told = await lincoln.ask("sis_client", "POST", f"/v1/{collection}", json={"rows": sent})
        assert told.status_code == 200, told.text
    for number, section in enumerate(sections, 1):
        path = f"/v1/sections/{section}/rolls/{TUESDAY}/p{number}"
        taken = await lincoln.clerk("PUT", path, json=a_roll() | {"everyone_else": "A"})
        assert taken.status_code == 201, taken.text

    answer = await adjust(lincoln, a_field_trip(*students))

    assert answer.json()["marks_adjusted"] == 1400
    assert set(outcome_of(answer).values()) == {"adjusted"}
    assert answer.elapsed.total_seconds() < 5
