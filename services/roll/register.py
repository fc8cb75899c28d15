"""What a register is made of: a student's enrollments, calendar, rolls due and marks in a school year."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from services.roll.local_time import end_of_period, local_date
from services.roll.register_items import Attendance, Enrolled, missing_items
from services.roll.schedule import DUE
from shared.schema.entries import MARK_DIGITS
from shared.schema.reading import Register, RegisterDay, RegisterEnrollment, RegisterMark
from shared.schema.roster import Student

Row = Mapping[str, Any]
At = tuple[str, date]

ENROLLMENTS = """
    WITH enrollment AS (
        SELECT e.student_id, e.school_id, c.name, c.time_zone, e.grade, e.track_id, e.entry_date, e.withdrawal_date,
               greatest(e.entry_date, t.begins_on) AS begins_on, least(e.withdrawal_date, t.ends_before) AS ends_before
        FROM roll.school_enrollment e
        JOIN roll.school c ON c.district_id = e.district_id AND c.school_id = e.school_id
        JOIN roll.track t ON t.district_id = e.district_id AND t.school_id = e.school_id AND t.track_id = e.track_id
            AND t.school_year = $3
        WHERE e.district_id = $1 AND e.student_id = ANY ($2)
          AND coalesce(e.entry_date < e.withdrawal_date, true)
          AND coalesce(e.entry_date < t.ends_before, true) AND coalesce(t.begins_on < e.withdrawal_date, true)
    ), span AS (
        SELECT s.*, days.* FROM (
            SELECT DISTINCT school_id, track_id, time_zone, begins_on, ends_before FROM enrollment) s
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS calendar_days, (count(*) FILTER (WHERE d.instructional))::int AS instructional_days
            FROM roll.calendar_day d
            WHERE d.district_id = $1 AND d.school_id = s.school_id AND d.track_id = s.track_id
              AND d."on" >= s.begins_on
              AND d."on" < least(s.ends_before, ($4::timestamptz AT TIME ZONE s.time_zone)::date)) days
    )
    SELECT e.*, s.calendar_days, s.instructional_days
    FROM enrollment e
    JOIN span s ON s.school_id = e.school_id AND s.track_id = e.track_id AND s.begins_on = e.begins_on
        AND s.ends_before IS NOT DISTINCT FROM e.ends_before
    ORDER BY e.entry_date, e.school_id
"""
"""Enrollments of $2 in the school year $3; those of no days (a student who never came) are none."""

CALENDAR = """
    SELECT "on", instructional, closed, cause FROM roll.calendar_day
    WHERE district_id = $1 AND school_id = $2 AND track_id = $3 AND "on" >= $4 AND "on" < $5 ORDER BY "on"
"""

ROLLS_DUE = f"""{DUE}
    SELECT school_id, "on", section_id, period_id, begins_at, ends_at, time_zone FROM due
"""  # noqa: S608 - both halves are ours

MARKS = f"""
    SELECT r.school_id, r."on", r.section_id, r.period_id, m.code, k.presence, k.excused, r.times -> $2 AS times,
           d.instructional IS NOT TRUE AS set_aside
    FROM (SELECT DISTINCT section_id FROM roll.section_enrollment WHERE district_id = $1 AND student_id = $2) e
    JOIN roll.section n ON n.district_id = $1 AND n.section_id = e.section_id
    JOIN roll.roll r ON r.district_id = $1 AND r.section_id = e.section_id AND r."on" >= $3 AND r."on" < $4
    JOIN roll.section_roster s ON s.district_id = $1 AND s.section_id = r.section_id AND s.roster = r.roster
    CROSS JOIN LATERAL (SELECT r.codes[
        strpos('{MARK_DIGITS}', substr(r.marks, array_position(s.students, $2), 1))] AS code) m
    LEFT JOIN roll.calendar_day d ON d.district_id = $1 AND d.school_id = n.school_id AND d.track_id = n.track_id
        AND d."on" = r."on"
    LEFT JOIN LATERAL (
        SELECT a.presence, a.excused FROM roll.attendance_code a
        WHERE a.district_id = $1 AND a.code = m.code AND a.begins_on <= r."on"
          AND coalesce(r."on" < a.ends_before, true) ORDER BY a.begins_on DESC LIMIT 1) k ON true
    WHERE m.code IS NOT NULL
"""  # noqa: S608 - the digits are ours


def enrolled(row: Row, at: datetime) -> Enrolled:
    until = min(filter(None, (row["ends_before"], local_date(at, row["time_zone"]))))
    return Enrolled(
        school_id=row["school_id"],
        entry_date=row["entry_date"],
        withdrawal_date=row["withdrawal_date"],
        membership_days=(until - row["begins_on"]).days,
        calendar_days=row["calendar_days"],
        instructional_days=row["instructional_days"],
    )


async def assemble_register(
    connection: Any, district_id: str, student: Student, school_year: int, enrollments: Sequence[Row], at: datetime
) -> Register:
    """The register as of a moment: days up to that day, rolls that were due by then. `enrollments` as ENROLLMENTS."""
    days: dict[At, Row] = {}
    for row in enrollments:
        until = min(filter(None, (row["ends_before"], local_date(at, row["time_zone"]) + timedelta(days=1))))
        calendar = await connection.fetch(
            CALENDAR, district_id, row["school_id"], row["track_id"], row["begins_on"], until
        )
        days |= {(row["school_id"], day["on"]): day for day in calendar}
    marks = await marks_by_day(connection, district_id, student.student_id, days, at)
    today = {row["school_id"]: local_date(at, row["time_zone"]) for row in enrollments}
    before_today = [mark for (school, on), some in marks.items() for mark in some if on < today[school]]
    counting = [mark for mark in before_today if not mark.set_aside]
    attendance = Attendance(due=len(counting), marked=sum(mark.code is not None for mark in counting))
    return Register(
        student_id=student.student_id,
        school_year=school_year,
        as_of=at,
        given_name=student.given_name,
        family_name=student.family_name,
        birth_date=student.birth_date,
        guardians=student.guardians,
        address=student.address,
        enrollments=tuple(
            RegisterEnrollment(
                school_id=row["school_id"],
                school_name=row["name"],
                grade=row["grade"],
                entry_date=row["entry_date"],
                withdrawal_date=row["withdrawal_date"],
            )
            for row in enrollments
        ),
        days=tuple(
            RegisterDay(school_id=school, **day, marks=tuple(marks.get((school, on), ())))
            for (school, on), day in sorted(days.items(), key=lambda item: (item[0][1], item[0][0]))
        ),
        missing=missing_items(student, [enrolled(row, at) for row in enrollments], attendance),
    )


async def marks_by_day(
    connection: Any, district_id: str, student_id: str, days: Mapping[At, Row], at: datetime
) -> dict[At, list[RegisterMark]]:
    """Her marks on those days, and the rolls that were due by now and have none, in the order of the day."""
    if not days:
        return {}
    schools = sorted({school for school, _ in days})
    begins, ends = min(on for _, on in days), max(on for _, on in days) + timedelta(days=1)
    due = await connection.fetch(ROLLS_DUE, district_id, schools, begins, ends, [student_id])
    begins_at: dict[tuple[Any, ...], time | None] = {place(row): row["begins_at"] for row in due}
    found: dict[tuple[Any, ...], RegisterMark] = {
        place(row): unmarked(row) for row in due if end_of_period(row["on"], row["ends_at"], row["time_zone"]) <= at
    }
    for row in await connection.fetch(MARKS, district_id, student_id, begins, ends):
        found[place(row)] = marked(row, begins_at.get(place(row)))
    by_day: dict[At, list[RegisterMark]] = defaultdict(list)
    for (school, on, *_), mark in sorted(found.items(), key=lambda item: in_the_day(item[1])):
        if (school, on) in days:
            by_day[school, on].append(mark)
    return by_day


def place(row: Row) -> tuple[Any, ...]:
    return row["school_id"], row["on"], row["section_id"], row["period_id"]


def in_the_day(mark: RegisterMark) -> tuple[time, str, str]:
    return mark.begins_at or time.max, mark.period_id, mark.section_id


def unmarked(row: Row) -> RegisterMark:
    return RegisterMark(
        section_id=row["section_id"],
        period_id=row["period_id"],
        begins_at=row["begins_at"],
        code=None,
        presence=None,
        excused=None,
    )


def marked(row: Row, begins_at: time | None) -> RegisterMark:
    given = {name: row[name] for name in ("section_id", "period_id", "code", "presence", "excused", "set_aside")}
    times = json.loads(row["times"] or "{}")
    return RegisterMark.model_validate({**given, **times, "begins_at": begins_at}, strict=False)
