"""Trends of the whole district in one call, with small groups concealed from all but the school itself."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.program.ask_credit import CannotBeCounted, read_trends_and_year
from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood
from services.program.lawbook import targets_of
from services.program.program_year import SPAN, year_of
from services.program.rights import OF_THE_SCHOOL, READERS, own_schools
from services.program.shown_trends import SchoolTrend, conceal, hide, uncovered
from services.program.tables import newest_school_facts
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.refusals import Unprocessable
from shared.schema.roster import Day
from shared.schema.trends import Series

router = APIRouter(tags=["trends"])


class NotOneYear(Unprocessable):
    """The days are not all of one program year."""


class TrendsAnswer(Schema):
    """Sixths of days by `weeks` (their Mondays) and `weekdays` (from 1, Monday); a group not shown has None.

    For a principal or counselor: her own schools, whole, and no district.
    """

    district_id: str
    begins_on: date
    through: date
    law_digest: str
    followed_through: dict[str, int]
    weeks: tuple[date, ...]
    weekdays: tuple[int, ...]
    district: tuple[Series, Series] | None
    schools: tuple[SchoolTrend, ...]


@router.get("/v1/trends", responses=refusals(NotOneYear, CreditAway, CreditNotUnderstood, CannotBeCounted))
async def read_district_trends(
    asking: WhoAsks,
    database: Storage,
    credit: Credit,
    begins_on: Annotated[Day, Query(description="The first day that counts.")],
    through: Annotated[Day, Query(description="The last day that counts; days to come never do.")],
) -> TrendsAnswer:
    """Attended, absent and not taken by school, grade, week and weekday. Groups of fewer than 10 are not shown."""
    asking.require_role(*READERS)
    if year_of(begins_on) != year_of(through):
        raise NotOneYear(SPAN, "query/through")
    async with database.snapshot(asking.district_id) as session:
        names = {row.school_id: row.name for row in await newest_school_facts(session, asking.district_id)}
    said, year = await read_trends_and_year(credit, asking.district_id, begins_on, through, asking.at)
    if asking.principal.role in OF_THE_SCHOOL:
        own = own_schools(asking)
        schools, district = uncovered([row for row in said.rows if row.school_id in own], names), None
    else:
        targets = targets_of(year_of(through))
        schools, district = conceal(said.rows, names, hide(said.rows, targets) | hide(year.rows, targets))
    return TrendsAnswer(
        district_id=asking.district_id,
        begins_on=begins_on,
        through=through,
        law_digest=said.law_digest,
        followed_through=said.followed_through,
        weeks=said.weeks,
        weekdays=said.weekdays,
        district=district,
        schools=schools,
    )
