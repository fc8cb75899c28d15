"""Roll, assembled."""

from fastapi import FastAPI

from services.roll import (
    adjust_mark,
    day_at_a_glance,
    feed,
    keep_people,
    keep_roster,
    read_sheet,
    read_trail,
    rolls_not_taken,
    take_batch,
    take_roll,
    verify_stream,
)
from services.roll.settings import RollSettings
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.service import assemble, read_settings

ROUTERS = [
    take_roll.router,
    take_batch.router,
    adjust_mark.router,
    read_sheet.router,
    read_trail.router,
    rolls_not_taken.router,
    feed.router,
    keep_roster.router,
    keep_people.router,
    verify_stream.router,
    day_at_a_glance.router,
]


def create(settings: RollSettings | None = None, clock: Clock = system_clock) -> FastAPI:
    return assemble(
        "roll",
        "Who was present, period by period, with the trail of every change.",
        settings or read_settings(RollSettings),
        ROUTERS,
        background=feed.epoch_of_this_cluster,
        clock=clock,
    )
