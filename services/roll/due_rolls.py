"""The rolls that are due at some schools over some days, read in three statements and counted beside the event loop."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import numpy as np

from services.roll.due_seats import Bools, Meetings, Row, Seats, due_seats, in_turn, on_days
from services.roll.schedule import MEETING

MEETINGS = f"""{MEETING}
    SELECT school_id, section_id, title, period_id, begins_at, ends_at, time_zone, roll_mode,
           official_period_id, official_begins_at, afternoon_begins_at,
           array_agg("on" - $3) AS days, array_agg(coalesce(roster, 0)) AS rosters
    FROM meeting WHERE roll_mode <> 'every_period' OR instructional
    GROUP BY school_id, section_id, title, period_id, begins_at, ends_at, time_zone, roll_mode, official_period_id,
             official_begins_at, afternoon_begins_at
"""  # noqa: S608 - all of it is ours
"""At which a roll can be due; days are numbered from $3, and roster 0 is a roll not taken."""

SEATS = """
    SELECT section_id, seats.* FROM unnest($2::text[]) AS n (section_id) CROSS JOIN LATERAL (
        SELECT greatest(e.begins_on - $3, 0) AS begins, least(e.ends_before, $4) - $3 AS ends,
               array_agg(e.student_id) AS students
        FROM roll.section_enrollment e
        WHERE e.district_id = $1 AND e.section_id = n.section_id
          AND e.begins_on < $4 AND coalesce($3 < e.ends_before, true)
          AND ($5::text[] IS NULL OR e.student_id = ANY ($5))
        GROUP BY 1, 2) seats
"""
"""A row a section and span of days: who sits there then. Lateral, so that it costs what its sections do."""

MEMBERS = """
    SELECT coalesce(array_agg(student_id), '{}') AS students,
           coalesce(array_agg(greatest(entry_date - $3, 0)), '{}') AS begins,
           coalesce(array_agg(least(withdrawal_date, $4) - $3), '{}') AS ends
    FROM roll.school_enrollment
    WHERE district_id = $1 AND ($2::text[] IS NULL OR student_id = ANY ($2)) AND ($5::text IS NULL OR school_id = $5)
      AND entry_date < $4 AND coalesce($3 < withdrawal_date, true) AND coalesce(entry_date < withdrawal_date, true)
"""
"""One row: the memberships of the students of $2 (NULL: all) at any school, or at the school $5."""


@dataclass(frozen=True, slots=True)
class RollDue:
    """`students` is how many members are to be marked on it, one at least."""

    school_id: str
    section_id: str
    title: str
    on: date
    period_id: str
    begins_at: time | None
    ends_at: time | None
    time_zone: str
    students: int
    is_taken: bool


async def rolls_due(
    connection: Any, district_id: str, schools: Sequence[str] | None, begins: date, ends: date
) -> list[RollDue]:
    """Taken or not, on the days from `begins` up to `ends`, at those schools or all of the district."""
    meetings = await connection.fetch(MEETINGS, district_id, schools, begins, ends, None)
    sections = sorted({row["section_id"] for row in meetings})
    seats = await connection.fetch(SEATS, district_id, sections, begins, ends, None)
    whose = None if schools is None else sorted({student for row in seats for student in row["students"]})
    members = await connection.fetchrow(MEMBERS, district_id, whose, begins, ends, None)

    def count() -> list[RollDue]:
        students = {student: number for number, student in enumerate(dict.fromkeys(members["students"]))}
        member = on_days(members, students, (ends - begins).days)
        return [
            roll
            for rows, when, who in by_school(meetings, seats, students)
            for roll in of_one_school(rows, when, who, member, begins)
        ]

    return await asyncio.to_thread(count)


def by_school(
    meetings: Sequence[Row], seats: Sequence[Row], students: Mapping[str, int]
) -> Iterator[tuple[list[Row], Meetings, Seats]]:
    """Each school's rows of meetings, these in columns, and the seats of its sections, of which each has one."""
    seats_of: dict[str, list[Row]] = defaultdict(list)
    for row in seats:
        seats_of[row["section_id"]].append(row)
    rows_of: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(meetings, key=in_turn):
        if row["section_id"] in seats_of:
            rows_of[row["school_id"]].append(row)
    for rows in rows_of.values():
        sections = {section: number for number, section in enumerate(dict.fromkeys(row["section_id"] for row in rows))}
        theirs = [seat for section in sections for seat in seats_of[section]]
        yield rows, Meetings.of(rows, sections), Seats.of(theirs, sections, students)


def of_one_school(
    rows: Sequence[Row], meetings: Meetings, seats: Seats, member: Bools, begins: date
) -> Iterator[RollDue]:
    meeting, student = due_seats(meetings, seats, member)
    once_each = np.unique(
        meeting.astype(np.int64) * len(member) + student
    )  # a student's spans in a section may overlap
    count_of = np.bincount(once_each // len(member), minlength=len(meetings.row))
    rosters = [roster for row in rows for roster in row["rosters"]]
    for place in np.flatnonzero(count_of).tolist():
        row = rows[meetings.row[place]]
        yield RollDue(
            **{name: row[name] for name in ("school_id", "section_id", "title", "period_id", "time_zone")},
            on=begins + timedelta(days=int(meetings.day[place])),
            begins_at=row["begins_at"],
            ends_at=row["ends_at"],
            students=int(count_of[place]),
            is_taken=rosters[place] > 0,
        )
