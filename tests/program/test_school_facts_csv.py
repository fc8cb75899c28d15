"""School facts as a table over HTTP: ids are text, totals are no schools, and what is odd is said."""

from typing import Any

import httpx
import pytest

from deploy.places import CHECKOUT
from tests.program.los_altos import LosAltos

PUBLISHED = CHECKOUT / "../shared/data/lausd-api/lausd_552.csv"


async def send(los_altos: LosAltos, table: str | bytes, role: str = "coordinator", **params: Any) -> httpx.Response:
    token = los_altos.issuer.mint(role=role, subject=role, districts=[los_altos.district_id])
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    content = table if isinstance(table, bytes) else table.encode()
    return await los_altos.http.post("/v1/school-facts.csv", content=content, headers=headers, params=params)


async def known(los_altos: LosAltos) -> dict[str, dict[str, Any]]:
    rows = (await los_altos.coordinator("GET", "/v1/school-facts")).json()["rows"]
    return {row["school_id"]: row for row in rows}


HEADING = "school_id,name,level,api\n"


async def test_ids_keep_their_zeros_and_a_letter_is_a_level(los_altos: LosAltos) -> None:
    answer = await send(los_altos, "cds,sname,stype,api\n01612590130229,Berkeley High,H,735\n")
    assert answer.status_code == 200, answer.text
    assert answer.json()["kept"] == {"received": 1, "changed": 1, "unchanged": 0}
    school = (await known(los_altos))["01612590130229"]
    assert (school["name"], school["level"], school["api"]) == ("Berkeley High", "high", "735")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ((HEADING + "n1,Peña Señal,elementary,700\n").encode(), "utf-8"),
        ((HEADING + "n1,Peña Señal,elementary,700\n").encode("utf-8-sig"), "utf-8"),
        ((HEADING + "n1,Peña Señal,elementary,700\n").encode("latin-1"), "latin-1"),
    ],
)
async def test_names_are_read_in_either_encoding(raw: bytes, encoding: str, los_altos: LosAltos) -> None:
    assert (await send(los_altos, raw)).json()["encoding"] == encoding
    assert (await known(los_altos))["n1"]["name"] == "Peña Señal"


async def test_a_total_does_not_become_a_school(los_altos: LosAltos) -> None:
    table = (
        "cds,name,level,api,rtype\n19647330000000,Los Angeles Unified,high,700,S\n"
        "19647331930650,All of it,high,700,D\nTotal,552 schools,,,S\n19647331930866,Bell,high,483,S\n,,,,\n"
    )
    answer = (await send(los_altos, table)).json()
    assert answer["left_out"] == [
        {"line": 2, "because": "its code names a district and no school"},
        {"line": 3, "because": "its record is not a school's"},
        {"line": 4, "because": "it is a total"},
    ]
    assert (answer["kept"]["received"], answer["refused"]) == (1, [])


async def test_missing_and_odd_scores_are_kept_as_they_stand_and_reported(los_altos: LosAltos) -> None:
    rows = 'a,A,high,\nb,B,high,79O\nc,C,high,1001\nd,D,high,800\ne,E,high,"1,000"\nf,F,high,710.5\n'
    answer = (await send(los_altos, HEADING + rows)).json()
    assert {one["school_id"]: one["because"] for one in answer["odd_scores"]} == {
        "a": "no API is given", "b": "the API is not a whole number", "c": "the API is off its scale of 200 to 1000",
        "e": "the API is not a whole number", "f": "the API is not a whole number",
    }  # fmt: skip
    facts = await known(los_altos)
    assert [facts[school]["api"] for school in "abcd"] == [None, "79O", "1001", "800"]


async def test_scores_alone_leave_the_rest_of_a_school_as_it_was(los_altos: LosAltos) -> None:
    answer = await send(los_altos, "cds,api00\nbell,640\nbanning,710\n", api="api00")
    assert answer.json()["kept"] == {"received": 2, "changed": 1, "unchanged": 1}
    bell = (await known(los_altos))["bell"]
    assert (bell["api"], bell["name"], bell["enrollments"], bell["version"]) == ("640", "Bell High", {"9": 75}, 2)


async def test_columns_may_be_named(los_altos: LosAltos) -> None:
    table = "Code;x,Nombre,Type,Ninth\nbell,Bell Senior High,H,77\n"
    asked: dict[str, Any] = {"school_id": "Code;x", "name": "Nombre", "level": "Type", "enrollment": ["9=Ninth"]}
    assert (await send(los_altos, table, **asked)).status_code == 200
    bell = (await known(los_altos))["bell"]
    assert (bell["name"], bell["enrollments"], bell["api"]) == ("Bell Senior High", {"9": 77}, "805")


@pytest.mark.parametrize(
    ("row", "because"),
    [
        ("1.96473E+13,A,high,700", "the school id has become a number: send it as text"),
        (",A,high,700", "there is no school id"),
        ("x,A,university,700", "level:"),
        ("x,,high,700", "name:"),
        ("a/b,A,high,700", "school_id:"),
        ("good,Again,high,700", "the school was named before"),
        ("x,A,high", "3 cells under 4 columns"),
    ],
)
async def test_a_row_that_cannot_be_kept_says_where_and_nothing_is_kept(
    row: str, because: str, los_altos: LosAltos
) -> None:
    table = f"{HEADING}good,Good High,high,700\n{row}\n"
    answer = await send(los_altos, table)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/rows-refused")
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/lines/3"
    assert error["detail"].startswith(because)
    assert "good" not in await known(los_altos)
    kept = await send(los_altos, table, keep_good=True)
    assert (kept.json()["kept"]["changed"], len(kept.json()["refused"])) == (1, 1)


@pytest.mark.parametrize(
    ("table", "params"),
    [
        ("name,level\nA,high\n", {}),
        ("school_id,school_id\nA,high\n", {}),
        (HEADING, {"api": "api13"}),
        (HEADING, {"enrollment": "9=ninth"}),
        ('school_id,name\n"a,b\n', {}),
    ],
)
async def test_a_table_that_cannot_be_read_is_refused(table: str, params: dict[str, str], los_altos: LosAltos) -> None:
    assert (await send(los_altos, table, **params)).json()["type"] == "/problems/not-readable"


async def test_what_is_no_table_is_refused_before_it_is_read(los_altos: LosAltos) -> None:
    assert (await send(los_altos, b"")).status_code == 400
    assert (await send(los_altos, HEADING, enrollment="6=sixth")).status_code == 422
    answer = await los_altos.coordinator("POST", "/v1/school-facts.csv", json={"rows": []})
    assert answer.status_code == 415
    assert (await send(los_altos, b"x" * (8 * 2**20 + 1))).status_code == 413


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published API file is not beside this checkout")
async def test_the_published_scores_of_552_schools_are_read_as_they_are(los_altos: LosAltos) -> None:
    answer = (await send(los_altos, PUBLISHED.read_bytes(), api="api00", name="sname")).json()
    assert (answer["kept"]["changed"], answer["left_out"], answer["refused"]) == (552, [], [])
    facts = await known(los_altos)
    assert (facts["19647331930650"]["api"], facts["19647331930650"]["level"]) == ("484", "high")
    below = [row for row in facts.values() if row["school_id"][0] == "1" and int(row["api"]) < 800]
    assert (len(below), answer["odd_scores"]) == (524, [])
