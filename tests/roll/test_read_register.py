"""A student's register, as New York asks for it: nine items, each day of scheduled instruction (rule NY-1)."""

import csv
import io
import re
import zlib
from typing import Any

import pytest

from services.roll.register_pdf import drawable
from tests.roll.lincoln_high import CLOSED_THURSDAY, ROLL, TUESDAY, WEDNESDAY, LincolnHigh, a_nurse_pass, a_roll
from tests.roll.school_clock import SchoolClock
from tests.roll.telling import tell, the

Lincoln = tuple[LincolnHigh, SchoolClock]
REGISTER = "/v1/students/ben/register?school_year=2026"
WHOLE = {
    "student_id": "ben",
    "given_name": "Ọláńrewájú",
    "family_name": "Nguyễn-O'Brien",
    "birth_date": "2010-02-28",
    "address": "1 Main Street, Łódź",
    "guardians": [{"name": "Σοφία O'Brien", "phones": ["+1 512 555 0100"]}, {"name": "محمد ابن راشد"}],
}


@pytest.fixture
async def lincoln(lincoln_by_the_clock: Lincoln) -> LincolnHigh:
    school, clock = lincoln_by_the_clock
    clock.set("2026-03-13", "12:00")
    await tell(school, "students", WHOLE)
    closed = the("calendar-days", 2, closed="all", cause="Ice storm")
    await tell(school, "calendar-days", closed)
    return school


async def register(lincoln: LincolnHigh, **more: Any) -> dict[str, Any]:
    answer = await lincoln.clerk("GET", REGISTER, **more)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def take(lincoln: LincolnHigh, on: str, *absent: str) -> None:
    assert (await lincoln.ruiz("PUT", ROLL.replace(TUESDAY, on), json=a_roll(*absent))).status_code == 201


async def test_it_has_the_nine_items_and_each_day_with_its_closures(lincoln: LincolnHigh) -> None:
    await take(lincoln, TUESDAY, "ben")
    await take(lincoln, WEDNESDAY)
    await take(lincoln, "2026-03-13")

    said = await register(lincoln)

    assert {name: said[name] for name in ("given_name", "family_name", "birth_date", "address")} == {
        name: WHOLE[name] for name in ("given_name", "family_name", "birth_date", "address")
    }
    assert [guardian["name"] for guardian in said["guardians"]] == ["Σοφία O'Brien", "محمد ابن راشد"]
    assert said["enrollments"] == [
        {
            "school_id": "lincoln", "school_name": "Lincoln High", "grade": "10",
            "entry_date": "2025-08-18", "withdrawal_date": None,
        }
    ]  # fmt: skip
    days = {day["on"]: day for day in said["days"]}
    assert [(on, [mark["code"] for mark in day["marks"]]) for on, day in days.items()] == [
        (TUESDAY, ["A"]), (WEDNESDAY, ["P"]), (CLOSED_THURSDAY, []), ("2026-03-13", ["P"]),
    ]  # fmt: skip
    assert (days[TUESDAY]["marks"][0]["presence"], days[TUESDAY]["marks"][0]["excused"]) == ("absent", False)
    assert (days[CLOSED_THURSDAY]["closed"], days[CLOSED_THURSDAY]["cause"]) == ("all", "Ice storm")
    assert said["missing"] == []


async def test_a_roll_that_nobody_took_is_neither_and_makes_the_attendance_incomplete(lincoln: LincolnHigh) -> None:
    await take(lincoln, TUESDAY)

    said = await register(lincoln)

    assert [[mark["code"] for mark in day["marks"]] for day in said["days"]] == [["P"], [None], [], [None]]
    assert said["missing"] == ["attendance"]


@pytest.mark.parametrize(
    ("item", "lacks"),
    [
        ("name", {"given_name": None}),
        ("name", {"family_name": None}),
        ("birth_date", {"birth_date": None}),
        ("parents", {"guardians": []}),
        ("phone", {"guardians": [{"name": "Σοφία O'Brien"}]}),
        ("address", {"address": None}),
    ],
)
async def test_what_the_register_lacks_is_said(lincoln: LincolnHigh, item: str, lacks: dict[str, Any]) -> None:
    await tell(lincoln, "students", WHOLE | lacks)

    assert item in (await register(lincoln))["missing"]
    answer = await lincoln.clerk("GET", "/v1/schools/lincoln/register-gaps?school_year=2026")
    gaps = {gap["student_id"]: gap["missing"] for gap in answer.json()["students"]}
    assert item in gaps["ben"]


async def test_the_office_sees_what_an_adjustment_made_of_a_mark_and_what_a_closure_set_aside(
    lincoln: LincolnHigh,
) -> None:
    await take(lincoln, TUESDAY, "ben")
    await lincoln.clerk("POST", f"{ROLL}/adjustments", json=a_nurse_pass())
    await tell(lincoln, "calendar-days", the("calendar-days", instructional=False, closed="all", cause="Gas leak"))

    (mark,) = (await register(lincoln))["days"][0]["marks"]

    assert (mark["code"], mark["presence"], mark["set_aside"]) == ("S", "present", True)


async def test_days_are_those_of_membership_only(lincoln: LincolnHigh) -> None:
    enrollment = the("school-enrollments", 1, entry_date=WEDNESDAY, withdrawal_date="2026-03-13")
    never = the("school-enrollments", 1, withdrawal_date="2025-08-18")  # the first enrollment: he never came
    await tell(lincoln, "school-enrollments", enrollment, never)

    said = await register(lincoln)

    assert [day["on"] for day in said["days"]] == [WEDNESDAY, CLOSED_THURSDAY]
    assert [one["entry_date"] for one in said["enrollments"]] == [WEDNESDAY]


async def test_an_enrollment_left_open_by_a_move_lacks_its_withdrawal_date(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "schools", the("schools", school_id="adams", name="Adams"))
    await tell(lincoln, "tracks", the("tracks", school_id="adams"))
    moved = the("school-enrollments", 1, school_id="adams", entry_date=WEDNESDAY)
    await tell(lincoln, "school-enrollments", moved)

    everything = (await lincoln.ask("district_office", "GET", REGISTER)).json()
    assert "withdrawal_date" in everything["missing"]
    assert "closures" in everything["missing"], "Adams has no calendar"
    assert len(everything["enrollments"]) == 2
    assert [one["school_id"] for one in (await register(lincoln))["enrollments"]] == ["lincoln"]


async def test_as_csv_it_has_a_row_a_mark_and_no_cell_that_a_spreadsheet_would_run(lincoln: LincolnHigh) -> None:
    await tell(lincoln, "students", WHOLE | {"family_name": '=HYPERLINK("x")', "address": "1, Main\u00a0Street"})
    await take(lincoln, TUESDAY, "ben")

    answer = await lincoln.clerk("GET", REGISTER, headers={"Accept": "text/csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="register-ben-2026.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["on"], row["code"], row["roll"], row["cause"]) for row in rows] == [
        (TUESDAY, "A", "taken", ""),
        (WEDNESDAY, "", "not taken", ""),
        (CLOSED_THURSDAY, "", "", "Ice storm"),
        ("2026-03-13", "", "not taken", ""),
    ]
    assert rows[0]["family_name"] == '\'=HYPERLINK("x")'
    assert rows[0]["given_name"] == WHOLE["given_name"]
    assert rows[0]["parents"] == "Σοφία O'Brien; محمد ابن راشد"
    assert rows[0]["phones"] == "'+1 512 555 0100"


async def test_as_pages_it_is_a_pdf_that_carries_its_own_letters(lincoln: LincolnHigh) -> None:
    await take(lincoln, TUESDAY, "ben")

    answer = await lincoln.clerk("GET", REGISTER, headers={"Accept": "application/pdf"})

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content.startswith(b"%PDF-")
    assert len(re.findall(rb"/FontFile2", answer.content)) == 2
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", answer.content, re.DOTALL)
    mapped = b"".join(stream for stream in map(inflated, streams) if b"begincmap" in stream).decode().upper()
    for letter in "ỌễΣŁم":
        assert f"<{ord(letter):04X}>" in mapped, letter


def inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def test_a_letter_that_cannot_be_drawn_is_printed_by_its_number_and_never_dropped() -> None:
    for name in ("Łukasz Ọláńrewájú Nguyễn Σοφία Ольга ʻŌkina", "अनन्या शर्मा", "محمد عائشة"):
        assert drawable(name) == name
    assert drawable("張 Wei") == "[U+5F35] Wei"


@pytest.mark.parametrize(
    ("accept", "status", "content_type"),
    [
        ("*/*", 200, "application/json"),
        ("text/csv, application/json", 200, "text/csv; charset=utf-8"),
        ("text/html, application/xhtml+xml, */*;q=0.8", 200, "application/json"),
        ("image/png", 406, "application/problem+json"),
        ("", 406, "application/problem+json"),
    ],
)
async def test_the_reader_says_in_which_form(lincoln: LincolnHigh, accept: str, status: int, content_type: str) -> None:
    answer = await lincoln.clerk("GET", REGISTER, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)


async def test_who_reads_a_register_is_on_record(lincoln: LincolnHigh, lincoln_by_the_clock: Lincoln) -> None:
    await register(lincoln)
    lincoln_by_the_clock[1].set("2026-03-13", "12:01")
    await lincoln.clerk("GET", "/v1/schools/lincoln/register-gaps?school_year=2026")

    said = (await lincoln.ask("auditor", "GET", "/v1/students/ben/accesses")).json()["accesses"]
    assert [(each["subject"], each["route"]) for each in said] == [
        ("c-ito", "/v1/schools/{school_id}/register-gaps"),
        ("c-ito", "/v1/students/{student_id}/register"),
    ]


async def test_registers_are_for_the_offices_of_the_students_schools(lincoln: LincolnHigh) -> None:
    assert (await lincoln.ruiz("GET", REGISTER)).status_code == 403
    assert (await lincoln.ask("principal", "GET", REGISTER, schools=["washington"])).status_code == 404
    assert (await lincoln.ask("principal", "GET", REGISTER, schools=["lincoln"])).status_code == 200
    assert (await lincoln.clerk("GET", REGISTER.replace("2026", "2025"))).status_code == 404
    assert (await lincoln.ask("auditor", "GET", REGISTER.replace("ben", "nobody"))).status_code == 404
    gaps = "/v1/schools/lincoln/register-gaps?school_year=2026"
    assert (await lincoln.ask("principal", "GET", gaps, schools=["washington"])).status_code == 404


async def test_every_student_is_looked_at_however_small_the_pages(lincoln: LincolnHigh) -> None:
    for limit in (1, 2, 3, 100):
        gaps: list[str] = []
        examined, asked = 0, {"school_year": "2026", "limit": str(limit)}
        while True:
            answer = await lincoln.clerk("GET", "/v1/schools/lincoln/register-gaps", params=asked)
            page = answer.json()
            gaps += [gap["student_id"] for gap in page["students"]]
            examined += page["examined"]
            if page["next_cursor"] is None:
                break
            asked["cursor"] = page["next_cursor"]
        assert (gaps, examined) == (["ana", "ben", "cho"], 3)
