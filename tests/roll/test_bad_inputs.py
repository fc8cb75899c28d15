"""Forty bad inputs, and more, on every route that writes: a clear refusal, no echo, and nothing recorded."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from deploy.issuer import Issuer
from tests.postgres import Database
from tests.roll.bad_inputs import CANARY, bad_inputs
from tests.roll.lincoln_high import ROLL, TUESDAY, LincolnHigh, a_roll
from tests.roll.writes import every_write

WRITES = {f"{write.method} {write.route}": write for write in every_write()}
RECORDED = """
    SELECT (SELECT sum(sequence) FROM roll.stream_head WHERE district_id = $1),
           (SELECT md5(string_agg(s::text, '' ORDER BY student_id)) FROM roll.student s WHERE district_id = $1)
"""


@pytest.fixture(scope="module")
async def lincoln(roll_url: str, issuer: Issuer) -> AsyncIterator[LincolnHigh]:
    """One school for all: nothing that is sent here is kept."""
    async with LincolnHigh.opened(roll_url, issuer) as school:
        await school.take_roll("ben")
        yield school


async def recorded(database: Database, district_id: str) -> list[object]:
    connection = await asyncpg.connect(database.admin)
    row = await connection.fetchrow(RECORDED, district_id)
    await connection.close()
    return list(row)


def is_a_clear_refusal(answer: httpx.Response, *statuses: int) -> bool:
    problem = answer.json()
    assert answer.status_code in statuses, answer.text[:500]
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert problem["status"] == answer.status_code
    assert problem["type"].startswith("/problems/")
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("urn:uuid:")
    assert len(answer.content) < 50_000
    if answer.status_code == 422:
        assert all(set(error) == {"pointer", "detail"} for error in problem.get("errors", []))
    return True


@pytest.mark.parametrize("route", WRITES)
async def test_bad_inputs_are_refused_clearly_and_change_nothing(
    lincoln: LincolnHigh, roll_database: Database, route: str
) -> None:
    before = await recorded(roll_database, lincoln.district_id)
    write = WRITES[route]
    for wrong in bad_inputs(write.body):
        answer = await write.send(lincoln, content=wrong.content, headers=wrong.headers)

        try:
            assert is_a_clear_refusal(answer, *wrong.statuses)
            assert CANARY not in answer.text, "what was sent comes back"
        except (AssertionError, ValueError) as failed:
            raise AssertionError(f"{wrong.name}: {failed}") from failed
    assert await recorded(roll_database, lincoln.district_id) == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PATCH", ROLL, 405),
        ("DELETE", "/v1/students", 405),
        ("TRACE", "/v1/streams", 405),
        ("POST", "/v1/streams", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/streams/", 404),
        ("GET", "/v1/../../etc/passwd", 404),
        ("GET", "/v1/streams?unknown=1", 422),
        ("GET", "/v1/streams?wait=1&wait=2", 422),
        ("GET", "/v1/streams?wait=%00", 422),
        ("GET", "/v1/streams?wait=NaN", 422),
        ("GET", "/v1/streams?wait=-1", 422),
        ("GET", f"/v1/streams?reached={2**63}", 422),
        ("GET", "/v1/streams/school.lincoln/entries?after=%ff", 422),
        ("GET", "/v1/streams/%00/entries", 404),
        ("GET", "/v1/streams/%ff/entries", 404),
        ("GET", f"/v1/streams/{'9' * 5000}/entries", 422),
        ("GET", "/v1/me/sections", 422),
        ("GET", "/v1/me/sections?on=2026-02-30", 422),
        ("GET", "/v1/me/sections?on=yesterday", 422),
        ("GET", "/v1/me/sections?on=9999-12-31", 422),
        ("GET", f"/v1/sections/%00/sheets/{TUESDAY}/02", 422),
        ("GET", f"/v1/sections/{'a' * 65}/sheets/{TUESDAY}/02", 422),
        ("GET", f"/v1/sections/a b/sheets/{TUESDAY}/02", 422),
        ("GET", "/v1/sections/algebra-1/sheets/1772000000000/02", 422),
    ],
)
async def test_bad_addresses_are_refused_clearly(lincoln: LincolnHigh, method: str, path: str, status: int) -> None:
    role = "teacher" if "section" in path else "service"
    answer = await lincoln.ask(role, method, path, subject="t-ruiz")

    assert is_a_clear_refusal(answer, status, *([422] if status == 404 else []))
    assert ("Allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize(("path", "kibibytes"), [(ROLL, 256), ("/v1/roll-batches", 16384), ("/v1/students", 16384)])
async def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(
    lincoln: LincolnHigh, path: str, kibibytes: int
) -> None:
    async def dribbled() -> AsyncIterator[bytes]:
        for _ in range(kibibytes // 64 + 1):
            yield b" " * 65536

    method, json_type = "PUT" if path == ROLL else "POST", {"Content-Type": "application/json"}
    for content in (b" " * (kibibytes * 1024 + 1), dribbled()):
        answer = await lincoln.ask("district_office", method, path, content=content, headers=json_type)
        assert is_a_clear_refusal(answer, 413)


async def exchange(url: str, request: bytes) -> bytes:
    """What a server answers to exactly these bytes."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(request)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), 15)
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "lie",
    [
        "Content-Length: -1",
        "Content-Length: ten",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5",
        "Content-Length: 99999",
        "Content-Length: 99999999",
    ],
)
async def test_a_lie_about_the_length_records_nothing(
    lincoln: LincolnHigh, roll_url: str, roll_database: Database, lie: str
) -> None:
    body = json.dumps(a_roll() | {"base_version": 1})
    head = f"PUT {ROLL} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    token = lincoln.token("teacher", "t-ruiz")
    answer = await exchange(roll_url, f"{head}Authorization: Bearer {token}\r\n{lie}\r\n\r\n{body}".encode())

    assert not answer or answer.split()[1].startswith(b"4"), answer[:200]
    sheet = await lincoln.ruiz("GET", f"/v1/sections/algebra-1/sheets/{TUESDAY}/02")
    assert sheet.json()["version"] == 1


async def test_who_is_not_known_is_told_so_before_the_body_is_looked_at(lincoln: LincolnHigh) -> None:
    for content in (b"", b"{", b"[" * 100_000):
        answer = await lincoln.http.put(ROLL, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 401


ODD_NAMES = [
    "O'Brien", "Null", "null", "None", "undefined", "NaN", "True", "X", "Ng", "D'Angelo-Smith", "de la Cruz",
    "Ó Súilleabháin", "Þórsdóttir", "Nguyễn", "李小龍", "محمد", "שרה", "Владимир", "Robert'); DROP TABLE students;--",
    "<b>Ann</b>", "Ann\\nBob", "%s%n", "{{7*7}}", "=1+1", "🧑‍🏫 Sam", "ﷺ", "Zoë", "A" * 120, "a\u200bb",
    "Jr., Sammy Davis",
]  # fmt: skip


async def test_odd_names_are_kept_and_returned_byte_for_byte(roll_url: str, issuer: Issuer) -> None:
    async with LincolnHigh.opened(roll_url, issuer) as school:
        students = [{"student_id": f"s{number:03}", "family_name": name} for number, name in enumerate(ODD_NAMES)]
        enrolled = [{"school_id": "lincoln", "section_id": "empty-1", "student_id": student["student_id"],
                     "begins_on": "2025-08-18"} for student in students]  # fmt: skip
        teaches = {"school_id": "lincoln", "section_id": "empty-1", "staff_id": "t-ruiz", "begins_on": "2025-08-18"}
        for path, rows in (("students", students), ("section-enrollments", enrolled), ("section-teachers", [teaches])):
            answer = await school.ask("sis_client", "POST", f"/v1/{path}", json={"rows": rows})
            assert answer.status_code == 200, answer.text

        sheet = (await school.ruiz("GET", f"/v1/sections/empty-1/sheets/{TUESDAY}/02")).json()
        names = {student["student_id"]: student["family_name"] for student in sheet["students"]}
        assert [names[student["student_id"]] for student in students] == ODD_NAMES
