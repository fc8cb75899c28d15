"""A zip is an attack until it has been measured: what is no package of OneRoster is refused in a sentence."""

import io
import warnings
import zipfile
from typing import Any
from uuid import uuid4

import pytest

from tests.roll.lincoln_high import LincolnHigh
from tests.roll.oneroster_packages import ORGS, package, zipped
from tests.roll.test_bad_inputs import exchange
from tests.roll.test_import_oneroster import send

BOMB = zipped({"orgs.csv": ORGS.encode() + b"0" * 40_000_000})
WHOLE = package()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"PK", b"not a zip", WHOLE[: len(WHOLE) // 2], BOMB, zipped({"other.csv": b"a,b\n"}),
        zipped({"folder/orgs.csv": ORGS.encode()}), zipped({"orgs.csv": ORGS.encode("utf-16")}),
        zipped({"orgs.csv": b'sourcedId,name\n"unclosed'}), zipped({"orgs.csv": b"a,a\n1,2\n"}),
        zipped({"orgs.csv": b"sourcedId,name\n1,2,3\n"}), zipped({"orgs.csv": b"a\x00b\n"}),
        zipped({"orgs.csv": ORGS.encode(), "manifest.csv": b"propertyName,value\nfile.users,bulk\n"}),
        WHOLE[:60] + bytes([WHOLE[60] ^ 255, WHOLE[61] ^ 255]) + WHOLE[62:],
    ],
    ids=[
        "empty", "two bytes", "no zip", "cut short", "bomb", "no file of ours", "in a folder", "utf-16", "unclosed",
        "a column twice", "too many values", "nul", "manifest of another", "damaged",
    ],
)  # fmt: skip
async def test_what_is_not_a_package_is_refused_in_a_sentence(lincoln: LincolnHigh, content: bytes) -> None:
    answer = await send(lincoln, content)

    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "/problems/not-a-package"


def twice(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there are two of the name is what is tried
        for _ in range(2):
            archive.writestr(name, ORGS)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (twice("orgs.csv"), None),
        (zipped({"../orgs.csv": ORGS.encode(), "/etc/users.csv": b"a,b\n"}), None),
        (zipped({"orgs.csv": ORGS.encode() + "x,,,Peña,school,,\n".encode("latin-1")}), "/orgs.csv/"),
        (zipped({"orgs.csv": b"sourcedId,sourcedId\nx,y\n"}), "/orgs.csv/1"),
        (zipped({"orgs.csv": ORGS.encode() + b"x,,,canary,school,,,,,\n"}), "/orgs.csv/4"),
    ],
    ids=["a name twice", "names of elsewhere", "latin-1", "a column twice", "a row too long"],
)
async def test_a_refusal_points_at_the_file_and_row_and_nothing_is_kept(
    lincoln: LincolnHigh, content: bytes, pointer: str | None
) -> None:
    before = (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"]

    answer = await send(lincoln, content)

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/not-a-package")
    assert "canary" not in answer.text
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"].startswith(pointer)
    assert (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"] == before


async def test_a_hundred_megabytes_are_refused_at_their_length_before_they_are_read(
    lincoln: LincolnHigh, roll_url: str
) -> None:
    head = (
        f"POST /v1/oneroster?import_id={uuid4()} HTTP/1.1\r\nHost: x\r\nContent-Type: application/zip\r\n"
        f"Authorization: Bearer {lincoln.token('sis_client')}\r\nContent-Length: {100 * 1024 * 1024}\r\n\r\n"
    )
    answer = await exchange(roll_url, head.encode())

    assert answer.split()[1] == b"413", answer[:200]


async def test_more_than_fifty_megabytes_another_type_and_another_role_are_refused(lincoln: LincolnHigh) -> None:
    async def endless() -> Any:
        for _ in range(51):
            yield bytes(1024 * 1024)

    asked = {"import_id": str(uuid4())}
    as_json = await lincoln.ask("sis_client", "POST", "/v1/oneroster", params=asked, json={})
    by_clerk = await lincoln.clerk(
        "POST", "/v1/oneroster", params=asked, content=WHOLE, headers={"Content-Type": "application/zip"}
    )
    large = await lincoln.ask(
        "sis_client",
        "POST",
        "/v1/oneroster",
        params=asked,
        content=endless(),
        headers={"Content-Type": "application/zip"},
    )

    assert (as_json.status_code, by_clerk.status_code, large.status_code) == (415, 403, 413)
