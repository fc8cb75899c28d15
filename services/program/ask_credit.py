"""What program asks credit beside shares: trends, students near the line, students by windows. It keeps none of it."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import httpx
from pydantic import ValidationError

from services.program.follow_credit import CreditAway, CreditNotUnderstood
from services.program.program_year import year_begins, year_ends_before, year_of
from shared.plumbing.client import ServiceClient
from shared.schema.base import Schema
from shared.schema.refusals import NotFound, Unprocessable
from shared.schema.trends import AttendanceByStudent, AttendanceTrends, StudentsNearTheLine

Answer = TypeVar("Answer", bound=Schema)


class NoSuchSchool(NotFound):
    """There is no such school here."""


class CannotBeCounted(Unprocessable):
    """Credit cannot count these days."""


async def read_trends(credit: ServiceClient, district_id: str, begins_on: date, ends_before: date) -> AttendanceTrends:
    """Raises CreditAway, CreditNotUnderstood, CannotBeCounted."""
    days = {"begins_on": str(begins_on), "ends_before": str(ends_before)}
    return await _ask(credit, AttendanceTrends, "/v1/attendance-trends", district_id, days)


async def read_trends_and_year(
    credit: ServiceClient, district_id: str, begins_on: date, through: date, now: datetime
) -> tuple[AttendanceTrends, AttendanceTrends]:
    """The trends asked for, and those of the whole program year so far, by which small groups are known.

    Were they known by the days asked for, two questions could be told apart by subtraction. Raises as `read_trends`.
    """
    year = year_of(begins_on)
    first, last = year_begins(year), year_ends_before(year)
    asked = read_trends(credit, district_id, begins_on, through + timedelta(days=1))
    if begins_on == first and through >= min(now.date(), last - timedelta(days=1)):
        whole = await asked
        return whole, whole
    return await asyncio.gather(asked, read_trends(credit, district_id, first, last))


async def read_near_line(
    credit: ServiceClient, district_id: str, school_id: str, params: dict[str, Any]
) -> StudentsNearTheLine:
    """Raises CreditAway, CreditNotUnderstood, CannotBeCounted, NoSuchSchool."""
    asked = {"school_id": school_id} | {name: str(value) for name, value in params.items() if value is not None}
    return await _ask(credit, StudentsNearTheLine, "/v1/students-near-the-line", district_id, asked)


async def read_by_student(
    credit: ServiceClient, district_id: str, school_id: str, windows: Sequence[tuple[date, date]]
) -> AttendanceByStudent:
    """At most a hundred windows. Raises CreditAway, CreditNotUnderstood, CannotBeCounted, NoSuchSchool."""
    spelled = ",".join(f"{first}/{last}" for first, last in windows)
    asked = {"school_id": school_id, "windows": spelled}
    answer = await _ask(credit, AttendanceByStudent, "/v1/attendance-by-student", district_id, asked)
    if answer.windows != tuple(windows) or any(len(row.attended) != len(windows) for row in answer.rows):
        raise CreditNotUnderstood("It spoke of other days.")
    return answer


async def _ask(
    credit: ServiceClient, model: type[Answer], path: str, district_id: str, params: dict[str, Any]
) -> Answer:
    try:
        response = await credit.get(path, district_id=district_id, params=params, wait=20)
    except httpx.HTTPError:
        raise CreditAway("Try again when credit is up.") from None
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise CreditAway("Credit is busy; try again shortly.")
    if response.status_code == httpx.codes.NOT_FOUND:
        raise NoSuchSchool("Credit knows no such school: check its id.")
    if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        raise CannotBeCounted("Ask for days of one school year.")
    if response.status_code != httpx.codes.OK:
        raise CreditNotUnderstood(f"It answered with status {response.status_code}.")
    try:
        answer = model.model_validate_json(response.content)
    except ValidationError:
        raise CreditNotUnderstood("Its answer does not have the form that was agreed.") from None
    if getattr(answer, "district_id", None) != district_id:
        raise CreditNotUnderstood("It spoke of another district.")
    return answer
