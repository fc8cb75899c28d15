"""Rows of the roster in bulk: tried without being kept, as JSON or as CSV, and refused one by one."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.roll.lincoln_high import ROWS, TUESDAY, LincolnHigh
from tests.roll.telling import tell, the

CSV = {"Content-Type": "text/csv"}


async def post(school: LincolnHigh, path: str, rows: list[dict[str, Any]], **how: Any) -> httpx.Response:
    return await school.ask("sis_client", "POST", f"/v1/{path}", json={"rows": rows} | how)


async def send_csv(
    school: LincolnHigh, path: str, text: str | bytes, kind: str = "text/csv", **how: Any
) -> httpx.Response:
    return await school.ask(
        "sis_client", "POST", f"/v1/{path}/csv", content=text, headers={"Content-Type": kind}, params=how
    )


async def heads(school: LincolnHigh) -> Any:
    return (await school.ask("auditor", "GET", "/v1/streams")).json()["streams"]


async def test_a_dry_run_says_what_would_change_and_what_would_be_refused_and_changes_nothing(
    lincoln: LincolnHigh,
) -> None:
    rows = [
        the("school-enrollments"), the("school-enrollments", 1, grade="11", withdrawal_date=TUESDAY),
        the("school-enrollments", student_id="nobody"), the("school-enrollments", school_id="lincoln", grade="13"),
    ]  # fmt: skip
    before = await heads(lincoln)

    dry = (await post(lincoln, "school-enrollments", rows, dry_run=True)).json()

    assert await heads(lincoln) == before
    assert (dry["dry_run"], dry["received"], dry["changed"], dry["unchanged"]) == (True, 4, 1, 1)
    assert dry["differences"] == [
        {"pointer": "/rows/1", "new": False, "fields": ["withdrawal_date", "grade"]},
    ]  # fmt: skip
    assert [refused["pointer"] for refused in dry["refused"]] == ["/rows/2/student_id", "/rows/3/grade"]
    true = (await post(lincoln, "school-enrollments", rows, on_refusal="keep_good")).json()
    assert (true["changed"], true["unchanged"], true["refused"]) == (1, 1, dry["refused"])
    assert (true["dry_run"], len(true["receipts"])) == (False, 1)


@pytest.mark.parametrize("collection", ROWS)
async def test_every_collection_is_read_from_csv_as_from_json(lincoln: LincolnHigh, collection: str) -> None:
    """The same rows, the columns turned round, behind a byte-order mark: they say nothing new."""
    rows = ROWS[collection]
    names = list(reversed(list(dict.fromkeys(name for row in rows for name in row))))
    lines = [",".join(names), *(",".join(cell(row.get(name)) for name in names) for row in rows)]

    answer = await send_csv(lincoln, collection, b"\xef\xbb\xbf" + "\r\n".join(lines).encode())

    assert answer.status_code == 200, answer.text
    assert (answer.json()["received"], answer.json()["unchanged"]) == (len(rows), len(rows))


def cell(value: Any) -> str:
    if isinstance(value, list):
        return '"' + ",".join(map(str, value)) + '"'
    return "" if value is None else str(value).upper() if isinstance(value, bool) else f'"{value}"'


async def test_numbers_booleans_lists_times_and_guardians_have_their_place_in_a_cell(lincoln: LincolnHigh) -> None:
    sections = (
        "section_id,school_id,title,track_id,begins_on,period_ids,weekdays\n"
        'art,lincoln,"Art, I",main,2025-08-18,"01, 02","1,3"\n'
    )
    bells = (
        "school_id,bell_schedule_id,period_id,begins_at,ends_at,instructional\nlincoln,late,01,9:30,10:00:00,FALSE\n"
    )
    people = "student_id,given_name,guardians\ndee,Dee,Mo Doe|555-0100|555-0101; Pat Roe\n"
    for path, text in (("sections", sections), ("bell-periods", bells), ("students", people)):
        assert (await send_csv(lincoln, path, text)).status_code == 200

    kept = {path: (await lincoln.ask("sis_client", "GET", f"/v1/{path}")).json()["rows"] for path in (
        "sections", "bell-periods", "students")}  # fmt: skip
    art = next(row for row in kept["sections"] if row["section_id"] == "art")
    assert (art["title"], art["period_ids"], art["weekdays"]) == ("Art, I", ["01", "02"], [1, 3])
    late = next(row for row in kept["bell-periods"] if row["bell_schedule_id"] == "late")
    assert (late["begins_at"], late["instructional"]) == ("09:30:00", False)
    dee = next(row for row in kept["students"] if row["student_id"] == "dee")
    assert dee["guardians"] == [
        {"name": "Mo Doe", "phones": ["555-0100", "555-0101"]},
        {"name": "Pat Roe", "phones": []},
    ]


async def test_a_bad_cell_is_refused_by_row_and_column_and_an_unknown_column_is_told(lincoln: LincolnHigh) -> None:
    text = (
        "school_id,student_id,entry_date,grade,track_id,scheduled_minutes,locker\n"
        "lincoln,ana,2025-08-18,10,main,420,17\n\n"
        "lincoln,ben,2025-08-18,10,main,many,18\n"
        "lincoln,cho,18.08.2025,10,main,,\n"
    )
    refused = await send_csv(lincoln, "school-enrollments", text)
    kept = (await send_csv(lincoln, "school-enrollments", text, on_refusal="keep_good", dry_run=True)).json()

    pointers = [error["pointer"] for error in refused.json()["errors"]]
    assert (refused.status_code, pointers) == (422, ["/rows/4/scheduled_minutes", "/rows/5/entry_date"])
    assert "many" not in refused.text
    assert (kept["received"], kept["changed"]) == (3, 1)
    assert [warning["pointer"] for warning in kept["warnings"]] == ["/rows/1/locker"]


async def test_columns_that_a_spreadsheet_left_empty_are_no_obstacle(lincoln: LincolnHigh) -> None:
    answer = await send_csv(lincoln, "staff", "staff_id,name,,\nt-oh,S. Oh,,,\n,,,\n")

    assert (answer.status_code, answer.json()["changed"], answer.json()["warnings"]) == (200, 1, [])


LATIN = "staff_id,name\nt-nunez,Núñez\n".encode("latin-1")


async def test_another_charset_is_read_when_it_is_declared_and_refused_when_it_is_not(lincoln: LincolnHigh) -> None:
    undeclared = await send_csv(lincoln, "staff", LATIN)
    declared = await send_csv(lincoln, "staff", LATIN, "text/csv; charset=ISO-8859-1")

    assert (undeclared.status_code, undeclared.json()["errors"][0]["pointer"]) == (400, "/rows/2")
    assert declared.status_code == 200
    rows = (await lincoln.ask("sis_client", "GET", "/v1/staff")).json()["rows"]
    assert "Núñez" in [row["name"] for row in rows]


@pytest.mark.parametrize(
    ("text", "kind", "status", "pointer"),
    [
        (b"", "text/csv", 400, None),
        (b"staff_id,name\n", "text/csv", 422, "/rows/2"),
        (b"colour\nblue\n", "text/csv", 422, "/rows/1"),
        (b"staff_id,name,name\nx,y,z\n", "text/csv", 422, "/rows/1"),
        (b"staff_id\nx\n", "text/csv", 422, "/rows/1/name"),
        (b"staff_id,name\nx,y,canary\n", "text/csv", 422, "/rows/2"),
        (b'staff_id,name\nx,"canary\n', "text/csv", 400, "/rows/1"),
        (b"staff_id,name\nx,\x00canary\n", "text/csv", 400, "/rows/2"),
        (b"staff_id,name\nx,\x1b[31mcanary\n", "text/csv", 422, "/rows/2/name"),
        (b"staff_id,name\nx,y\nx,canary\n", "text/csv", 422, "/rows/3"),
        ("staff_id,name\nx,y\n".encode("utf-16"), "text/csv", 400, "/rows/1"),
        (b"staff_id,name\n" + b"x,y\n" * 10_001, "text/csv", 422, "/rows/10002"),
        (b"staff_id,name\nx," + b"y" * 200_000 + b"\n", "text/csv", 400, "/rows/1"),
        (b"staff_id,name\nx,y\n", "text/csv; charset=utf-7", 415, None),
        (b"staff_id,name\nx,y\n", "application/json", 415, None),
        (b"x" * (16 * 1024 * 1024 + 1), "text/csv", 413, None),
    ],
)  # fmt: skip
async def test_what_is_no_table_is_refused_clearly_and_nothing_is_kept(
    lincoln: LincolnHigh, text: bytes, kind: str, status: int, pointer: str | None
) -> None:
    before = await heads(lincoln)

    answer = await send_csv(lincoln, "staff", text, kind)

    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "canary" not in answer.text
    if pointer is not None:
        assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert await heads(lincoln) == before


async def test_a_membership_ends_the_day_before_its_end_whichever_way_it_is_told(lincoln: LincolnHigh) -> None:
    text = "school_id,section_id,student_id,begins_on,ends_before\nlincoln,algebra-1,ben,2025-08-18,2026-03-11\n"
    await send_csv(lincoln, "section-enrollments", text)
    late = ROWS["section-enrollments"][0] | {"student_id": "dee", "begins_on": "2026-03-11"}
    await tell(lincoln, "students", {"student_id": "dee"})
    await tell(lincoln, "section-enrollments", late)

    async def on_the_roll(on: str) -> set[str]:
        sheet = (await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{on}/02")).json()
        return {student["student_id"] for student in sheet["students"]}

    assert [await on_the_roll("2026-03-10"), await on_the_roll("2026-03-11")] == [
        {"ana", "ben", "cho"},
        {"ana", "cho", "dee"},
    ]


async def test_ten_thousand_rows_are_kept_in_a_few_seconds_and_again_in_less(lincoln: LincolnHigh) -> None:
    ids = [f"s{number:05}" for number in range(10_000)]
    await post(lincoln, "students", [{"student_id": student_id} for student_id in ids])
    rows = [the("school-enrollments", student_id=student_id) for student_id in ids]
    clock = asyncio.get_running_loop().time
    began = clock()
    first = await post(lincoln, "school-enrollments", rows)
    kept = clock()
    second = await post(lincoln, "school-enrollments", rows)

    assert (first.json()["changed"], second.json()["changed"]) == (10_000, 0)
    assert kept - began < 30  # 1.5 s on an idle machine
    assert clock() - kept < 30
