"""A Texan school year, generated: schools of a thousand students, seven periods, an official roll a day, 5 % absent."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from services.credit.fold_entries import Fold
from shared.plumbing.database import Database
from shared.schema.entries import RollTaken, RosterChanged, RosterFixed

DISTRICT = "bench"
STUDENTS, SECTION, DAYS, PERIODS = 1000, 30, 180, 7
SIX_WEEKS = DAYS // 6
SAID: dict[str, Any] = {"at": datetime(2026, 6, 1, tzinfo=UTC), "by": "generator", "role": "sis_client"}
SECTIONS = -(-STUDENTS // SECTION)
SCHOOLS_AT_ONCE = 20


def rows(collection: str, many: list[dict[str, Any]]) -> list[RosterChanged]:
    return [
        RosterChanged(**SAID, collection=collection, rows=tuple(many[at : at + 1000]))
        for at in range(0, len(many), 1000)
    ]


@dataclass
class GeneratedYear:
    schools: int
    absent: dict[int, "np.ndarray[Any, Any]"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(1)
        for school in range(self.schools):
            self.absent[school] = chance.random((DAYS, STUDENTS)) < 0.05

    @staticmethod
    def days() -> list[date]:
        year = (date(2025, 8, 18) + timedelta(number) for number in range(300))
        return [day for day in year if day.weekday() < 5][:DAYS]

    @property
    def students(self) -> int:
        return self.schools * STUDENTS

    @property
    def student_days(self) -> int:
        return self.students * DAYS

    @property
    def rolls(self) -> int:
        return self.schools * SECTIONS * DAYS

    @property
    def absences(self) -> int:
        return int(sum(absent.sum() for absent in self.absent.values()))

    async def fold_into(self, database: Database, school_folded: Callable[[int], object] = int) -> float:
        """Fold everything as credit folds its feed. Returns the seconds that the rolls took."""
        codes = [
            {"code": code, "definition": presence, "presence": presence, "begins_on": "2025-01-01"}
            for code, presence in (("P", "present"), ("A", "absent"))
        ]
        async with database.bare(DISTRICT) as connection:
            await Fold(connection, DISTRICT, "district").fold(rows("attendance_codes", codes))
        seconds = 0.0
        for school in range(self.schools):
            async with database.bare(DISTRICT) as connection:
                await Fold(connection, DISTRICT, f"school.s{school}").fold(self._roster(f"s{school}"))
            rolls = list(self._rolls(school))
            began = time.perf_counter()
            for first in range(0, len(rolls), 500):
                async with database.bare(DISTRICT) as connection:
                    await Fold(connection, DISTRICT, f"school.s{school}").fold(rolls[first : first + 500])
            seconds += time.perf_counter() - began
            school_folded(school + 1)
        return seconds

    def write_parquet(self, file: Path) -> Path:
        """The same marks, a row a student-day, a few schools at a time."""
        schema = pa.schema({"school": pa.int32(), "six_weeks": pa.int8(), "student": pa.int32(), "absent": pa.int8()})
        with pq.ParquetWriter(file, schema, compression="zstd") as parquet:
            for first in range(0, self.schools, SCHOOLS_AT_ONCE):
                some = range(first, min(first + SCHOOLS_AT_ONCE, self.schools))
                six_weeks = np.repeat(np.arange(DAYS, dtype=np.int8) // SIX_WEEKS, STUDENTS)
                columns = [
                    np.repeat(np.array(some, dtype=np.int32), DAYS * STUDENTS),
                    np.tile(six_weeks, len(some)),
                    np.tile(np.arange(STUDENTS, dtype=np.int32), DAYS * len(some)),
                    np.concatenate([self.absent[school].ravel() for school in some]).astype("i1"),
                ]
                parquet.write_table(pa.table(columns, schema=schema))
        return file

    def _rolls(self, school: int) -> Iterator[RollTaken]:
        for number, day in enumerate(self.days()):
            digits = "".join("1" if absent else "0" for absent in self.absent[school][number])
            for section in range(SECTIONS):
                yield RollTaken(
                    **SAID,
                    section_id=f"s{school}-2-{section}",
                    on=day,
                    period_id="02",
                    version=1,
                    roster=1,
                    codes=("P", "A"),
                    marks=digits[section * SECTION : (section + 1) * SECTION],
                )

    def _roster(self, school: str) -> list[RosterChanged | RosterFixed]:
        days, place, begins = self.days(), {"school_id": school}, {"begins_on": "2025-08-01"}
        sections = [(period, section) for period in range(1, PERIODS + 1) for section in range(SECTIONS)]
        students = [f"{school}-{number}" for number in range(STUDENTS)]
        zone = {"name": school, "jurisdiction": "texas", "time_zone": "America/Chicago", "roll_mode": "every_period"}
        track = {"track_id": "main", "school_year": 2026}
        entries: list[RosterChanged | RosterFixed] = []
        entries += rows("schools", [place | zone])
        entries += rows("tracks", [place | track | begins | {"official_period_id": "02"}])
        entries += rows("reporting_periods", [
            place | track | {"number": number + 1, "name": f"{number + 1}", "begins_on": str(days[number * SIX_WEEKS]),
                             "ends_before": str(days[number * SIX_WEEKS + SIX_WEEKS - 1] + timedelta(1))}
            for number in range(6)
        ])  # fmt: skip
        entries += rows("bell_periods", [
            place | {"bell_schedule_id": "regular", "period_id": f"{period:02}", "begins_at": f"{7 + period:02}:00:00",
                     "ends_at": f"{7 + period:02}:50:00"} for period in range(1, PERIODS + 1)
        ])  # fmt: skip
        day = {"track_id": "main", "instructional": True, "bell_schedule_id": "regular"}
        entries += rows("calendar_days", [place | day | {"on": str(on)} for on in days])
        member = {"entry_date": "2025-08-18", "grade": "09", "track_id": "main", "scheduled_minutes": 420}
        entries += rows("school_enrollments", [place | member | {"student_id": student} for student in students])
        entries += rows("sections", [
            place | begins | {"section_id": f"{school}-{period}-{section}", "title": "x", "track_id": "main",
                              "period_ids": [f"{period:02}"]} for period, section in sections
        ])  # fmt: skip
        entries += rows("section_enrollments", [
            place | begins | {"section_id": f"{school}-{period}-{number // SECTION}", "student_id": student}
            for period in range(1, PERIODS + 1) for number, student in enumerate(students)
        ])  # fmt: skip
        return entries + [
            RosterFixed(
                **SAID, section_id=f"{school}-2-{section}", roster=1,
                students=tuple(students[section * SECTION : (section + 1) * SECTION]),
            )
            for section in range(SECTIONS)
        ]  # fmt: skip
