"""Take the roll of a section, date and period. Acknowledged means kept: the receipt follows the commit."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Response

from services.roll import ledger, marking
from services.roll.edit_window import EditsClosed, may_still_amend
from services.roll.locks import PeriodLocked, approval_for, refused_when_locked
from services.roll.record_roll import LOCK, FixedRoster, record_roll
from services.roll.rights import NotYourSection, may_take
from services.roll.roll_desk import Desk, RollDesk
from services.roll.rolls import NoSuchSection, RollPlace, find_place, find_write
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.plumbing.straight_route import StraightRoute
from shared.schema.base import Id
from shared.schema.entries import RollTaken, RosterFixed
from shared.schema.refusals import Conflict, Refusal, StaleVersion, Unprocessable
from shared.schema.roll import Receipt, RollSubmission
from shared.schema.roster import Day

router = APIRouter(tags=["rolls"], route_class=StraightRoute)
SAID_OF_A_ROLL = set(RollSubmission.model_fields)  # a batch says the place as well, which is digested either way

SectionId = Annotated[Id, Path()]
On = Annotated[Day, Path(description="The school's local date.")]
PeriodId = Annotated[Id, Path()]


class NotASchoolDay(Unprocessable):
    """The school's calendar has no instruction on this date."""


class SectionDoesNotMeet(Unprocessable):
    """The section does not meet on this date in this period."""


class NotYet(Unprocessable):
    """A roll cannot be taken before its day."""


class NobodyEnrolled(Unprocessable):
    """The section has no students on this date: there is no roll to take."""


class RollChanged(StaleVersion):
    """The roll has been taken or amended since you read it."""


class OfficeAdjusts(Conflict):
    """The roll has been taken: the office changes its marks by adjustments, which say on which grounds."""


REFUSALS = (
    NoSuchSection, NotYourSection, OfficeAdjusts, EditsClosed, NotASchoolDay, SectionDoesNotMeet, NotYet,
    NobodyEnrolled, RollChanged, ledger.WriteIdReused, marking.NotOnTheRoll, marking.MarkedTwice,
    marking.NotEveryoneMarked, marking.UnknownCode, marking.CodeOfTheOffice, marking.TimesDoNotFit, PeriodLocked,
)  # fmt: skip


@router.put("/v1/sections/{section_id}/rolls/{on}/{period_id}", status_code=201, responses=refusals(*REFUSALS))
async def take_roll(
    section_id: SectionId,
    on: On,
    period_id: PeriodId,
    submission: RollSubmission,
    asking: WhoAsks,
    database: Storage,
    desk: Desk,
    response: Response,
) -> Receipt:
    """Record a roll, or amend it: `base_version` says which version you had seen.

    To retry, send the same submission again: the answer is the receipt that you should have had (200, with
    `Idempotent-Replayed: true`).
    """
    receipt, replayed = await take(database, desk, asking, section_id, on, period_id, submission)
    if replayed:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"
    response.headers["ETag"] = f'"{receipt.version}"'
    return receipt


async def take(
    database: Database,
    desk: RollDesk,
    asking: Asking,
    section_id: str,
    on: date,
    period_id: str,
    submission: RollSubmission,
) -> tuple[Receipt, bool]:
    """The receipt, and whether it is an earlier one. A refusal never hides that the write was already kept."""
    write_digest = digest_of(section_id, on, period_id, submission)
    place = section_id, on, period_id
    try:
        if submission.base_version == 0:
            receipt = await _take_first(desk, asking, *place, submission, write_digest)
            if receipt is not None:
                return receipt, False
        async with database.bare(asking.district_id) as connection:
            return await _take_closely(connection, asking, *place, submission, write_digest)
    except ledger.WriteIdReused:
        raise
    except Refusal:
        async with database.bare(asking.district_id, readonly=True) as connection:
            earlier = await find_write(
                connection, asking.district_id, submission.submission_id, write_digest, by=asking.principal.subject
            )
        if earlier is None:
            raise
        return earlier, True


def digest_of(section_id: str, on: date, period_id: str, submission: RollSubmission) -> bytes:
    """By what a retry is known, alone or in a batch."""
    names = {"section_id": section_id, "on": on.isoformat(), "period_id": period_id}
    return ledger.digest("roll_taken", names, submission, SAID_OF_A_ROLL)


async def _take_first(
    desk: RollDesk,
    asking: Asking,
    section_id: str,
    on: date,
    period_id: str,
    submission: RollSubmission,
    write_digest: bytes,
) -> Receipt | None:
    """Record it as the first of its place, by what is known of the section or else as it is now. None: it is not."""
    for fresh in (False, True):
        known = await desk.find_known(
            asking.district_id, section_id, on, period_id, asking.principal.subject, fresh=fresh
        )
        try:
            may_take(asking, known.place)
            meets_on(known.place, asking.at)
            entry = whole_roll(known.place, submission, asking)
        except Refusal:
            if fresh:
                raise
            continue  # perhaps it is otherwise by now
        roster, body = new_roster(known.place, entry), ledger.canonical(entry)
        outcome, receipt = await desk.take_first(known, entry, roster, body, submission.submission_id, write_digest)
        if outcome != "moved":
            return receipt
    return None


async def _take_closely(
    connection: Any,
    asking: Asking,
    section_id: str,
    on: date,
    period_id: str,
    submission: RollSubmission,
    write_digest: bytes,
) -> tuple[Receipt, bool]:
    """Record it under the lock of its stream, in which nothing that it rests on can change."""
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    await _may_record(connection, asking, place, submission)
    await connection.execute(LOCK, place.district_id, place.stream)
    place = await find_place(connection, asking.district_id, section_id, on, period_id, asking.principal.subject)
    await _may_record(connection, asking, place, submission)
    approval = await approval_for(connection, asking, place.school_id, on, submission.submission_id)
    entry = whole_roll(place, submission, asking, approval)
    roster, body = new_roster(place, entry), ledger.canonical(entry)
    with refused_when_locked():
        return await record_roll(connection, place, entry, roster, body, submission.submission_id, write_digest)


async def _may_record(connection: Any, asking: Asking, place: RollPlace, submission: RollSubmission) -> None:
    may_take(asking, place)
    meets_on(place, asking.at)
    if submission.base_version != place.version:
        raise roll_changed(place.version)
    if place.roll is not None:
        if asking.principal.role != "teacher":
            raise OfficeAdjusts("Adjust the marks that were wrong, with reason, authority and document (TX-11).")
        await may_still_amend(connection, asking, place)


def new_roster(place: RollPlace, entry: RollTaken) -> FixedRoster | None:
    """The entry that must come before the roll's, when it is the first to mark the roster as it is now."""
    if entry.roster == place.latest_roster:
        return None
    fixed = RosterFixed(
        at=entry.at, by=entry.by, role=entry.role, section_id=place.section_id, roster=entry.roster,
        students=place.students,
    )  # fmt: skip
    return fixed, ledger.canonical(fixed)


def roll_changed(version: int) -> RollChanged:
    return RollChanged(f"It is at version {version}: read it, and send that as base_version to amend it.")


def meets_on(place: RollPlace, at: datetime) -> None:
    """Refuse a roll on a day or in a period without instruction, and before its day (in the school's own zone)."""
    if place.on > at.astimezone(ZoneInfo(place.time_zone)).date():
        raise NotYet("Take it on the day itself.")
    if place.instructional is None:
        raise NotASchoolDay("The calendar of the section's track does not have this date.")
    if not place.instructional:
        raise NotASchoolDay("The calendar says that the school is closed; if it is wrong, correct the calendar first.")
    if not place.meets:
        raise SectionDoesNotMeet("Check the section's dates, weekdays and periods.")
    if not place.students:
        raise NobodyEnrolled("Nothing needs to be done.")


def whole_roll(place: RollPlace, submission: RollSubmission, asking: Asking, approval: UUID | None = None) -> RollTaken:
    """The roll as it will stand: as said, except where the office has adjusted and the teacher amends."""
    by_office = asking.principal.role != "teacher"
    said = marking.mark_everyone(submission, place.students, place.codes, by_office=by_office)
    beside: dict[str, str] = {}
    if place.roll is not None:
        standing = place.roll.marked()
        for student in set(place.roll.teacher_said) & set(said):
            beside[student], said[student] = said[student], standing[student]
    marks = marking.Marks.of([said[student] for student in place.students])
    return RollTaken(
        at=asking.at,
        by=asking.principal.subject,
        role=asking.principal.role,
        section_id=place.section_id,
        on=place.on,
        period_id=place.period_id,
        version=submission.base_version + 1,
        roster=place.current_roster,
        codes=marks.codes,
        marks=marks.digits,
        teacher_said=beside or None,
        times=marking.times_of(submission),
        approval_id=approval,
        follows=submission.follows,
    )
