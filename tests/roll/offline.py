"""Devices that were offline at Lincoln High: what they send in a batch, and how the roll then stands."""

from typing import Any
from uuid import uuid4

from tests.roll.lincoln_high import TUESDAY, WEDNESDAY, LincolnHigh
from tests.roll.telling import tell

PLACE = {"section_id": "algebra-1", "on": TUESDAY, "period_id": "02"}
STUDENTS = ("ana", "ben", "cho")


def queued(marks: str, *, base: int = 0, follows: dict[str, Any] | None = None, **place: str) -> dict[str, Any]:
    """A roll that waits on a device: a code each for ana, ben and cho."""
    said = [{"student_id": student, "code": code} for student, code in zip(STUDENTS, marks, strict=True)]
    correction = {"follows": follows["submission_id"]} if follows else {}
    return {"submission_id": str(uuid4()), "marks": said, "base_version": base} | correction | PLACE | place


async def sync(lincoln: LincolnHigh, *rolls: dict[str, Any], by: str = "t-ruiz") -> list[dict[str, Any]]:
    """What became of each: t-ruiz and t-kent are teachers, anybody else is of the office."""
    role = "teacher" if by.startswith("t-") else "attendance_clerk"
    schools = None if role == "teacher" else ["lincoln"]
    answer = await lincoln.ask(
        role, "POST", "/v1/roll-batches", subject=by, schools=schools, json={"submissions": rolls}
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["results"]
    return items


async def kept(lincoln: LincolnHigh, *rolls: dict[str, Any], by: str = "t-ruiz") -> list[dict[str, Any]]:
    """The receipts, of rolls that are all kept."""
    items = await sync(lincoln, *rolls, by=by)
    assert all(item["receipt"] for item in items), items
    return [item["receipt"] for item in items]


async def sheet(lincoln: LincolnHigh, **place: str) -> dict[str, Any]:
    where = PLACE | place
    answer = await lincoln.ask(
        "auditor", "GET", f"/v1/sections/{where['section_id']}/sheets/{where['on']}/{where['period_id']}"
    )
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def marks(said: dict[str, Any], of: str = "code") -> str:
    """How ana, ben and cho are marked on a sheet."""
    codes = {student["student_id"]: student[of] for student in said["students"]}
    return "".join(codes[student] for student in STUDENTS)


def conflicts(said: dict[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    """Of a sheet or of a batch's item: who claims what of whom, and as what."""
    return {
        each["student_id"]: [(claim["code"], claim["by"], claim["authority"]) for claim in each["claims"]]
        for each in said["conflicts"]
    }


async def kent_substitutes(lincoln: LincolnHigh) -> None:
    """On the Tuesday, for Ms. Ruiz, who keeps her section."""
    await tell(lincoln, "section-teachers", {
        "school_id": "lincoln", "section_id": "algebra-1", "staff_id": "t-kent",
        "begins_on": TUESDAY, "ends_before": WEDNESDAY, "substitute": True,
    })  # fmt: skip
