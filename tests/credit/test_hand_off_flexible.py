"""Minutes of flexible attendance handed over to Texas, through two running services (rule TX-23)."""

import csv
import io
from typing import Any

from services.credit.formulas.texas_flexible_rows import COLUMNS
from tests.credit.cedar_high import MONDAY, TUESDAY, WEDNESDAY, CedarHigh
from tests.credit.giving import NUMBERED, UNIQUE, given, numbered
from tests.credit.test_hand_off_texas import WITH_SPECIFICATION, core
from tests.credit.test_texas_ada import enroll

URL = "/v1/hand-offs/texas/flexible-attendance"
ASKED: dict[str, Any] = {"school_year": 2026, "period": 4}


def minutes(student: str, on: str, count: int, program: str | None = "1") -> dict[str, Any]:
    return {"school_id": "cedar", "student_id": student, "on": on, "minutes": count, "program": program}


async def two_students_of_the_program(cedar: CedarHigh) -> None:
    await enroll(cedar, "eve", ada_eligibility_code="7")
    await enroll(cedar, "ben", ada_eligibility_code="8")
    await numbered(cedar)
    await given(
        cedar, "flexible-minutes", minutes("eve", MONDAY, 240), minutes("eve", TUESDAY, 45),
        minutes("eve", WEDNESDAY, 44), minutes("ana", MONDAY, 100), minutes("ben", MONDAY, 300, "2"),
    )  # fmt: skip


async def test_a_row_has_the_minutes_of_days_long_enough_to_earn_them(cedar: CedarHigh) -> None:
    """Eve's 44 minutes earn nothing, and neither do Ana's, whose code is of the official roll."""
    await two_students_of_the_program(cedar)

    answer = await cedar.ask(URL, **ASKED)

    header, *rows = csv.reader(io.StringIO(answer.text))
    assert tuple(header) == COLUMNS
    assert rows == [
        [NUMBERED, UNIQUE["ben"], "main", "4", "5", "10", "2", "0", "300"],
        [NUMBERED, UNIQUE["eve"], "main", "4", "5", "10", "1", "285", "0"],
    ]
    hers = await cedar.ask(URL, "principal", schools=["elsewhere"], **ASKED)
    assert hers.text.splitlines() == [",".join(COLUMNS)]
    assert (await cedar.ask(URL, "attendance_clerk", **ASKED)).status_code == 403
    assert (await cedar.ask(URL, school_year=2008, period=4)).text.splitlines() == [",".join(COLUMNS)]
    before = await cedar.ask(URL, school_year=2007, period=4)
    assert (before.status_code, before.json()["type"]) == (422, "/problems/before-the-law")


async def test_nothing_is_handed_over_while_a_student_s_minutes_or_program_are_unknown(cedar: CedarHigh) -> None:
    await two_students_of_the_program(cedar)
    await enroll(cedar, "dee", ada_eligibility_code="7")
    await given(cedar, "flexible-minutes", minutes("ben", MONDAY, 300, None))
    await cedar.caught_up()

    refused = await cedar.ask(URL, **ASKED)

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/edits-failed")
    assert [error["detail"] for error in refused.json()["errors"]] == [
        "rule TX-29: cedar, ben: E1045 is the student's program, 1 or 2 (C177); send her minutes again with their "
        "program.",
        "rule TX-23: cedar, dee: no minutes of the student are on record in this six-weeks; give them with POST "
        "/v1/texas/flexible-minutes; zero minutes are a row as well.",
    ]
    await given(cedar, "flexible-minutes", minutes("dee", MONDAY, 0), minutes("ben", MONDAY, 300, "2"))
    assert len((await cedar.ask(URL, **ASKED)).text.splitlines()) == 3, "who earned no minute has no row"


@WITH_SPECIFICATION
async def test_in_ed_fi_s_shape_it_refers_to_what_the_core_knows(cedar: CedarHigh) -> None:
    await two_students_of_the_program(cedar)
    headers = cedar.headers("auditor") | {"Accept": "application/json"}

    rows = (await cedar.credit.get(URL, params=ASKED, headers=headers)).json()

    for row in rows:
        for name in ("schoolReference", "studentReference", "calendarReference"):
            core(f"edFi_{name}").validate(row[name])
    assert [row["flexAttendTotalEligibleMinutesPresent"] for row in rows] == [0, 285]
    assert [row["flexAttendTotalIneligibleMinutesPresent"] for row in rows] == [300, 0]
