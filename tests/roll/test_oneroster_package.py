"""A zip is an attack until it has been measured: what is no package of OneRoster is refused in a sentence."""

from typing import Any
from uuid import uuid4

import pytest

from tests.roll.lincoln_high import LincolnHigh
from tests.roll.oneroster_packages import ORGS, package, zipped
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
