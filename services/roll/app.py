"""Roll, assembled."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from services.roll import (
    access_log,
    adjust_group,
    adjust_mark,
    approve_change,
    code_mapping,
    day_at_a_glance,
    explain_roll_mode,
    export_stream,
    feed,
    import_oneroster,
    keep_roster,
    list_conflicts,
    lock_period,
    read_register,
    read_roster,
    read_sheet,
    read_trail,
    register_gaps,
    rolls_not_taken,
    sign_checkpoint,
    take_batch,
    take_roll,
    teachers_day,
    verify_stream,
    verify_whole,
)
from services.roll.roll_desk import desk_of_this_process
from services.roll.settings import RollSettings
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.service import assemble, read_settings

ROUTERS = [
    take_roll.router,
    take_batch.router,
    adjust_mark.router,
    adjust_group.router,
    lock_period.router,
    approve_change.router,
    teachers_day.router,
    read_sheet.router,
    list_conflicts.router,
    read_trail.router,
    rolls_not_taken.router,
    day_at_a_glance.router,
    access_log.router,
    read_register.router,
    register_gaps.router,
    explain_roll_mode.router,
    feed.router,
    keep_roster.router,
    read_roster.router,
    code_mapping.router,
    import_oneroster.router,
    verify_stream.router,
    verify_whole.router,
    export_stream.router,
    sign_checkpoint.router,
]


@asynccontextmanager
async def _background(app: FastAPI) -> AsyncIterator[None]:
    async with feed.epoch_of_this_cluster(app), desk_of_this_process(app), verify_whole.one_at_a_time(app):
        yield


def create(
    settings: RollSettings | None = None, clock: Clock = system_clock, more: Sequence[APIRouter] = ()
) -> FastAPI:
    return assemble(
        "roll",
        "Who was present, period by period, with the trail of every change.",
        settings or read_settings(RollSettings),
        [*ROUTERS, *more],
        background=_background,
        clock=clock,
    )
