"""Trends of a whole district in one answer: attended, absent and not taken by school, grade, week and weekday."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.sheet_library import Reader, SchoolSheets, View
from services.credit.trend_counts import WEEKDAYS, Kinds, count_trends, mondays
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from services.credit.window_values import WindowValues, say_used, window_values
from services.credit.windows import NoSuchWindow, check_window, counted_before
from shared.plumbing.problems import refusals
from shared.schema.trends import AttendanceTrends, GradeTrend

router = APIRouter(tags=["attendance"])


@router.get("/v1/attendance-trends", responses=refusals(NoSuchWindow) | UNLESS_UNCHANGED)
async def read_trends(
    reader: Reader,
    library: UnlessUnchanged,
    begins_on: Annotated[date, Query()],
    ends_before: Annotated[date, Query(description="The first day that is not counted; days to come never are.")],
) -> AttendanceTrends:
    """Sixths of days by school and grade, each by week and by weekday, over the window."""
    check_window(begins_on, ends_before)
    async with library.view(reader) as view:
        windows = {name: _window(view, school, begins_on, ends_before) for name, school in view.schools.items()}
        rows = await asyncio.to_thread(_count, view, windows, begins_on, ends_before)
        return AttendanceTrends(
            district_id=reader.district_id,
            begins_on=begins_on,
            ends_before=ends_before,
            law_digest=view.law_digest,
            followed_through=view.followed_through,
            weeks=mondays(begins_on, ends_before),
            weekdays=WEEKDAYS,
            rows=rows,
            not_taken=say_used(windows.values()),
        )


def _window(view: View, school: SchoolSheets, first: date, last: date) -> WindowValues:
    before = max(first, counted_before(last, view.today(school.facts.school.school_id)))
    return window_values(school.facts, school.built, view.values, first, before)


def _count(view: View, windows: Mapping[str, WindowValues], first: date, last: date) -> tuple[GradeTrend, ...]:
    weeks = mondays(first, last)
    return tuple(
        trend
        for school_id, school in view.schools.items()
        for trend in count_trends(
            school.facts,
            school.built,
            Kinds.of(windows[school_id].values),
            first,
            max(first, counted_before(last, view.today(school_id))),
            weeks,
        )
    )
