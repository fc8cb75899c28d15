"""The rolls that were due and that nobody has taken: which, whose, and for how long."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.roll.due_rolls import RollDue, rolls_due
from services.roll.local_time import end_of_period, local_date
from services.roll.pages import NotACursor, cursor_after, key_in
from services.roll.rights import NoSuchSchool, of_own_school
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
    found: list[RollDue] = []
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
) -> list[RollDue]:
    """The rolls of those days whose period is over, in order, after a key."""
    due = await rolls_due(connection, asking.district_id, [school_id], begins, ends)
    late = (roll for roll in due if not roll.is_taken and end_of(roll) <= asking.at)
    return sorted((roll for roll in late if after is None or key(roll) > after), key=key)


def end_of(roll: RollDue) -> datetime:
    return end_of_period(roll.on, roll.ends_at, roll.time_zone)


def key(roll: RollDue) -> Key:
    return roll.on, roll.begins_at.isoformat() if roll.begins_at else "unknown", roll.period_id, roll.section_id


def key_of_cursor(cursor: str | None) -> Key | None:
    parts = key_in(cursor, 4)
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[0]), parts[1], parts[2], parts[3]
    except ValueError:
        raise NotACursor("Send the next_cursor of the last page, unchanged.") from None


async def with_teachers(connection: Any, asking: Asking, rolls: Sequence[RollDue]) -> tuple[RollNotTaken, ...]:
    teaching: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for teacher in await connection.fetch(TEACHERS, asking.district_id, sorted({roll.section_id for roll in rolls})):
        teaching[teacher["section_id"]].append(teacher)
    return tuple(
        RollNotTaken(
            section_id=roll.section_id,
            title=roll.title,
            on=roll.on,
            period_id=roll.period_id,
            begins_at=roll.begins_at,
            ends_at=roll.ends_at,
            students=roll.students,
            teachers=tuple(
                dict.fromkeys(
                    RollsTeacher(staff_id=teacher["staff_id"], name=teacher["name"], substitute=teacher["substitute"])
                    for teacher in teaching[roll.section_id]
                    if in_span(teacher, roll.on)
                )
            ),
            overdue_minutes=minutes_since(end_of(roll), asking.at),
            sheet=f"/v1/sections/{roll.section_id}/sheets/{roll.on}/{roll.period_id}",
        )
        for roll in rolls
    )


def in_span(row: Mapping[str, Any], on: date) -> bool:
    return bool(row["begins_on"] <= on and (row["ends_before"] is None or on < row["ends_before"]))


def minutes_since(then: datetime, now: datetime) -> int:
    return (now - then) // timedelta(minutes=1)
