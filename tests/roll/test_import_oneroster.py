"""A roster that comes as OneRoster CSV, whole or in part, well made or not; nothing is ever erased by one."""

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.places import CHECKOUT
from tests.postgres import Database
from tests.roll.lincoln_high import LincolnHigh
from tests.roll.oneroster_packages import BULK, ENROLLMENTS, USERS, package
from tests.roll.tampering import as_administrator

NEW_SCHOOL = {"jurisdiction": "texas", "time_zone": "America/Chicago"}


async def send(school: LincolnHigh, content: bytes, **parameters: Any) -> httpx.Response:
    asked = NEW_SCHOOL | {"import_id": str(uuid4())} | parameters
    headers = {"Content-Type": "application/zip"}
    return await school.ask("sis_client", "POST", "/v1/oneroster", params=asked, content=content, headers=headers)


async def imported(school: LincolnHigh, content: bytes, **parameters: Any) -> Any:
    answer = await send(school, content, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def rows(database: Database, school: LincolnHigh, query: str) -> list[tuple[Any, ...]]:
    async with as_administrator(database) as connection:
        return [tuple(row) for row in await connection.fetch(query, school.district_id)]


SEATS = (
    "SELECT section_id, student_id, begins_on::text, ends_before::text FROM roll.section_enrollment "
    "WHERE district_id = $1 AND school_id = 'washington' ORDER BY 1, 2, 3"
)
TODAY = "SELECT (now() AT TIME ZONE 'America/Chicago')::date::text"


async def test_a_bulk_package_becomes_schools_classes_students_staff_and_enrollments(
    lincoln: LincolnHigh, roll_database: Database
) -> None:
    report = await imported(lincoln, package())

    assert report["applied"]
    assert report["refused"] == []
    assert {name: counts["new"] for name, counts in report["counts"].items()} == {
        "schools": 1, "tracks": 1, "students": 3, "staff": 1, "school_enrollments": 3, "sections": 2,
        "section_teachers": 1, "section_enrollments": 4,
    }  # fmt: skip
    assert await rows(roll_database, lincoln, SEATS) == [
        ("room-1", "dee", "2025-08-18", None),
        ("room-1", "eli", "2025-09-01", None),
        ("room-1", "fay", "2025-09-01", "2026-03-10"),
        ("room-2", "dee", "2025-08-18", None),
    ]
    members = "SELECT student_id, entry_date::text, withdrawal_date::text, grade, track_id FROM roll.school_enrollment "
    assert await rows(
        roll_database, lincoln, members + "WHERE district_id = $1 AND school_id = 'washington' ORDER BY 1"
    ) == [
        ("dee", "2025-08-18", None, "05", "main"),
        ("eli", "2025-08-18", None, "05", "main"),
        ("fay", "2025-09-01", "2026-03-10", "KG", "main"),
    ]
    sections = (
        "SELECT section_id, title, period_ids FROM roll.section WHERE district_id = $1 AND school_id = 'washington'"
    )
    assert sorted(await rows(roll_database, lincoln, sections)) == [
        ("room-1", "Room 1", ["01", "02"]), ("room-2", "Room 2", ["01"]),
    ]  # fmt: skip
    assert report["ignored"]["organizations that are not schools"] == 1


async def test_an_exclusive_end_date_is_the_first_day_off_the_roll(lincoln: LincolnHigh) -> None:
    await imported(lincoln, package())

    last = await lincoln.ask("teacher", "GET", "/v1/sections/room-1/sheets/2026-03-09/01", subject="may")
    first_out = await lincoln.ask("teacher", "GET", "/v1/sections/room-1/sheets/2026-03-10/01", subject="may")

    assert {student["student_id"] for student in last.json()["students"]} == {"dee", "eli", "fay"}
    assert {student["student_id"] for student in first_out.json()["students"]} == {"dee", "eli"}


async def test_the_same_package_again_says_nothing_new(lincoln: LincolnHigh) -> None:
    await imported(lincoln, package())
    heads = (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"]

    report = await imported(lincoln, package())

    assert all(not counts["new"] + counts["changed"] + counts["ended"] for counts in report["counts"].values())
    assert (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"] == heads


async def test_a_dry_run_says_what_would_change_and_changes_nothing(lincoln: LincolnHigh) -> None:
    heads = (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"]
    asked = str(uuid4())

    report = await imported(lincoln, package(), dry_run=True, import_id=asked)

    assert not report["applied"]
    assert report["counts"]["section_enrollments"]["new"] == 4
    assert (await lincoln.ask("auditor", "GET", "/v1/streams")).json()["streams"] == heads
    assert (await lincoln.ask("sis_client", "GET", f"/v1/imports/{asked}")).status_code == 404


async def test_an_import_tells_how_far_it_has_come_and_its_id_is_used_once(lincoln: LincolnHigh) -> None:
    asked = str(uuid4())
    report = await imported(lincoln, package(), import_id=asked)

    come = (await lincoln.ask("sis_client", "GET", f"/v1/imports/{asked}")).json()
    again = await send(lincoln, package(), import_id=asked)

    written = sum(counts["new"] for counts in report["counts"].values())
    assert (come["state"], come["done"], come["total"]) == ("finished", written, written)
    assert again.json()["type"] == "/problems/import-id-reused"


async def test_what_the_package_does_not_speak_of_stays(lincoln: LincolnHigh, roll_database: Database) -> None:
    await imported(lincoln, package())
    dee = {"student_id": "dee", "given_name": "Dee", "family_name": "Doe", "address": "1 Elm Street"}
    await lincoln.ask("sis_client", "POST", "/v1/students", json={"rows": [dee]})

    await imported(lincoln, package(users=USERS.replace("Dee,Doe", "Dee,Smith")))

    people = "SELECT family_name, address FROM roll.student WHERE district_id = $1 AND student_id = 'dee'"
    assert await rows(roll_database, lincoln, people) == [("Smith", "1 Elm Street")]
    assert (
        len(
            await rows(
                roll_database, lincoln, "SELECT 1 FROM roll.section WHERE district_id = $1 AND school_id = 'lincoln'"
            )
        )
        == 2
    )


async def test_column_order_unknown_columns_blank_status_and_a_byte_order_mark_are_no_obstacle(
    lincoln: LincolnHigh,
) -> None:
    orgs = "\ufefftype,metadata.color,NAME,sourcedId\r\nschool,blue,Washington Elementary,washington\r\n"

    report = await imported(lincoln, package(orgs=orgs))

    assert report["counts"]["schools"]["new"] == 1


async def test_tobedeleted_ends_an_enrollment_today_and_erases_nothing(
    lincoln: LincolnHigh, roll_database: Database
) -> None:
    await imported(lincoln, package())
    delta = ENROLLMENTS.splitlines()[0] + "\ne1,tobedeleted,2026-03-01T00:00:00.000Z,room-1,washington,dee,student,,,\n"

    report = await imported(lincoln, package("delta", enrollments=delta))

    async with as_administrator(roll_database) as connection:
        today = await connection.fetchval(TODAY)
    assert report["counts"]["section_enrollments"] == {"new": 0, "changed": 0, "unchanged": 0, "ended": 1}
    seats = await rows(roll_database, lincoln, SEATS)
    assert seats[0] == ("room-1", "dee", "2025-08-18", today)
    assert len(seats) == 4


async def test_a_user_to_be_deleted_leaves_school_and_classes(lincoln: LincolnHigh, roll_database: Database) -> None:
    await imported(lincoln, package())
    delta = USERS.splitlines()[0] + "\ndee,tobedeleted,2026-03-01T00:00:00.000Z,true,dee,,Dee,Doe,,05\n"

    report = await imported(lincoln, package("delta", users=delta))

    assert report["counts"]["section_enrollments"]["ended"] == 2
    assert report["counts"]["school_enrollments"]["ended"] == 1
    assert len(await rows(roll_database, lincoln, "SELECT 1 FROM roll.student WHERE district_id = $1")) == 6


async def test_a_short_bulk_file_ends_nothing_unless_it_is_approved(
    lincoln: LincolnHigh, roll_database: Database
) -> None:
    await imported(lincoln, package())
    short = "".join(line for line in ENROLLMENTS.splitlines(keepends=True) if not line.startswith(("e1", "e4")))

    refused = await send(lincoln, package(enrollments=short))
    seats = await rows(roll_database, lincoln, SEATS)
    dry = await imported(lincoln, package(enrollments=short), dry_run=True)
    approved = await imported(lincoln, package(enrollments=short), approve_removals=True)

    assert refused.json()["type"] == "/problems/too-many-removals"
    assert [seat[3] for seat in seats] == [None, None, "2026-03-10", None]
    assert dry["counts"]["section_enrollments"]["ended"] == approved["counts"]["section_enrollments"]["ended"] == 2
    lincolns = (
        "SELECT 1 FROM roll.section_enrollment WHERE district_id = $1 AND school_id = 'lincoln' AND ends_before IS NULL"
    )
    assert (
        len(await rows(roll_database, lincoln, lincolns)) == 3
    )  # a school that the package does not name is left alone


async def test_who_comes_back_in_a_bulk_file_goes_on(lincoln: LincolnHigh, roll_database: Database) -> None:
    await imported(lincoln, package())
    short = "".join(line for line in ENROLLMENTS.splitlines(keepends=True) if not line.startswith("e1"))
    await imported(lincoln, package(enrollments=short), approve_removals=True)

    await imported(lincoln, package())

    assert (await rows(roll_database, lincoln, SEATS))[0] == ("room-1", "dee", "2025-08-18", None)


@pytest.mark.parametrize(
    ("file", "was", "becomes", "where"),
    [
        ("users", "dee,,,", "d e/e,,,", ("roles.csv", 2, "userSourcedId")),
        ("roles", "2025-08-18", "18.08.2025", ("roles.csv", 2, "beginDate")),
        ("roles", "2025-09-01,2026-03-10", "2025-09-01,2024-03-10", ("roles.csv", 4, "endDate")),
        ("users", "Doe,,05", "Doe,,13", ("roles.csv", 2, "grades")),
        ("classes", "washington,y26", "washington,y99", ("classes.csv", 2, "termSourcedIds")),
        ("classes", "washington,y26", "nowhere,y26", ("classes.csv", 2, "schoolSourcedId")),
        ("enrollments", "e1,,,room-1", "e1,,,room-9", ("enrollments.csv", 2, "classSourcedId")),
        ("enrollments", "washington,dee", "washington,nobody", ("enrollments.csv", 2, "userSourcedId")),
        ("enrollments", "e1,,,", "e1,gone,,", ("enrollments.csv", 2, "status")),
        ("enrollments", "washington,eli", "washington,", ("enrollments.csv", 3, "userSourcedId")),
    ],
)  # fmt: skip
async def test_a_bad_row_is_refused_by_file_row_and_column_and_the_others_are_kept_only_if_asked(
    lincoln: LincolnHigh, file: str, was: str, becomes: str, where: tuple[str, int, str]
) -> None:
    bad = package(**{file: BULK[file].replace(was, becomes, 1)})

    none = await imported(lincoln, bad)
    good = await imported(lincoln, bad, keep_good=True, approve_removals=True)

    places = [(each["file"], each["row"], each["column"]) for each in none["refused"]]
    assert where in places
    assert not none["applied"]
    assert good["applied"]
    assert good["counts"]["students"]["new"] >= 2


async def test_a_new_school_needs_its_jurisdiction_and_time_zone(lincoln: LincolnHigh) -> None:
    answer = await lincoln.ask(
        "sis_client", "POST", "/v1/oneroster", params={"import_id": str(uuid4())}, content=package(),
        headers={"Content-Type": "application/zip"},
    )  # fmt: skip

    assert answer.json()["refused"][0] == {
        "file": "orgs.csv", "row": 3, "column": "sourcedId",
        "detail": "the school is new: say its jurisdiction and time_zone",
    }  # fmt: skip


async def test_the_command_sends_a_package_and_says_what_it_came_to(
    lincoln: LincolnHigh, roll_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "roster.zip"
    file.write_bytes(package())
    arguments = ["import-oneroster", str(file), "--district", lincoln.district_id, "--url", roll_url]
    arguments += ["--token", lincoln.token("sis_client"), "--set", "jurisdiction=texas"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.roll", *arguments, *more]
        return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)

    refused = await asyncio.to_thread(run)
    applied = await asyncio.to_thread(run, "--set", "time_zone=America/Chicago")

    assert refused.returncode == 1
    assert "refused: orgs.csv, row 3, sourcedId" in refused.stdout
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert applied.stdout.splitlines()[-1] == "applied"
