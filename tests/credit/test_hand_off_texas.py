"""A six-weeks of Texas handed over: rows that pass the state's edits, in the state's layout and in Ed-Fi's shape."""

import csv
import io
import re
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from deploy.places import CHECKOUT
from services.credit.formulas.texas_42400 import COLUMNS
from services.credit.formulas.texas_layout import GRADE_LEVELS
from tests.credit.cedar_high import MONDAY, ROWS, WEEK, CedarHigh
from tests.credit.giving import NUMBERED, UNIQUE, given, numbered

SPECIFICATION = CHECKOUT / "../shared/data/edfi-spec"
WITH_SPECIFICATION = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Ed-Fi's specification is beside the checkout, in ../shared/data/edfi-spec"
)
URL = "/v1/hand-offs/texas/42400"


async def a_week_that_everybody_was_seen_in(cedar: CedarHigh) -> None:
    """Eve is in no official section: she withdrew on the week's first day, and so is in no row."""
    await numbered(cedar)
    eve = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "eve")
    await cedar.tell("school-enrollments", eve | {"withdrawal_date": MONDAY})
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A", ben="A")
    await cedar.caught_up()


async def test_the_code_of_regular_attendance_is_the_district_s_from_its_school_year_on(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)
    asked: dict[str, Any] = {"school_year": 2026, "period": 4}
    unknown = await cedar.ask(URL, **asked)
    await given(cedar, "hand-off-codes", {"school_year": 2027, "attendance_event_indicator": "03"})
    later = await cedar.ask(URL, **asked)
    await given(cedar, "hand-off-codes", {"school_year": 2026, "attendance_event_indicator": "02"})

    assert unknown.json()["type"] == later.json()["type"] == "/problems/no-event-indicator"
    assert (await cedar.ask(URL, **asked)).text.splitlines()[1].split(",")[2] == "02"
    assert (await cedar.ask(URL, event_indicator="05", **asked)).text.splitlines()[1].split(",")[2] == "05"


async def test_every_student_in_membership_has_a_row_that_can_be_read_as_csv(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)

    answer = await cedar.ask(URL, school_year=2026, period=4, event_indicator="00")

    assert answer.headers["content-type"].startswith("text/csv")
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert tuple(header) == COLUMNS
    assert rows == [
        [NUMBERED, UNIQUE["ana"], "00", "main", "4", "5", "10", "1.0", "0.0", "4.0"],
        [NUMBERED, UNIQUE["ben"], "00", "main", "4", "5", "10", "0.5", "0.0", "2.0"],
        [NUMBERED, UNIQUE["cho"], "00", "main", "4", "5", "10", "0.0", "0.0", "5.0"],
        [NUMBERED, UNIQUE["dee"], "00", "main", "4", "5", "10", "0.0", "0.0", "5.0"],
    ]


async def test_days_that_nobody_took_are_named_and_not_handed_over_in_silence(cedar: CedarHigh) -> None:
    await numbered(cedar)
    await cedar.take_every_roll(*WEEK)
    await cedar.caught_up()

    refused = await cedar.ask(URL, school_year=2026, period=4, event_indicator="00")
    left_out = await cedar.ask(URL, school_year=2026, period=4, not_taken="leave_out", event_indicator="00")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/edits-failed")
    (error,) = refused.json()["errors"]
    assert error["pointer"] == "/4"
    assert error["detail"] == (
        "not taken: cedar, eve: the rolls of 5.0 days were not taken, and the layout has no place for them; "
        "take them, or say not_taken=leave_out."
    )
    assert left_out.text.splitlines()[-1] == f"{NUMBERED},{UNIQUE['eve']},00,main,4,5,10,0.0,0.0,0.0"


async def test_a_statement_s_rows_stay_while_the_rolls_go_on(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)
    body = {"statement_id": "s", "school_id": "cedar", "school_year": 2026, "period": 4}
    answer = await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))
    assert answer.status_code == 201
    ben = next(row for row in ROWS["school-enrollments"] if row["student_id"] == "ben")
    await cedar.tell("school-enrollments", ben | {"withdrawal_date": MONDAY})
    await cedar.caught_up()

    now = await cedar.ask(URL, school_year=2026, period=4, event_indicator="00")
    certified = await cedar.ask(URL, school_year=2026, period=4, statement_id="s", event_indicator="00")
    other = await cedar.ask(URL, school_year=2026, period=5, statement_id="s", event_indicator="00")

    assert len(now.text.splitlines()) == len(certified.text.splitlines()) - 1
    assert other.json()["type"] == "/problems/not-of-this-statement"


async def test_a_calendar_that_has_changed_since_the_statement_fails_the_state_s_edit(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)
    body = {"statement_id": "s", "school_id": "cedar", "school_year": 2026, "period": 4}
    await cedar.credit.post("/v1/statements", json=body, headers=cedar.headers("district_office"))
    closed = {"instructional": False, "closed": "all", "cause": "ice"}
    await cedar.approve("calendar-days", ROWS["calendar-days"][4] | closed)
    await cedar.caught_up()

    refused = await cedar.ask(URL, school_year=2026, period=4, statement_id="s", event_indicator="00")

    assert {error["detail"].split(":")[0] for error in refused.json()["errors"]} == {"42400-0067"}


async def test_a_campus_or_student_that_the_state_has_not_numbered_is_in_no_row(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)
    asked: dict[str, Any] = {"school_year": 2026, "period": 4, "event_indicator": "00"}
    await given(cedar, "unique-student-ids", {"school_id": "cedar", "student_id": "ana", "unique_id": UNIQUE["ben"]})
    twice = await cedar.ask(URL, **asked)
    await cedar.tell("students", {"student_id": "fay"})
    await cedar.tell("school-enrollments", ROWS["school-enrollments"][0] | {"student_id": "fay"})
    await cedar.caught_up()
    unnumbered = await cedar.ask(URL, not_taken="leave_out", **asked)

    assert {error["detail"].split(":")[0] for error in twice.json()["errors"]} == {"42400-000A"}
    said = [error["detail"] for error in unnumbered.json()["errors"] if "fay" in error["detail"]]
    assert said == [
        "rule TX-29: cedar, fay: E1523 is the student's unique state ID, 10 digits; "
        "give it with POST /v1/texas/unique-student-ids."
    ]


@WITH_SPECIFICATION
async def test_in_ed_fi_s_shape_references_and_descriptor_are_those_of_the_core(cedar: CedarHigh) -> None:
    """42400 is the state's extension; the core's specification has what it refers to, and nothing of its own."""
    await a_week_that_everybody_was_seen_in(cedar)
    headers = cedar.headers("auditor") | {"Accept": "application/json"}
    asked: dict[str, str | int] = {"school_year": 2026, "period": 4, "event_indicator": "00"}

    answer = await cedar.credit.get(URL, params=asked, headers=headers)

    assert answer.headers["content-type"] == "application/json"
    row, *_ = answer.json()
    for name in ("schoolReference", "studentReference", "calendarReference"):
        core(f"edFi_{name}").validate(row[name])
    assert row["calendarReference"] == {"calendarCode": "main", "schoolId": 57905001, "schoolYear": 2026}
    assert row["attendanceEventIndicator"] == "00"
    assert row["gradeLevelDescriptor"] == "uri://ed-fi.org/GradeLevelDescriptor#Tenth grade"
    assert (row["numberDaysTaught"], row["totalDaysAbsent"], row["totalEligibleDaysPresent"]) == (5, 1, 4)


@WITH_SPECIFICATION
def test_every_grade_level_is_one_of_ed_fi_s() -> None:
    tree = ElementTree.parse(SPECIFICATION / "GradeLevelDescriptor.xml")  # noqa: S314 - Ed-Fi's own file
    known = {element.text for element in tree.iter() if element.tag.endswith("CodeValue")}

    assert set(GRADE_LEVELS.values()) <= known


@WITH_SPECIFICATION
def test_the_core_would_refuse_a_calendar_without_its_school() -> None:
    assert not core("edFi_calendarReference").is_valid({"calendarCode": "main", "schoolYear": 2026})


def core(name: str) -> Any:
    """The validator of one schema of Ed-Fi's published OpenAPI; references within it are to nothing that we send."""
    text = (SPECIFICATION / "resources-ds-5.0.openapi.yaml").read_text()
    block = re.search(rf"^    {name}:\n((?:     .*\n)+)", text, re.MULTILINE)
    assert block is not None
    schema = YAML(typ="safe").load(f"{name}:\n{block[1]}")[name]
    schema["properties"].pop("link", None)
    return jsonschema_rs.validator_for(schema | {"additionalProperties": False})


async def test_who_may_hand_over(cedar: CedarHigh) -> None:
    for role in ("teacher", "attendance_clerk", "coordinator", "service"):
        assert (await cedar.ask(URL, role, school_year=2026, period=4, event_indicator="00")).status_code == 403
    await a_week_that_everybody_was_seen_in(cedar)
    own = await cedar.ask(URL, "principal", school_year=2026, period=4, schools=["elsewhere"], event_indicator="00")
    assert own.text.splitlines() == [",".join(COLUMNS)]
