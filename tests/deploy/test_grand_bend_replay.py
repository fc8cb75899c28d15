"""A published district through the running system, against the same figures computed from its files alone."""

import asyncio
import csv
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy.places import CHECKOUT, Ports
from tests.deploy.conftest import environment
from tests.postgres import Cluster

PUBLISHED = CHECKOUT / "../shared/data/grand-bend"
MIDDLE_SCHOOL = "255901044"
ABSENCES = ("Excused Absence", "Unexcused Absence")


def read(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def from_the_files_alone(data: Path, marks: Path) -> list[dict[str, Any]]:
    """ADA by six-weeks with nothing of ours: text comparison of ISO dates, sets, and whole numbers."""
    absent = {
        (row["student_id"], row["date"], *(row[name] for name in ("school_id", "course", "term", "period", "room")))
        for row in read(marks)
        if row["category"] in ABSENCES
    }
    last = max(row["date"] for row in read(marks))
    taught = sorted({row["date"] for row in read(data / "calendar_dates.csv") if row["event"] == "Instructional day"})
    seats = defaultdict(list)
    for row in read(data / "section_enrollments.csv"):
        seats[row["school_id"], row["student_id"]].append(row)
    enrollments = read(data / "enrollments.csv")
    answer = []
    for school_id in sorted({row["school_id"] for row in enrollments}):
        six_weeks = sorted(read(data / "grading_periods.csv"), key=lambda row: row["begin"])
        for number, span in enumerate(six_weeks, 1):
            if span["begin"] > last:
                continue
            days = [day for day in taught if span["begin"] <= day <= span["end"]]
            membership, missed, members = 0, 0, set()
            for row in (row for row in enrollments if row["school_id"] == school_id):
                for day in days:
                    if row["entry_date"] <= day and (not row["exit_date"] or day < row["exit_date"]):
                        membership += 1
                        members.add(row["student_id"])
                        missed += _is_absent(row["student_id"], day, seats[school_id, row["student_id"]], absent)
            eligible = membership - missed
            ten_thousandths = (20_000 * eligible + len(days)) // (2 * len(days))
            answer.append(
                {
                    "school_id": school_id, "six_weeks": number, "days_taught": len(days), "students": len(members),
                    "membership_days": membership, "absent_days": missed, "eligible_days": eligible,
                    "ada": f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}",
                }
            )  # fmt: skip
    return answer


def _is_absent(student: str, day: str, seats: Sequence[dict[str, str]], absent: set[tuple[str, ...]]) -> bool:
    """In every section of hers that meets in period 02, or in the first period after it in which she has one."""
    there = [seat for seat in seats if seat["begin"] <= day <= seat["end"] and seat["period"] >= "02"]
    first = min(seat["period"] for seat in there)
    return all(
        (student, day, *(seat[name] for name in ("school_id", "course", "term", "period", "room"))) in absent
        for seat in there
        if seat["period"] == first
    )


async def replayed(home: Path, ports: Ports, cluster: Cluster, data: Path, marks: Path) -> tuple[list[Any], str]:
    """The JSON rows (decimals as text), and what was said beside them."""
    with cluster.database() as database:
        secrets = {name.upper(): secret for name, secret in database.secrets.items()}
        env = environment(home, ports, DATABASE_URL=database.admin, **secrets)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy", "grand-bend", "--data", str(data), "--marks", str(marks),
            cwd=CHECKOUT, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        answer, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return json.loads(answer, parse_float=str), said.decode()


def write(file: Path, rows: Sequence[dict[str, str]]) -> None:
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published district is not beside this checkout")
async def test_the_middle_school_of_grand_bend_comes_to_what_its_files_say(
    home: Path, ports: Ports, cluster: Cluster, tmp_path: Path
) -> None:
    """One school and one term: the same files with fewer rows. A student leaves, so that there is a withdrawal too."""
    shutil.copytree(PUBLISHED, tmp_path / "data", copy_function=shutil.copyfile)
    for name in ("enrollments", "sections", "section_enrollments", "section_attendance_events", "sessions"):
        kept = [row for row in read(PUBLISHED / f"{name}.csv") if row["school_id"] == MIDDLE_SCHOOL]
        if name == "enrollments":
            kept[0]["exit_date"] = "2010-10-06"
        if name == "section_attendance_events":
            kept = [row for row in kept if row["date"] < "2010-11-08"]
        write(tmp_path / "data" / f"{name}.csv", kept)
    marks = tmp_path / "data" / "section_attendance_events.csv"

    rows, said = await replayed(home, ports, cluster, tmp_path / "data", marks)

    assert rows == from_the_files_alone(tmp_path / "data", marks)
    assert [(row["six_weeks"], row["days_taught"]) for row in rows] == [(1, 29), (2, 25)]
    assert rows[0]["membership_days"] == 240 * 29
    assert rows[1]["membership_days"] == 240 * 25 - 23, "the withdrawn student has two days of the second six-weeks"
    assert "Fall Semester" in said
    assert "have no section in period 02" in said
