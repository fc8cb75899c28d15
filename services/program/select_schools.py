"""Select schools: freeze what is known, apply the law, keep both for ever."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.program.follow_credit import Credit, CreditAway, CreditNotUnderstood, read_shares
from services.program.kept_selection import Basis, KeptSelection, as_kept
from services.program.lawbook import LAW
from services.program.program_year import year_begins, year_ends_before
from services.program.replays import first_answer, say_replayed
from services.program.rights import WRITERS
from services.program.rulebook import Line
from services.program.school_facts import SchoolFacts, gather_targets, read_api
from services.program.selection import select
from services.program.selection_documents import HowMany, SelectionInput, canonical, request_bytes
from services.program.tables import SchoolFactsRow, SelectionRow, add, find_selection, newest_school_facts
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.client import ServiceClient
from shared.plumbing.database import Database
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema, ShortText
from shared.schema.credit import AttendanceShares, GradeShare
from shared.schema.law import NoLawInForce
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.roster import Day, SchoolYear

router = APIRouter(tags=["selections"], route_class=JSONRoute)
WAITS = (0.5, 1.0, 2.0)
"""Seconds between questions to a credit that is catching up: rolls come in all day."""


class SelectionRequest(Schema):
    """A selection for a program year, on the attendance of the year before. The caller names it.

    `through` ends the attendance early, on the last day that counts. `targets` are all the law's where none is named.
    `leave_out` schools need data: whatever credit knows of their attendance is not used.
    """

    selection_id: UUID
    program_year: SchoolYear
    how_many: HowMany
    targets: Annotated[tuple[ShortText, ...], Field(max_length=10)] = ()
    through: Day | None = None
    leave_out: Annotated[tuple[Id, ...], Field(max_length=1000)] = ()


class SelectionIdReused(Conflict):
    """The selection id belongs to another request; choose a new one."""


class NoLaw(Unprocessable):
    """The law as we know it does not reach back to this program year."""


class NoSuchTarget(Unprocessable):
    """The law names no such target grade."""


class CreditIsBehind(Conflict):
    """Credit has not counted all that was recorded yet; half of a day is not frozen."""


class NotCounted(Unprocessable):
    """Credit cannot count the attendance of some schools."""

    def __init__(self, schools: dict[str, str]) -> None:
        super().__init__("Mend what is named and select again, or name these schools in leave_out.")
        self.errors = [
            {"pointer": f"/schools/{school}", "detail": why} for school, why in sorted(schools.items())[:100]
        ]


class NothingMeasured(Unprocessable):
    """No day of the year before lies within what was asked."""


@router.post(
    "/v1/selections",
    status_code=201,
    responses=refusals(
        SelectionIdReused,
        NoLaw,
        NoSuchTarget,
        NothingMeasured,
        CreditIsBehind,
        NotCounted,
        CreditAway,
        CreditNotUnderstood,
    )
    | first_answer(KeptSelection),
)
async def select_schools(
    wanted: SelectionRequest, asking: WhoAsks, database: Storage, credit: Credit, response: Response
) -> KeptSelection:
    """Select. To retry, send the same request again: the answer is the selection that you should have had (200)."""
    asking.require_role(*WRITERS)
    request_digest = hashlib.sha256(request_bytes(wanted, "leave_out")).digest()
    if kept := await _earlier(database, asking, wanted, request_digest):
        return _replayed(kept, response)

    year = _law_of(wanted)
    shares = await _shares(credit, asking, year)
    async with database.transaction(asking.district_id) as session:
        schools = await newest_school_facts(session, asking.district_id)
        _refuse_not_counted(wanted, schools, shares)
        facts = freeze(wanted, schools, shares)
        row = SelectionRow(
            district_id=asking.district_id,
            selection_id=wanted.selection_id,
            program_year=wanted.program_year,
            made_at=asking.at,
            made_by=asking.principal.subject,
            request_digest=request_digest,
            basis=canonical(_basis(wanted, shares, schools)),
            input=canonical(facts),
            outcome=canonical(select(facts, LAW)),
        )
        if await add(session, row):
            return as_kept(row)
    kept = await _earlier(database, asking, wanted, request_digest)
    assert kept is not None
    return _replayed(kept, response)


async def _shares(credit: ServiceClient, asking: Asking, year: "_Year") -> AttendanceShares:
    """All of it: asked again for some seconds while credit is catching up. Raises CreditIsBehind."""
    for wait in (*WAITS, None):
        shares = await read_shares(credit, asking.district_id, year.line, year.begins_on, year.ends_before)
        behind = shares.behind
        if behind.stopped:
            streams = "; ".join(f"{stream}: {why}" for stream, why in behind.stopped.items())
            raise CreditIsBehind(f"Credit has stopped, and a person must look at its /v1/status. {streams}"[:2000])
        if not behind.unread_entries and not behind.school_days_waiting:
            return shares
        if wait is not None:
            await asyncio.sleep(wait)
    raise CreditIsBehind(
        f"Select again when credit's /v1/status shows no lag: {behind.unread_entries} entries are to be read and "
        f"{behind.school_days_waiting} school-days to be built."
    )


def _refuse_not_counted(wanted: SelectionRequest, schools: list[SchoolFactsRow], shares: AttendanceShares) -> None:
    asked_of = {row.school_id for row in schools} - set(wanted.leave_out)
    if refused := {school: why for school, why in shares.not_counted.items() if school in asked_of}:
        raise NotCounted(refused)


def _replayed(kept: KeptSelection, response: Response) -> KeptSelection:
    say_replayed(response)
    return kept


async def _earlier(
    database: Database, asking: Asking, wanted: SelectionRequest, request_digest: bytes
) -> KeptSelection | None:
    async with database.snapshot(asking.district_id) as session:
        row = await find_selection(session, asking.district_id, wanted.selection_id)
    if row is not None and row.request_digest != request_digest:
        raise SelectionIdReused("Use a new id for every selection.", "/selection_id")
    return None if row is None else as_kept(row)


@dataclass(frozen=True, slots=True)
class _Year:
    """The days measured, and the line they are measured against."""

    line: Line
    begins_on: date
    ends_before: date


def _law_of(wanted: SelectionRequest) -> _Year:
    """Refuse what the law does not cover before anybody else is asked."""
    try:
        LAW.selection.of_year(wanted.program_year)
        line, taught = LAW.line.of_year(wanted.program_year), LAW.target_grades.of_year(wanted.program_year)
    except NoLawInForce as refused:
        raise NoLaw(str(refused), "/program_year") from None
    if not set(wanted.targets) <= {target.target for target in taught.targets}:
        raise NoSuchTarget("Name target grades as the law does, or none for all.", "/targets")
    begins_on, ends_before = year_begins(wanted.program_year - 1), year_ends_before(wanted.program_year - 1)
    if wanted.through is not None:
        ends_before = min(ends_before, wanted.through + timedelta(days=1))
    if ends_before <= begins_on:
        raise NothingMeasured("Attendance is that of the year before the program year.", "/through")
    return _Year(line, begins_on, ends_before)


def freeze(wanted: SelectionRequest, schools: list[SchoolFactsRow], shares: AttendanceShares) -> SelectionInput:
    """The input of a selection: every school that the program knows, with its grades as credit counts them."""
    taught = LAW.target_grades.of_year(wanted.program_year)
    by_school: dict[str, list[GradeShare]] = {}
    for share in shares.rows:
        if share.school_id in wanted.leave_out:
            continue
        by_school.setdefault(share.school_id, []).append(share)
    return SelectionInput(
        program_year=wanted.program_year,
        how_many=wanted.how_many,
        targets=wanted.targets or tuple(target.target for target in taught.targets),
        schools=tuple(_school(row, by_school.get(row.school_id, []), wanted.program_year) for row in schools),
    )


def _school(row: SchoolFactsRow, shares: list[GradeShare], program_year: int) -> SchoolFacts:
    reading = read_api(row.api, LAW.selection.of_year(program_year).api_scale)
    return SchoolFacts.model_validate(
        {
            "school_id": row.school_id,
            "name": row.name,
            "level": row.level,
            "api": reading.api,
            "api_problem": reading.problem,
            "targets": gather_targets(shares, LAW.target_grades.of_year(program_year), row.enrollments),
        }
    )


def _basis(wanted: SelectionRequest, shares: AttendanceShares, schools: list[SchoolFactsRow]) -> Basis:
    known = {row.school_id for row in schools}
    return Basis(
        begins_on=shares.begins_on,
        ends_before=shares.ends_before,
        line=shares.line,
        credit_law_digest=shares.law_digest,
        followed_through=shares.followed_through,
        unknown_schools=tuple(sorted({share.school_id for share in shares.rows} - known)),
        left_out=tuple(sorted(set(wanted.leave_out))),
        untaken_days_count_as={used.jurisdiction: used.counts_as for used in shares.not_taken},
    )
