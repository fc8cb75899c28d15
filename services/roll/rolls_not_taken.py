"""The rolls that were due and that nobody has taken: which, whose, and for how long."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll.local_time import end_of_period, local_date
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.schedule import DUE
from services.roll.schools import find_school
from shared.plumbing.circumstances import Asking, BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.reading import RollNotTaken, RollsNotTaken, RollsTeacher
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Day

router = APIRouter(tags=["reading"])
READERS = ("attendance_clerk", "principal", "district_office", "auditor")
MOST_DAYS = 366
DAYS_A_LOOK = 14
Key = tuple[date, str, str, str]

ROLLS_DUE_AND_NOT_TAKEN = f"""{DUE}
    SELECT section_id, title, "on", period_id, begins_at, ends_at, time_zone,
           count(DISTINCT student_id)::int AS students
    FROM due WHERE version IS NULL
    GROUP BY section_id, title, "on", period_id, begins_at, ends_at, time_zone
"""  # noqa: S608 - both halves are ours

TEACHERS = """
    SELECT t.section_id, t.begins_on, t.ends_before, t.staff_id, s.name, t.substitute
    FROM roll.section_teacher t
    JOIN roll.staff s ON s.district_id = t.district_id AND s.staff_id = t.staff_id
    WHERE t.district_id = $1 AND t.section_id = ANY ($2)
    ORDER BY t.substitute DESC, t.staff_id
"""


class DaysUnclear(Unprocessable):
    """The days asked for are not a day or a span of at most a school year."""


@router.get("/v1/schools/{school_id}/rolls-not-taken", responses=refusals(NoSuchSchool, DaysUnclear, NotACursor))
async def list_rolls_not_taken(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
    on: Annotated[Day | None, Query(description="One day; today at the school when no day is named.")] = None,
    begins_on: Annotated[Day | None, Query()] = None,
    ends_before: Annotated[Day | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> RollsNotTaken:
    """Every roll that is due by now, by the calendar, the bell schedule and the school's roll mode, and not taken."""
    asking.require_role(*READERS)
    of_own_school(asking, school_id)
    school = await find_school(connection, asking.district_id, school_id)
    today = local_date(asking.at, school.time_zone)
    begins, ends = days_asked(on, begins_on, ends_before, today)
    after = key_of_cursor(cursor)
    found: list[Mapping[str, Any]] = []
    day, last = max(begins, after[0]) if after else begins, min(ends, today + timedelta(days=1))
    while day < last and len(found) <= limit:
        until = min(day + timedelta(days=DAYS_A_LOOK), last)
        found += await overdue(connection, asking, school_id, day, until, after)
        day = until
    page = found[:limit]
    return RollsNotTaken(
        school_id=school_id,
        begins_on=begins,
        ends_before=ends,
        as_of=asking.at,
        rolls=await with_teachers(connection, asking, page),
        next_cursor=cursor_after(key(page[-1])[0].isoformat(), *key(page[-1])[1:]) if len(found) > limit else None,
    )


def days_asked(on: date | None, begins_on: date | None, ends_before: date | None, today: date) -> tuple[date, date]:
    """The half-open span of days. Raises DaysUnclear."""
    if begins_on is None and ends_before is None:
        begins_on = on or today
        return begins_on, begins_on + timedelta(days=1)
    if on is not None or begins_on is None or ends_before is None:
        raise DaysUnclear("Send `on`, or both `begins_on` and `ends_before`, or none of them for today.")
    if not begins_on < ends_before <= begins_on + timedelta(days=MOST_DAYS):
        raise DaysUnclear(f"ends_before must be later than begins_on, by at most {MOST_DAYS} days.")
    return begins_on, ends_before


async def overdue(
    connection: Any, asking: Asking, school_id: str, begins: date, ends: date, after: Key | None
) -> list[Mapping[str, Any]]:
    """The rolls of those days whose period is over, in order, after a key."""
    rows = await connection.fetch(
        ROLLS_DUE_AND_NOT_TAKEN, asking.district_id, [school_id], begins, ends, None, "untaken"
    )
    late = [row for row in rows if end_of_period(row["on"], row["ends_at"], row["time_zone"]) <= asking.at]
    return sorted((row for row in late if after is None or key(row) > after), key=key)


def key(row: Mapping[str, Any]) -> Key:
    begins_at: time | None = row["begins_at"]
    return row["on"], begins_at.isoformat() if begins_at else "unknown", row["period_id"], row["section_id"]


def key_of_cursor(cursor: str | None) -> Key | None:
    parts = key_in(cursor, 4)
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[0]), parts[1], parts[2], parts[3]
    except ValueError:
        raise NotACursor("Send the next_cursor of the last page, unchanged.") from None


async def with_teachers(connection: Any, asking: Asking, rows: Sequence[Mapping[str, Any]]) -> tuple[RollNotTaken, ...]:
    teaching: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for teacher in await connection.fetch(TEACHERS, asking.district_id, sorted({row["section_id"] for row in rows})):
        teaching[teacher["section_id"]].append(teacher)
    return tuple(
        RollNotTaken(
            **{name: value for name, value in row.items() if name != "time_zone"},
            teachers=tuple(
                dict.fromkeys(
                    RollsTeacher(staff_id=teacher["staff_id"], name=teacher["name"], substitute=teacher["substitute"])
                    for teacher in teaching[row["section_id"]]
                    if in_span(teacher, row["on"])
                )
            ),
            overdue_minutes=minutes_since(end_of_period(row["on"], row["ends_at"], row["time_zone"]), asking.at),
            sheet=f"/v1/sections/{row['section_id']}/sheets/{row['on']}/{row['period_id']}",
        )
        for row in rows
    )


def in_span(row: Mapping[str, Any], on: date) -> bool:
    return bool(row["begins_on"] <= on and (row["ends_before"] is None or on < row["ends_before"]))


def minutes_since(then: datetime, now: datetime) -> int:
    return (now - then) // timedelta(minutes=1)
