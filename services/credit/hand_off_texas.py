"""Hand a six-weeks over to Texas: rows of 42400 as CSV or in Ed-Fi's shape, from a statement or as counted now.

No row leaves that does not pass the edits: the state would send the whole submission back.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

import rfc8785
from fastapi import APIRouter, Header, Query, Response

from services.credit import statement_tables
from services.credit.certify_statement import CannotBeCounted
from services.credit.formulas.texas_42400 import COLUMNS, Row, csv_row, ed_fi_row, edits
from services.credit.formulas.texas_layout import Taught
from services.credit.frozen_count import Counting, SchoolCount, count_school
from services.credit.not_taken import say_all
from services.credit.read_ada import SchoolYear
from services.credit.read_statements import READERS, NoSuchStatement, find_readable
from services.credit.sheet_library import Library, NoSuchSchool, SheetLibrary
from services.credit.texas_hand_offs import (
    EditsFailed,
    OneSchool,
    Period,
    StateNumbers,
    as_csv,
    find_state_numbers,
    refused,
)
from services.credit.texas_tables import find_event_indicator
from services.credit.texas_view import texas_view
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.not_taken import NotTakenUsed
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.statements import CountedStudent, CountedTrack

router = APIRouter(tags=["hand-offs"])
SETTING = "Rollbook-Not-Taken"
"""The header that says what was made of days whose roll nobody took; beyond plain text, percent-encoded."""


class NoEventIndicator(Conflict):
    """The layout asks for the state's code of regular attendance, and the district has not given it."""


class NotOfThisStatement(Unprocessable):
    """The statement does not count that school year and period."""


NotTaken = Annotated[
    Literal["refuse", "leave_out"],
    Query(description="What becomes of days whose roll nobody took: refused, or left out of all three totals."),
]
EventIndicator = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{2}$",
        description="The state's code of regular attendance (table C188), for this once; else the district's own.",
    ),
]


@router.get(
    "/v1/hand-offs/texas/42400",
    response_class=Response,
    responses=refusals(
        EditsFailed, NoEventIndicator, CannotBeCounted, NoSuchStatement, NotOfThisStatement, NoSuchSchool
    )
    | {200: {"description": "The rows.", "content": {"text/csv": {}, "application/json": {}}}},
)
async def hand_off_texas(
    asking: WhoAsks,
    library: Library,
    school_year: SchoolYear,
    period: Period,
    school_id: OneSchool = None,
    statement_id: Id | None = None,
    not_taken: NotTaken = "refuse",
    event_indicator: EventIndicator = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
) -> Response:
    """CSV; or, when the caller accepts application/json, a list in Ed-Fi's shape. Texas's schools only.

    The rows are the statement's, when one is named, and are held against the calendar as it is now.
    """
    asking.require_role(*READERS)
    indicator = event_indicator or await _event_indicator(library, asking, school_year)
    counted = await _count(library, asking, school_year, period, school_id)
    if statement_id is None:
        _refuse_what_is_uncertain(counted)
        frozen = Frozen(
            [row for c in counted for row in c.students], [row for c in counted for row in c.tracks],
            say_all([untaken for c in counted for untaken in c.untaken]),
        )  # fmt: skip
    else:
        frozen = await _of_statement(library, asking, statement_id, school_year, period)
    texan = {row.school_id for count in counted for row in count.tracks}
    students = [row for row in frozen.students if row.school_id in texan and school_id in (None, row.school_id)]
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        numbers = await find_state_numbers(connection, asking.district_id)
    rows = _rows(students, frozen.tracks, numbers)
    calendar = {
        Taught(numbers.campus(row.school_id), row.track_id, row.period, row.days_taught)
        for count in counted
        for row in count.tracks
    }
    if found := list(edits(rows, calendar, not_taken_left_out=not_taken == "leave_out")):
        raise refused(rows, found, [f"{row.school_id}, {row.student_id}" for row in students])
    said = {SETTING: "; ".join(quote(used.said, safe=" :,.'-") for used in frozen.not_taken)}
    if "application/json" in accept:
        body, media_type = rfc8785.dumps([ed_fi_row(row, school_year, indicator) for row in rows]), "application/json"
        return Response(body, media_type=media_type, headers=said)
    text = as_csv(COLUMNS, (csv_row(row, indicator) for row in rows))
    return Response(text, media_type="text/csv", headers=said)


async def _event_indicator(library: SheetLibrary, asking: Asking, school_year: int) -> str:
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        found = await find_event_indicator(connection, asking.district_id, school_year)
    if found is None:
        raise NoEventIndicator("Give it once with POST /v1/texas/hand-off-codes, or here as event_indicator.")
    return found


@dataclass(frozen=True, slots=True)
class Frozen:
    students: Sequence[CountedStudent]
    tracks: Sequence[CountedTrack]
    not_taken: Sequence[NotTakenUsed]


async def _count(
    library: SheetLibrary, asking: Asking, school_year: int, period: int, school_id: str | None
) -> list[SchoolCount]:
    """The six-weeks of the Texas schools that the asker may see, as counted now and through today."""
    async with texas_view(library, asking, school_id) as view:
        counting = {
            name: Counting(school_year, period, view.today(name), view.values, view.cases, view.lawbook)
            for name in view.schools
        }
    return await asyncio.to_thread(
        lambda: [count_school(one.facts, one.built, counting[name]) for name, one in view.schools.items()]
    )


def _refuse_what_is_uncertain(counted: Iterable[SchoolCount]) -> None:
    if problems := [said for count in counted for said in count.problems]:
        raise CannotBeCounted("; ".join(problems[:20]))


async def _of_statement(
    library: SheetLibrary, asking: Asking, statement_id: str, school_year: int, period: int
) -> Frozen:
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        await find_readable(connection, asking, statement_id)
        said = await statement_tables.find_statement(connection, asking.district_id, statement_id)
    if said.school_year != school_year or said.period not in (None, period):
        raise NotOfThisStatement("Ask for what the statement counts.", "query/statement_id")
    return Frozen(
        [row for row in said.students if row.period == period],
        [row for row in said.tracks if row.period == period],
        [used for used in said.not_taken if used.jurisdiction == "texas"],
    )


def _rows(students: Iterable[CountedStudent], tracks: Iterable[CountedTrack], numbers: StateNumbers) -> list[Row]:
    taught = {(row.school_id, row.track_id, row.period): row.days_taught for row in tracks}
    return [
        Row(
            numbers.campus(row.school_id), numbers.student(row.school_id, row.student_id), row.track_id, row.period,
            taught[row.school_id, row.track_id, row.period], row.grade,
            row.days.absent, row.days.ineligible, row.days.eligible, row.days.not_taken,
        )
        for row in students
    ]  # fmt: skip
