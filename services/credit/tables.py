"""Credit's tables, one function a statement. All are called inside a transaction that names its district.

These paths are hot or in bulk, so they are asyncpg's arrays and not an object a row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import starmap
from typing import Any, NamedTuple

import numpy as np

from services.credit.cases import COLUMNS, LawCase
from services.credit.day_count import DayCount
from services.credit.official_roll import Roll
from services.credit.school_facts import Ints
from services.credit.sheets import SheetOfDay

LOCK_DISTRICT = "SELECT pg_advisory_xact_lock(hashtextextended('credit ' || $1, 0))"
"""Taken first by whoever writes: within a district, following and building take turns."""


async def lock_district(connection: Any, district_id: str) -> None:
    await connection.execute(LOCK_DISTRICT, district_id)


async def lock_following(connection: Any, district_id: str) -> None:
    """Take turns with following, but not with other builders."""
    await connection.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('credit ' || $1, 0))", district_id)


async def lock_school(connection: Any, district_id: str, school_id: str) -> bool:
    """False when another builder has the school."""
    locked: bool = await connection.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('credit builds ' || $1 || ' ' || $2, 0))",
        district_id, school_id,
    )  # fmt: skip
    return locked


async def lock_cases(connection: Any, district_id: str) -> int:
    """Until the transaction ends nobody else adds cases to the district. Returns the greatest number there is."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('credit cases ' || $1, 0))", district_id)
    last: int = await connection.fetchval(
        "SELECT coalesce(max(case_no), 0) FROM law_case WHERE district_id = $1", district_id
    )
    return last


async def touch(connection: Any, district_id: str, school_id: str | None, spans: Sequence[tuple[date, date]]) -> None:
    """Mark the calendar's days in those spans to be built again; of every school when `school_id` is None."""
    await connection.execute(
        'INSERT INTO touched (district_id, school_id, "on") '
        "SELECT DISTINCT f.district_id, f.school_id, (f.row ->> 'on')::date FROM fact f "
        "JOIN unnest($3::date[], $4::date[]) AS s (first, last) "
        "ON s.first <= (f.row ->> 'on')::date AND (f.row ->> 'on')::date < s.last "
        "WHERE f.district_id = $1 AND f.school_id = coalesce($2, f.school_id) AND f.collection = 'calendar_days' "
        "ON CONFLICT DO NOTHING",
        district_id, school_id, [first for first, _ in spans], [last for _, last in spans],
    )  # fmt: skip


async def touch_days(connection: Any, district_id: str, school_id: str, days: Iterable[date]) -> None:
    await connection.execute(
        'INSERT INTO touched (district_id, school_id, "on") SELECT $1, $2, unnest($3::date[]) ON CONFLICT DO NOTHING',
        district_id, school_id, sorted(days),
    )  # fmt: skip


async def schools_waiting(connection: Any, district_id: str) -> dict[str, int]:
    rows = await connection.fetch(
        "SELECT school_id, count(*) AS days FROM touched WHERE district_id = $1 GROUP BY 1 ORDER BY 1", district_id
    )
    return {row["school_id"]: row["days"] for row in rows}


async def take_touched(connection: Any, district_id: str, school_id: str) -> list[date]:
    rows = await connection.fetch(
        'DELETE FROM touched WHERE district_id = $1 AND school_id = $2 RETURNING "on"', district_id, school_id
    )
    return sorted(row["on"] for row in rows)


async def number_students(connection: Any, district_id: str, school_id: str, ids: Iterable[str]) -> bool:
    """Give a number to those of the students who have none in the school. True when there were any."""
    status = await connection.execute(
        "INSERT INTO student_number (district_id, school_id, number, student_id) "
        "SELECT $1, $2, (SELECT coalesce(max(number), 0) FROM student_number WHERE district_id = $1 AND school_id = $2)"
        " + row_number() OVER (ORDER BY id), id FROM unnest($3::text[]) AS given (id) WHERE NOT EXISTS "
        "(SELECT FROM student_number n WHERE n.district_id = $1 AND n.school_id = $2 AND n.student_id = id)",
        district_id, school_id, sorted(set(ids)),
    )  # fmt: skip
    return str(status) != "INSERT 0 0"


async def fix_roster(
    connection: Any, district_id: str, school_id: str, section_id: str, roster: int, ids: Sequence[str]
) -> None:
    await connection.execute(
        "INSERT INTO roster (district_id, school_id, section_id, roster, students) "
        "SELECT $1, $2, $3, $4, coalesce(array_agg(n.number ORDER BY given.place), '{}') "
        "FROM unnest($5::text[]) WITH ORDINALITY AS given (id, place) "
        "JOIN student_number n ON n.district_id = $1 AND n.school_id = $2 AND n.student_id = given.id",
        district_id, school_id, section_id, roster, list(ids),
    )  # fmt: skip


class StandingRoll(NamedTuple):
    """A roll as it stands; the fields of table roll after its district and school."""

    on: date
    period_id: str
    section_id: str
    version: int
    roster: int
    codes: str
    marks: str
    adjusted: Sequence[int]


async def roster_lengths(
    connection: Any, district_id: str, school_id: str, rosters: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    sections, numbers = zip(*rosters, strict=True)
    rows = await connection.fetch(
        "SELECT section_id, roster, cardinality(students) FROM roster "
        "JOIN unnest($3::text[], $4::int[]) AS s (section_id, roster) USING (section_id, roster) "
        "WHERE district_id = $1 AND school_id = $2",
        district_id, school_id, sections, numbers,
    )  # fmt: skip
    return {(row[0], row[1]): row[2] for row in rows}


async def positions(
    connection: Any, district_id: str, school_id: str, section_id: str, roster: int, ids: Sequence[str]
) -> list[int]:
    """Where on the roster those of the students are who are on it, from 0, ascending."""
    found: list[int] = await connection.fetchval(
        "SELECT coalesce(array_agg(s.place::int - 1 ORDER BY s.place), '{}') "
        "FROM roster r CROSS JOIN unnest(r.students) WITH ORDINALITY AS s (number, place) "
        "JOIN student_number n ON n.district_id = $1 AND n.school_id = $2 AND n.number = s.number "
        "WHERE r.district_id = $1 AND r.school_id = $2 AND r.section_id = $3 AND r.roster = $4 "
        "AND n.student_id = ANY ($5)",
        district_id, school_id, section_id, roster, ids,
    )  # fmt: skip
    return found


async def find_roll(
    connection: Any, district_id: str, school_id: str, on: date, period_id: str, section_id: str
) -> StandingRoll | None:
    row = await connection.fetchrow(
        'SELECT "on", period_id, section_id, version, roster, codes, marks, adjusted FROM roll '
        'WHERE district_id = $1 AND school_id = $2 AND "on" = $3 AND period_id = $4 AND section_id = $5',
        district_id, school_id, on, period_id, section_id,
    )  # fmt: skip
    return None if row is None else StandingRoll(*row)


async def keep_rolls(connection: Any, district_id: str, school_id: str, rolls: Sequence[StandingRoll]) -> None:
    """The rolls, one of a place, stand so; their months are no longer gathered (see stored_runs)."""
    await connection.execute(
        "DELETE FROM roll_month WHERE district_id = $1 AND school_id = $2 AND (month, period_id) IN "
        "(SELECT date_trunc('month', day)::date, period FROM unnest($3::date[], $4::text[]) AS r (day, period))",
        district_id, school_id, [roll.on for roll in rolls], [roll.period_id for roll in rolls],
    )  # fmt: skip
    on, periods, sections, versions, rosters, codes, marks, adjusted = zip(*rolls, strict=True)
    await connection.execute(
        'INSERT INTO roll (district_id, school_id, "on", period_id, section_id, version, roster, codes, marks, '
        "adjusted) SELECT $1, $2, r.day, r.period, r.section, r.version, r.roster, r.codes, r.marks, "
        "string_to_array(r.adjusted, ',')::int[] FROM unnest($3::date[], $4::text[], $5::text[], $6::int[], $7::int[], "
        "$8::text[], $9::text[], $10::text[]) AS r (day, period, section, version, roster, codes, marks, adjusted) "
        'ON CONFLICT (district_id, school_id, "on", period_id, section_id) DO UPDATE SET version = '
        "excluded.version, roster = excluded.roster, codes = excluded.codes, marks = excluded.marks, "
        "adjusted = excluded.adjusted",
        district_id, school_id, on, periods, sections, versions, rosters, codes, marks,
        [",".join(map(str, places)) for places in adjusted],
    )  # fmt: skip


async def find_rolls(
    connection: Any, district_id: str, school_id: str, days: Sequence[date], slots: Sequence[tuple[str, str]]
) -> list[Roll]:
    """The rolls taken on those days of those (section, period) slots."""
    rows = await connection.fetch(
        'SELECT r."on", r.period_id, r.section_id, r.roster, r.codes, r.marks, r.adjusted FROM roll r '
        "JOIN unnest($4::text[], $5::text[]) AS s (section_id, period_id) USING (section_id, period_id) "
        'WHERE r.district_id = $1 AND r.school_id = $2 AND r."on" = ANY ($3)',
        district_id, school_id, days, [section for section, _ in slots], [period for _, period in slots],
    )  # fmt: skip
    return list(starmap(Roll, rows))


async def find_rosters(
    connection: Any, district_id: str, school_id: str, rosters: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Ints]:
    sections, numbers = tuple(zip(*rosters, strict=True)) or ((), ())
    rows = await connection.fetch(
        "SELECT section_id, roster, students FROM roster "
        "JOIN unnest($3::text[], $4::int[]) AS s (section_id, roster) USING (section_id, roster) "
        "WHERE district_id = $1 AND school_id = $2",
        district_id, school_id, sections, numbers,
    )  # fmt: skip
    return {(row["section_id"], row["roster"]): np.array(row["students"], dtype=np.int32) for row in rows}


async def find_cases(connection: Any, district_id: str) -> list[LawCase]:
    rows = await connection.fetch("SELECT * FROM law_case WHERE district_id = $1 ORDER BY case_no", district_id)
    return [_case(row) for row in rows]


def _case(row: Mapping[str, Any]) -> LawCase:
    ruling = json.loads(row["ruling"])
    return LawCase(
        row["case_no"],
        row["jurisdiction"],
        row["law_digest"],
        json.loads(row["facts"]),
        ruling,
        tuple(row["explanation"]),
        row["because"],
        row["citation"],
        row["cannot_rule"],
        DayCount.of(ruling.get("value", {})),
    )


async def keep_cases(connection: Any, district_id: str, cases: Iterable[LawCase]) -> None:
    await connection.executemany(
        "INSERT INTO law_case (district_id, case_no, jurisdiction, law_digest, facts, facts_key, ruling, explanation, "
        "because, citation, cannot_rule, membership, absent, eligible, ineligible, not_taken) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        [
            (
                district_id, case.case_no, case.jurisdiction, case.law_digest, json.dumps(case.facts), case.facts_key,
                json.dumps(case.ruling), list(case.explanation), case.because, case.citation, case.cannot_rule,
                *(getattr(case.whole, column) for column in COLUMNS),
            )
            for case in cases
        ],
    )  # fmt: skip


async def replace_sheets(
    connection: Any, district_id: str, school_id: str, days: Sequence[date], sheets: Sequence[SheetOfDay]
) -> None:
    """Those days have these sheets and no others, and the school is one build further. What is the same stays."""
    tracks, on = [sheet.track_id for sheet in sheets], [sheet.on for sheet in sheets]
    await connection.execute(
        'DELETE FROM sheet WHERE district_id = $1 AND school_id = $2 AND "on" = ANY ($3) '
        'AND (track_id, "on") NOT IN (SELECT * FROM unnest($4::text[], $5::date[]))',
        district_id, school_id, days, tracks, on,
    )  # fmt: skip
    await connection.execute(  # COPY does not know row-level security
        'INSERT INTO sheet AS s (district_id, school_id, track_id, "on", cases, width, later_roll, problems) '
        "SELECT $1, $2, t.track_id, t.day, t.cases, t.width, t.later_roll, string_to_array(t.problems, chr(31)) "
        "FROM unnest($3::text[], $4::date[], $5::bytea[], $6::int[], $7::int[], $8::text[]) "
        "AS t (track_id, day, cases, width, later_roll, problems) "
        'ON CONFLICT (district_id, school_id, track_id, "on") DO UPDATE SET cases = excluded.cases, '
        "width = excluded.width, later_roll = excluded.later_roll, problems = excluded.problems "
        "WHERE (s.cases, s.width, s.later_roll, s.problems) IS DISTINCT FROM "
        "(excluded.cases, excluded.width, excluded.later_roll, excluded.problems)",
        district_id, school_id, tracks, on, [sheet.cases for sheet in sheets], [sheet.width for sheet in sheets],
        [sheet.later_roll for sheet in sheets], ["\x1f".join(sheet.problems) for sheet in sheets],
    )  # fmt: skip
    await advance(connection, district_id, school_id, "build")


async def find_sheets(connection: Any, district_id: str, school_id: str) -> list[SheetOfDay]:
    rows = await connection.fetch(
        'SELECT track_id, "on", cases, later_roll, problems, width FROM sheet WHERE district_id = $1 '
        'AND school_id = $2 ORDER BY track_id, "on"',
        district_id,
        school_id,
    )
    return [SheetOfDay(row[0], row[1], row[2], row[3], tuple(row[4]), row[5]) for row in rows]


async def advance(connection: Any, district_id: str, school_id: str, what: str) -> None:
    """Count a change of a school's facts or sheets, so that whoever keeps them in memory reads them again."""
    facts, build = (1, 0) if what == "facts" else (0, 1)
    await connection.execute(
        "INSERT INTO school_version AS v (district_id, school_id, facts, build) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (district_id, school_id) DO UPDATE "
        "SET facts = v.facts + excluded.facts, build = v.build + excluded.build",
        district_id, school_id, facts, build,
    )  # fmt: skip


async def versions(connection: Any, district_id: str) -> dict[str, tuple[int, int]]:
    """Each school's version of facts and of sheets; school '' is the district's own facts."""
    rows = await connection.fetch(
        "SELECT school_id, facts, build FROM school_version WHERE district_id = $1", district_id
    )
    return {row["school_id"]: (row["facts"], row["build"]) for row in rows}
