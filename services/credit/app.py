"""Credit, assembled."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response

from services.credit import (
    ask_what_if,
    break_down_sum,
    certify_statement,
    claim_illinois,
    compare_statement,
    explain_day,
    hand_off_flexible,
    hand_off_texas,
    keep_course_credit,
    keep_earlier_ada,
    keep_state_aid_bands,
    keep_texas_input,
    keep_truancy_act,
    read_ada,
    read_by_student,
    read_contact_hours,
    read_course_attendance,
    read_course_credit,
    read_full_time_equivalents,
    read_low_attendance,
    read_near_line,
    read_off_campus,
    read_operational_minutes,
    read_shares,
    read_statements,
    read_status,
    read_student_days,
    read_texas_ada,
    read_tiers,
    read_trends,
    read_truancy,
    report_daily_codes,
    report_law,
    report_sa_129,
    set_minimum_time,
    set_not_taken,
)
from services.credit.follow_roll import following
from services.credit.lock_statements import locking
from services.credit.read_ahead import reading_ahead
from services.credit.read_school import SchoolShelf
from services.credit.settings import CreditSettings
from services.credit.unchanged import Unchanged, answer_unchanged
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.problems import answer_refusal
from shared.plumbing.service import assemble, read_settings
from shared.schema.law import NoLawInForce
from shared.schema.refusals import Unprocessable

ROUTERS = [
    read_ada.router,
    read_student_days.router,
    explain_day.router,
    read_shares.router,
    read_trends.router,
    read_near_line.router,
    read_by_student.router,
    read_status.router,
    report_law.router,
    claim_illinois.router,
    keep_earlier_ada.router,
    report_sa_129.router,
    report_daily_codes.router,
    keep_state_aid_bands.router,
    keep_course_credit.router,
    read_course_credit.router,
    read_tiers.router,
    read_truancy.router,
    keep_truancy_act.router,
    certify_statement.router,
    read_statements.router,
    compare_statement.router,
    hand_off_texas.router,
    hand_off_flexible.router,
    ask_what_if.router,
    break_down_sum.router,
    set_not_taken.router,
    set_minimum_time.router,
    keep_texas_input.router,
    read_texas_ada.router,
    read_contact_hours.router,
    read_full_time_equivalents.router,
    read_low_attendance.router,
    read_course_attendance.router,
    read_off_campus.router,
    read_operational_minutes.router,
]


@asynccontextmanager
async def in_the_background(app: FastAPI) -> AsyncIterator[None]:
    async with following(app), locking(app), reading_ahead(app):
        yield


class BeforeTheLaw(Unprocessable):
    """The law that we have does not reach back to these days, and we do not guess."""


async def refuse_before_the_law(request: Request, unruled: Exception) -> Response:
    return await answer_refusal(
        request, BeforeTheLaw("Ask for later days; GET /v1/law says from when on each rule is known.")
    )


def create(settings: CreditSettings | None = None, clock: Clock = system_clock) -> FastAPI:
    app = assemble(
        "credit",
        "Membership, eligible days and average daily attendance, under each state's dated law.",
        settings or read_settings(CreditSettings),
        ROUTERS,
        background=in_the_background,
        clock=clock,
    )
    app.state.shelf = SchoolShelf()  # who builds and who answers read a school once
    app.add_exception_handler(NoLawInForce, refuse_before_the_law)
    app.add_exception_handler(Unchanged, answer_unchanged)
    return app
