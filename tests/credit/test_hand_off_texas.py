"""A six-weeks of Texas handed over: rows that pass the state's edits, in the state's layout and in Ed-Fi's shape."""

import csv
import io
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from deploy.places import CHECKOUT
from services.credit.formulas.texas_42400 import COLUMNS, GRADE_LEVELS, Row, Taught, edits, written
from tests.credit.cedar_high import MONDAY, ROWS, WEEK, CedarHigh
from tests.credit.test_texas_ada import given

SPECIFICATION = CHECKOUT / "../shared/data/edfi-spec"
WITH_SPECIFICATION = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Ed-Fi's specification is beside the checkout, in ../shared/data/edfi-spec"
)
URL = "/v1/hand-offs/texas/42400"
ANA = Row("057905001", "1234567890", "01", 4, 5, "10", absent=6, ineligible=0, eligible=24, not_taken=0)
FIVE_DAYS = {Taught("057905001", "01", 4, 5)}


def failing(*rows: Row, **more: Any) -> list[str]:
    return [finding.edit for finding in edits(rows, FIVE_DAYS, **{"not_taken_left_out": False} | more)]


def test_a_row_that_adds_up_passes() -> None:
    assert failing(ANA) == []


@pytest.mark.parametrize(
    ("change", "edit"),
    [
        ({"days_taught": 6}, "42400-0067"),
        ({"track": "02"}, "42400-0067"),
        ({"eligible": 25}, "rule TX-30"),
        ({"grade": "TK"}, "rule TX-29"),
        ({"absent": 4}, "rule TX-29"),
        ({"absent": 0, "not_taken": 3}, "not taken"),
    ],
)
def test_a_row_that_does_not_is_found(change: dict[str, Any], edit: str) -> None:
    assert edit in failing(replace(ANA, **change))


def test_a_student_is_on_one_track_and_grade_once() -> None:
    assert failing(ANA, ANA) == ["42400-000A", "42400-000A"]
    assert failing(ANA, replace(ANA, grade="11")) == []


def test_days_not_taken_are_left_out_only_when_that_is_said() -> None:
    unknown = replace(ANA, absent=0, not_taken=6)

    assert failing(unknown) == ["not taken"]
    assert failing(unknown, not_taken_left_out=True) == []


@pytest.mark.parametrize(("sixths", "text"), [(0, "0.0"), (3, "0.5"), (6, "1.0"), (27, "4.5"), (1080, "180.0")])
def test_days_are_written_with_one_decimal(sixths: int, text: str) -> None:
    assert written(sixths) == text
    assert re.fullmatch(r"\d{1,3}\.\d", text)


async def a_week_that_everybody_was_seen_in(cedar: CedarHigh) -> None:
    """Eve is in no official section: she withdrew on the week's first day, and so is in no row."""
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
        ["cedar", "ana", "00", "main", "4", "5", "10", "1.0", "0.0", "4.0"],
        ["cedar", "ben", "00", "main", "4", "5", "10", "0.5", "0.0", "2.0"],
        ["cedar", "cho", "00", "main", "4", "5", "10", "0.0", "0.0", "5.0"],
        ["cedar", "dee", "00", "main", "4", "5", "10", "0.0", "0.0", "5.0"],
    ]


async def test_days_that_nobody_took_are_named_and_not_handed_over_in_silence(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.caught_up()

    refused = await cedar.ask(URL, school_year=2026, period=4, event_indicator="00")
    left_out = await cedar.ask(URL, school_year=2026, period=4, not_taken="leave_out", event_indicator="00")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/edits-failed")
    (error,) = refused.json()["errors"]
    assert error == {"pointer": "/4", "detail": "not taken: 5.0 days, whose roll nobody took, have no place"}
    assert left_out.text.splitlines()[-1] == "cedar,eve,00,main,4,5,10,0.0,0.0,0.0"


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


async def test_a_school_that_the_state_has_not_numbered_cannot_be_an_ed_fi_school(cedar: CedarHigh) -> None:
    await a_week_that_everybody_was_seen_in(cedar)
    headers = cedar.headers("auditor") | {"Accept": "application/json"}

    refused = await cedar.credit.get(
        URL, params={"school_year": 2026, "period": 4, "event_indicator": "00"}, headers=headers
    )

    assert refused.status_code == 409
    assert {error["detail"].split(":")[0] for error in refused.json()["errors"]} == {"Ed-Fi"}


NUMBERED = "057905001"


async def the_same_school_by_its_number(cedar: CedarHigh) -> None:
    """One student of a school that the state has numbered, absent on Monday."""
    for collection, rows in ROWS.items():
        if collection not in ("attendance-codes", "students", "staff"):
            known = [
                row for row in rows if row.get("student_id", "ana") == "ana" and row.get("section_id") != "physics"
            ]
            names = {"section_id"} & {name for row in known for name in row}
            await cedar.tell(
                collection,
                *(row | {"school_id": NUMBERED} | {name: f"{row[name]}-2" for name in names} for row in known),
            )
    await cedar.caught_up()


@WITH_SPECIFICATION
async def test_in_ed_fi_s_shape_references_and_descriptor_are_those_of_the_core(cedar: CedarHigh) -> None:
    """42400 is the state's extension; the core's specification has what it refers to, and nothing of its own."""
    await the_same_school_by_its_number(cedar)
    headers = cedar.headers("auditor") | {"Accept": "application/json"}
    asked: dict[str, str | int] = {"school_year": 2026, "period": 4, "school_id": NUMBERED, "not_taken": "leave_out",
                                   "event_indicator": "00"}  # fmt: skip

    answer = await cedar.credit.get(URL, params=asked, headers=headers)

    assert answer.headers["content-type"] == "application/json"
    (row,) = answer.json()
    for name in ("schoolReference", "studentReference", "calendarReference"):
        core(f"edFi_{name}").validate(row[name])
    assert row["calendarReference"] == {"calendarCode": "main", "schoolId": 57905001, "schoolYear": 2026}
    assert row["attendanceEventIndicator"] == "00"
    assert row["gradeLevelDescriptor"] == "uri://ed-fi.org/GradeLevelDescriptor#Tenth grade"
    assert (row["numberDaysTaught"], row["totalDaysAbsent"], row["totalEligibleDaysPresent"]) == (5, 0, 0)


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
