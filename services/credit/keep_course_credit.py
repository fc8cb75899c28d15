"""Keep what course credit rests on: the boards' policies, and the notices and interventions before a denial."""

from datetime import date
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from services.credit.course_credit import CoursePolicy, grades_of_two_levels
from services.credit.course_credit_tables import find_kept_actions, find_policies, keep_action, keep_policy
from services.credit.read_student_days import NoSuchStudent, StudentId
from services.credit.sheet_library import Library, Reader, SchoolSheets, View
from services.credit.tables import lock_district
from shared.plumbing.circumstances import WhoAsks
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.course_credit import CourseCreditAction, CourseCreditPolicy, KeptCourseCreditAction
from shared.schema.refusals import Conflict, NotFound, Unprocessable

router = APIRouter(tags=["course credit"], route_class=JSONRoute)
RECORDERS = ("district_office", "principal", "attendance_clerk")


class NoSuchSection(NotFound):
    """There is no such section in the schools that you may see."""


class NotInSection(Unprocessable):
    """The student is not and was not in the section."""


class NotDoneYet(Unprocessable):
    """The day on which it was done is still to come."""


class PolicyStands(Conflict):
    """Another policy of the level begins on that day."""


class GradeOfAnotherLevel(Conflict):
    """A grade belongs to one level: those who are similarly situated are treated the same."""


class ActionIdReused(Conflict):
    """The action id belongs to another action; choose a new one."""


class SetsNoStandard(Unprocessable):
    """The policy sets no standard that credit could be decided by."""


def as_law(district_id: str, policy: CourseCreditPolicy) -> CoursePolicy:
    """The part of a policy that decides. Raises ValueError when it does not."""
    single, double = (
        None if minutes is None else {"more_than_minutes": minutes}
        for minutes in (
            policy.missing_a_single_period_more_than_minutes, policy.missing_a_double_period_more_than_minutes,
        )
    )  # fmt: skip
    percent = policy.at_least_percent
    return CoursePolicy.model_validate(
        policy.model_dump(
            include={"level", "limits", "excused_and_made_up_is_not_counted", "tardies_that_make_an_absence", "ladder"},
            exclude_none=True,
        )
        | {
            "from": policy.begins_on,
            "cite": policy.cite,
            "district": district_id,
            "attendance": None if percent is None else {"at_least_percent": percent},
            "missing_a_single_period": single,
            "missing_a_double_period": double,
        }
    )


@router.post(
    "/v1/course-credit-policies", status_code=201, responses=refusals(PolicyStands, GradeOfAnotherLevel, SetsNoStandard)
)
async def keep_course_credit_policy(
    policy: CourseCreditPolicy, asking: WhoAsks, library: Library
) -> CourseCreditPolicy:
    """Put a board's policy on record. Sending it again changes nothing; nothing rewrites it."""
    asking.require_role("district_office")
    try:
        as_law(asking.district_id, policy)
    except ValueError:
        raise SetsNoStandard(
            "Give at_least_percent or a limit for each length of course; a limit and a step say one thing each."
        ) from None
    async with library.database.bare(asking.district_id) as connection:
        await lock_district(connection, asking.district_id)
        if grades_of_two_levels(policy, await find_policies(connection, asking.district_id)):
            raise GradeOfAnotherLevel("Another level's policy is for one of these grades from then on.", "/grades")
        kept = await keep_policy(connection, asking.district_id, policy, asking.at, asking.principal.subject)
    if kept != policy:
        raise PolicyStands("A policy is never rewritten; adopt another one that begins on another day.")
    return kept


@router.get("/v1/course-credit-policies", responses=refusals())
async def read_course_credit_policies(reader: Reader, library: Library) -> tuple[CourseCreditPolicy, ...]:
    """Every policy on record, by level and the day on which it begins."""
    async with library.database.bare(reader.district_id, readonly=True) as connection:
        return tuple(await find_policies(connection, reader.district_id))


@router.post(
    "/v1/course-credit-actions",
    status_code=201,
    responses=refusals(NoSuchSection, NotInSection, NotDoneYet, ActionIdReused),
)
async def keep_course_credit_action(
    action: CourseCreditAction, asking: WhoAsks, library: Library
) -> CourseCreditAction:
    """Put on record what was done for a pupil in a course. Sending it again changes nothing."""
    asking.require_role(*RECORDERS)
    async with library.view(asking) as view:
        school = school_of_section(view, action.section_id)
        spans = school.facts.section_spans
        number = school.facts.number_of.get(action.student_id)
        if not any(
            section == action.section_id and student == number
            for section, student in zip(spans.section_ids, spans.students.tolist(), strict=True)
        ):
            raise NotInSection("Check the student's id and the section's.", "/student_id")
        today: date = asking.at.astimezone(ZoneInfo(school.facts.school.time_zone)).date()
    if action.done_on > today:
        raise NotDoneYet("Record it when it is done.", "/done_on")
    async with library.database.bare(asking.district_id) as connection:
        kept = await keep_action(
            connection, asking.district_id, school.facts.school.school_id, action, asking.at, asking.principal.subject
        )
    if kept != action:
        raise ActionIdReused("Choose a new action id.", "/action_id")
    return kept


@router.get("/v1/students/{student_id}/course-credit-actions", responses=refusals(NoSuchStudent))
async def read_course_credit_actions(
    student_id: StudentId, reader: Reader, library: Library
) -> tuple[KeptCourseCreditAction, ...]:
    """The trail: everything done for a pupil in her courses, in the schools that you may see."""
    async with library.view(reader) as view:
        schools = [name for name, school in view.schools.items() if student_id in school.facts.number_of]
        if not schools:
            raise NoSuchStudent("Check the student's id.")
        return tuple(await find_kept_actions(view.connection, reader.district_id, schools, student_id))


def school_of_section(view: View, section_id: str) -> SchoolSheets:
    """Raises NoSuchSection, also for one of a school that the asker may not see."""
    for school in view.schools.values():
        if section_id in school.facts.sections:
            return school
    raise NoSuchSection("Check the section's id, and that your token is good for its school.")
