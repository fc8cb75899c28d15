"""Program, assembled."""

from fastapi import FastAPI

from services.program import (
    cover_absence,
    disclosures,
    import_marks,
    import_school_facts,
    keep_evidence,
    keep_interventions,
    keep_school_facts,
    read_interventions,
    read_near_line,
    read_reports,
    read_selections,
    read_timetable,
    read_trends,
    select_schools,
    staff_schools,
    track_objectives,
)
from services.program.follow_credit import client_of_credit
from services.program.settings import ProgramSettings
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.service import assemble, read_settings

ROUTERS = [
    keep_school_facts.router,
    import_school_facts.router,
    select_schools.router,
    read_selections.router,
    staff_schools.router,
    cover_absence.router,
    read_timetable.router,
    keep_evidence.router,
    import_marks.router,
    track_objectives.router,
    keep_interventions.router,
    read_interventions.router,
    read_near_line.router,
    disclosures.router,
    read_trends.router,
    read_reports.router,
]


def create(settings: ProgramSettings | None = None, clock: Clock = system_clock) -> FastAPI:
    return assemble(
        "program",
        "Which schools the Attendance Improvement Program serves, who serves them, and to what effect.",
        settings or read_settings(ProgramSettings),
        ROUTERS,
        background=client_of_credit,
        clock=clock,
    )
