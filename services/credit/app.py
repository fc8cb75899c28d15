"""Credit, assembled."""

from fastapi import FastAPI

from services.credit import explain_day, follow_roll, read_ada, read_shares, read_status, read_student_days, report_law
from services.credit.settings import CreditSettings
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.service import assemble, read_settings

ROUTERS = [
    read_ada.router,
    read_student_days.router,
    explain_day.router,
    read_shares.router,
    read_status.router,
    report_law.router,
]


def create(settings: CreditSettings | None = None, clock: Clock = system_clock) -> FastAPI:
    return assemble(
        "credit",
        "Membership, eligible days and average daily attendance, under each state's dated law.",
        settings or read_settings(CreditSettings),
        ROUTERS,
        background=follow_roll.following,
        clock=clock,
    )
