"""How often a school takes the roll, and whether that is often enough for a pupil of New York."""

from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.roll.local_time import local_date
from services.roll.rights import NoSuchSchool, of_own_school
from services.roll.roll_mode import PupilsSchedule, RollTakingLaw, required_mode, suffices
from services.roll.schools import find_school
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.law import read_law
from shared.schema.reading import RequiredRollMode, RollModeAnswer
from shared.schema.roster import Day, Grade, Jurisdiction

router = APIRouter(tags=["reading"])
READERS = ("attendance_clerk", "principal", "district_office", "auditor")
LAW = read_law(RollTakingLaw, (File(__file__).parent / "law" / "roll_taking.toml").read_text())


@router.get("/v1/schools/{school_id}/roll-mode", responses=refusals(NoSuchSchool))
async def explain_roll_mode(
    school_id: Annotated[Id, Path()],
    asking: WhoAsks,
    connection: BareTransaction,
    grade: Annotated[Grade, Query()] = "KG",
    departmentalized: Annotated[bool, Query()] = False,
    changes_classrooms: Annotated[bool, Query(description="Changes classrooms each period.")] = False,
    dismissed_for_lunch: Annotated[bool, Query(description="Leaves the school grounds at lunch.")] = False,
    nonpublic: Annotated[bool, Query(description="Of a nonpublic school.")] = False,
    on: Annotated[Day | None, Query(description="Today at the school when no day is named.")] = None,
) -> RollModeAnswer:
    """The school's own setting, which decides; and for New York the least for such a pupil (rules NY-2, NY-5)."""
    asking.require_role(*READERS)
    of_own_school(asking, school_id)
    school = await find_school(connection, asking.district_id, school_id)
    required = None
    if school.jurisdiction is Jurisdiction.NEW_YORK:
        pupil = PupilsSchedule(grade, departmentalized, changes_classrooms, dismissed_for_lunch, nonpublic)
        rule = required_mode(pupil, on or local_date(asking.at, school.time_zone), LAW)
        if rule is not None:
            required = RequiredRollMode(
                mode=rule.mode,
                because=rule.because,
                cite=rule.cite,
                is_met=suffices(school.roll_mode, rule.mode),
            )
    return RollModeAnswer(school_id=school_id, mode=school.roll_mode, required=required)
