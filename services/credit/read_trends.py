"""Trends of a whole district in one answer: attended, absent and not taken by school, grade, week and weekday."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.sheet_library import Library, Reader, View
from services.credit.trend_counts import WEEKDAYS, Kinds, count_trends, mondays
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.trends import AttendanceTrends, GradeTrend

router = APIRouter(tags=["attendance"])


@router.get("/v1/attendance-trends", responses=refusals(NoSuchWindow))
async def read_trends(
    reader: Reader,
    library: Library,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> AttendanceTrends:
    """Sixths of days by school and grade, each by week and by weekday, over the window."""
    check_window(begins_on, ends_before)
    async with library.view(reader) as view:
        rows = await asyncio.to_thread(_count, view, begins_on, ends_before)
        return AttendanceTrends(
            district_id=reader.district_id,
            begins_on=begins_on,
            ends_before=ends_before,
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            weeks=mondays(begins_on, ends_before),
            weekdays=WEEKDAYS,
            rows=rows,
        )


def _count(view: View, first: date, last: date) -> tuple[GradeTrend, ...]:
    kinds, weeks = Kinds.of(view.values), mondays(first, last)
    return tuple(
        trend
        for school_id, school in view.schools.items()
        for trend in count_trends(
            school.facts, school.built, kinds, first, max(first, counted_before(last, view.today(school_id))), weeks
        )
    )
