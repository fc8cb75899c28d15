"""Rosters of other makers, and what a package may not do to the roster that is here."""

import csv
import io
from typing import Any

import pytest

from deploy.places import CHECKOUT
from tests.postgres import Database
from tests.roll.lincoln_high import LincolnHigh
from tests.roll.oneroster_packages import CLASSES, ENROLLMENTS, ROLES, package, zipped
from tests.roll.test_import_oneroster import SEATS, imported, rows, send

SDS = CHECKOUT.parent / "shared" / "data" / "oneroster" / "ms-sds"
YEAR = {"school_year": 2027, "begins_on": "2026-08-10", "ends_before": "2027-06-01", "period_id": "01"}
needs_samples = pytest.mark.skipif(
    not SDS.exists(), reason="the samples of School Data Sync are beside the checkout, in ../shared/data"
)
MEMBERS = (
    "SELECT student_id, entry_date::text, withdrawal_date::text FROM roll.school_enrollment "
    "WHERE district_id = $1 AND school_id = 'washington' ORDER BY 1, 2"
)


def sample(folder: str) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (SDS / folder).glob("*.csv")}


@needs_samples
@pytest.mark.parametrize("folder", ["SDS_v2", "SDS_v2.1"])
async def test_the_samples_of_school_data_sync_are_read_in_bulk(lincoln: LincolnHigh, folder: str) -> None:
    report = await imported(lincoln, zipped(sample(folder)), **YEAR)
    again = await imported(lincoln, zipped(sample(folder)), **YEAR)

    assert report["applied"]
    assert (report["refused"], again["refused"]) == ([], [])
    assert report["counts"]["schools"]["new"] >= 1
    assert report["counts"]["students"]["new"] >= 3
    assert report["counts"]["section_enrollments"]["new"] >= 3
    assert all(not counts["new"] + counts["changed"] + counts["ended"] for counts in again["counts"].values())
    found = (await lincoln.ask("auditor", "GET", "/v1/streams/district/verification")).json()
    assert found["fault"] is None


@needs_samples
async def test_a_delta_of_a_sample_ends_what_it_names_and_nothing_else(lincoln: LincolnHigh) -> None:
    files = sample("SDS_v2")
    whole = await imported(lincoln, zipped(files), **YEAR)
    (first, *_) = csv.DictReader(io.StringIO(files["enrollments.csv"].decode("utf-8-sig")))
    header = ",".join([*first, "status", "dateLastModified"])
    gone = ",".join([*first.values(), "tobedeleted", "2026-09-01T00:00:00.000Z"])

    delta = await imported(lincoln, package("delta", enrollments=f"{header}\n{gone}\n"), **YEAR)

    assert whole["refused_count"] == 0
    assert delta["counts"]["section_enrollments"]["ended"] == 1
    assert sum(counts["ended"] for counts in delta["counts"].values()) == 1


async def test_a_file_without_rows_ends_nothing_and_is_told(lincoln: LincolnHigh, roll_database: Database) -> None:
    await imported(lincoln, package())
    before = await rows(roll_database, lincoln, SEATS)

    report = await imported(lincoln, package(
        enrollments=ENROLLMENTS.splitlines()[0] + "\n", classes=CLASSES.splitlines()[0] + "\n"
    ))  # fmt: skip

    assert report["ignored"]["files without a row, taken as absent"] == 2
    assert all(not counts["ended"] for counts in report["counts"].values())
    assert await rows(roll_database, lincoln, SEATS) == before


async def many(lincoln: LincolnHigh, count: int) -> str:
    """Washington with so many students in room 1: enrollments.csv."""
    header = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n"
    text = header + "".join(f"x{n},room-1,washington,s{n:03},student\n" for n in range(count))
    users = "sourcedId,givenName,familyName,grades\n" + "".join(f"s{n:03},A,B,05\n" for n in range(count))
    roles = "sourcedId,userSourcedId,role,orgSourcedId\n" + "".join(
        f"r{n},s{n:03},student,washington\n" for n in range(count)
    )
    await imported(lincoln, package(enrollments=text, users=users, roles=roles))
    return text


async def test_five_of_a_hundred_enrollments_end_without_approval_and_six_do_not(lincoln: LincolnHigh) -> None:
    lines = (await many(lincoln, 97)).splitlines(keepends=True)  # with the three of Lincoln High: a hundred

    def without(count: int) -> bytes:
        return package(None, orgs="sourcedId,name,type\nwashington,Washington,school\n",
                       enrollments="".join(lines[:-count]), users=None, roles=None, courses=None)  # fmt: skip

    six = await send(lincoln, without(6))
    five = await imported(lincoln, without(5))

    assert (six.status_code, six.json()["type"]) == (409, "/problems/too-many-removals")
    assert "6 of 100 section enrollments" in six.json()["detail"]
    assert five["counts"]["section_enrollments"]["ended"] == 5


async def test_a_school_is_not_emptied_without_approval_however_small_it_is(lincoln: LincolnHigh) -> None:
    await many(lincoln, 97)
    orgs = "sourcedId,name,type\nwashington,Washington,school\nlincoln,Lincoln,school\n"
    lines = "".join(f"x{n},room-1,washington,s{n:03},student\n" for n in range(97))
    text = "sourcedId,classSourcedId,schoolSourcedId,userSourcedId,role\n" + lines

    answer = await send(lincoln, package(None, orgs=orgs, enrollments=text, users=None, roles=None, courses=None))

    assert answer.json()["type"] == "/problems/too-many-removals"
    assert "all of the school lincoln" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("begins", "spells"),
    [
        ("2025-09-02", [("dee", "2025-08-18", "2025-09-02"), ("dee", "2025-09-02", None)]),
        ("2025-08-11", [("dee", "2025-08-11", None), ("dee", "2025-08-18", "2025-08-18")]),
    ],
)
@pytest.mark.parametrize("mode", ["bulk", "delta"])
async def test_an_entry_on_another_day_replaces_the_enrollment_that_was_open_and_counts_no_day_twice(
    lincoln: LincolnHigh, roll_database: Database, mode: str, begins: str, spells: list[Any]
) -> None:
    await imported(lincoln, package())
    changed = ROLES.replace("student,2025-08-18", f"student,{begins}")

    report = await imported(lincoln, package(mode, roles=changed))

    assert report["refused"] == []
    assert [row for row in await rows(roll_database, lincoln, MEMBERS) if row[0] == "dee"] == spells


async def test_a_student_whom_another_school_has_is_told_by_file_and_row(lincoln: LincolnHigh) -> None:
    roles = "".join(ROLES.replace("r1,,,dee", "r1,,,ana").splitlines(keepends=True)[:2])
    users = "sourcedId,givenName,familyName,grades\nana,Ana,Alvarez,05\n"
    orgs = "sourcedId,name,type\nwashington,Washington,school\n"

    report = await imported(lincoln, package("delta", orgs=orgs, roles=roles, users=users), dry_run=True, **YEAR)

    (warning,) = report["warnings"]
    assert (warning["file"], warning["row"], warning["column"]) == ("roles.csv", 2, "beginDate")
