"""The day at a glance, for a school or the district, in one call: rolls, marks and members by period and by grade."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.roll.conflicts import STILL_OPEN
from services.roll.day_counts import NO_GRADE, DueRoll, TakenRoll, Tally, tally_day
from services.roll.due_rolls import RollDue, rolls_due
from services.roll.local_time import end_of_period
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.schools import find_school
from services.roll.take_roll import On
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.reading import DistrictDay, GradeCounts, PeriodCounts, SchoolDay

router = APIRouter(tags=["reading"])
DISTRICT_READERS = ("district_office", "auditor", "dashboard")
SCHOOL_READERS = ("attendance_clerk", "principal", *DISTRICT_READERS)

ROLLS_TAKEN = """
    SELECT r.school_id, r.section_id, r.period_id, r.codes, r.marks, s.students,
           d.instructional IS NOT TRUE AS set_aside
    FROM roll.section n
    JOIN roll.roll r ON r.district_id = n.district_id AND r.section_id = n.section_id AND r."on" = $3
    JOIN roll.section_roster s ON s.district_id = r.district_id AND s.section_id = r.section_id AND s.roster = r.roster
    LEFT JOIN roll.calendar_day d ON d.district_id = n.district_id AND d.school_id = n.school_id
        AND d.track_id = n.track_id AND d."on" = $3
    WHERE n.district_id = $1 AND ($2::text[] IS NULL OR n.school_id = ANY ($2))
"""

MEMBERS = """
    SELECT school_id, student_id, grade FROM roll.school_enrollment
    WHERE district_id = $1 AND ($2::text[] IS NULL OR school_id = ANY ($2))
      AND entry_date <= $3 AND coalesce($3 < withdrawal_date, true)
"""

CODES = """
    SELECT DISTINCT ON (code) code, presence FROM roll.attendance_code
    WHERE district_id = $1 AND begins_on <= $2 AND coalesce($2 < ends_before, true) ORDER BY code, begins_on DESC
"""

IN_CONFLICT = f"""
    SELECT c.school_id, c.section_id, c.period_id, c.student_id FROM roll.roll_conflict c
    WHERE c.district_id = $1 AND ($2::text[] IS NULL OR c.school_id = ANY ($2)) AND c."on" = $3 AND {STILL_OPEN}
"""  # noqa: S608 - both halves are ours


@dataclass(slots=True)
class SchoolFacts:
    due: list[DueRoll] = field(default_factory=list)
    taken: list[TakenRoll] = field(default_factory=list)
    grade_of: dict[str, str] = field(default_factory=dict)
    in_conflict: list[tuple[str, str, str]] = field(default_factory=list)


@router.get("/v1/schools/{school_id}/days/{on}", responses=refusals(NoSuchSchool))
async def read_school_day(
    school_id: Annotated[Id, Path()], on: On, asking: WhoAsks, connection: BareTransaction
) -> SchoolDay:
    """How a school's day stands now: taken, not taken and to come; present, absent and tardy."""
    asking.require_role(*SCHOOL_READERS)
    of_own_school(asking, school_id)
    school = await find_school(connection, asking.district_id, school_id)
    tallies = await tally_schools(connection, asking, [school_id], on)
    return school_day(school_id, school.name, on, asking.at, tallies.get(school_id, Tally()))


@router.get("/v1/days/{on}", responses=refusals())
async def read_district_day(on: On, asking: WhoAsks, connection: BareTransaction) -> DistrictDay:
    """How the district's day stands now, in all and school by school."""
    asking.require_role(*DISTRICT_READERS)
    schools = await connection.fetch(
        "SELECT school_id, name FROM roll.school WHERE district_id = $1 ORDER BY school_id", asking.district_id
    )
    tallies = await tally_schools(connection, asking, None, on)
    whole: Tally = Tally()
    for tally in tallies.values():
        whole.update(tally)
    days = (
        school_day(row["school_id"], row["name"], on, asking.at, tallies.get(row["school_id"], Tally()))
        for row in schools
    )
    return DistrictDay(on=on, as_of=asking.at, schools=tuple(days), **counts(whole))


async def tally_schools(connection: Any, asking: Asking, schools: list[str] | None, on: date) -> dict[str, Tally]:
    """Seven statements whatever the number of schools and rolls; the counting is done beside the event loop."""
    district_id = asking.district_id
    due = await rolls_due(connection, district_id, schools, on, on + timedelta(days=1))
    taken = await connection.fetch(ROLLS_TAKEN, district_id, schools, on)
    members = await connection.fetch(MEMBERS, district_id, schools, on)
    in_conflict = await connection.fetch(IN_CONFLICT, district_id, schools, on)
    presence_of = {row["code"]: row["presence"] for row in await connection.fetch(CODES, district_id, on)}

    def count() -> dict[str, Tally]:
        facts = facts_by_school(on, asking.at, due, taken, members, in_conflict)
        return {
            school: tally_day(its.due, its.taken, its.grade_of, presence_of, its.in_conflict)
            for school, its in facts.items()
        }

    return await asyncio.to_thread(count)


def facts_by_school(
    on: date,
    at: datetime,
    due: Iterable[RollDue],
    taken: Iterable[Mapping[str, Any]],
    members: Iterable[Mapping[str, Any]],
    in_conflict: Iterable[Mapping[str, Any]],
) -> dict[str, SchoolFacts]:
    facts: dict[str, SchoolFacts] = defaultdict(SchoolFacts)
    for roll in due:
        is_over = end_of_period(on, roll.ends_at, roll.time_zone) <= at
        facts[roll.school_id].due.append(DueRoll(roll.section_id, roll.period_id, is_over))
    for row in taken:
        taken_roll = TakenRoll(
            row["section_id"], row["period_id"], tuple(row["codes"]), row["marks"], row["students"], row["set_aside"]
        )
        facts[row["school_id"]].taken.append(taken_roll)
    for row in members:
        facts[row["school_id"]].grade_of[row["student_id"]] = row["grade"]
    for row in in_conflict:
        facts[row["school_id"]].in_conflict.append((row["section_id"], row["period_id"], row["student_id"]))
    return facts


def school_day(school_id: str, name: str, on: date, at: datetime, tally: Tally) -> SchoolDay:
    return SchoolDay(school_id=school_id, name=name, on=on, as_of=at, **counts(tally))


def counts(tally: Tally) -> dict[str, Any]:
    """A tally as the fields of a day on the wire."""
    by: dict[str, dict[str, dict[str, int]]] = {"day": {}, "period": {}, "grade": {}}
    for (of, which, what), count in sorted(tally.items()):
        by[of].setdefault(which, {})[what] = count
    return {
        **by["day"].get("", {}),
        "by_period": tuple(PeriodCounts(period_id=period, **count) for period, count in by["period"].items()),
        "by_grade": tuple(
            GradeCounts(grade=None if grade == NO_GRADE else grade, **count) for grade, count in by["grade"].items()
        ),
    }
