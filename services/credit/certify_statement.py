"""Certify a statement: freeze what a period comes to, with the streams' places and the law that it rests on."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from fastapi import APIRouter, Response

from services.credit import statement_tables, stream_tables, tables
from services.credit.entries_since import Roll, heads_of
from services.credit.feed import Followed
from services.credit.frozen_count import Counting, SchoolCount, canonical, canonical_parts, count_school
from services.credit.lock_statements import Locking
from services.credit.not_taken import say_all
from services.credit.sheet_library import Library, NoSuchSchool, SchoolSheets, SheetLibrary, View
from services.credit.statement_pieces import freeze
from services.credit.statement_tables import NewStatement, Span, keep_statement
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.plumbing.client import ServiceClient
from shared.plumbing.database import Database
from shared.plumbing.json_body import JSONRoute
from shared.plumbing.problems import refusals
from shared.schema.entries import DISTRICT_STREAM, StreamHead, school_stream
from shared.schema.refusals import Conflict, Unprocessable
from shared.schema.statements import CertifiedStatement, LawUsed, Statement, StatementRequest, StreamPosition

router = APIRouter(tags=["statements"], route_class=JSONRoute)


class StatementIdReused(Conflict):
    """The statement id belongs to another request; choose a new one."""


class AnotherStands(Conflict):
    """The statement that stands for this school, year and period is another than the one you supersede."""


class NotBuiltYet(Conflict):
    """Something is still to be counted."""

    retry_after = 1


class StreamStopped(Conflict):
    """A stream that the statement would rest on has stopped."""


class CannotBeCounted(Conflict):
    """Not every day of the period can be counted."""


class PeriodNotOver(Unprocessable):
    """The last day that would count is not over yet."""


class NothingToCertify(Unprocessable):
    """No reporting period of that school year has begun by then."""


@router.post(
    "/v1/statements",
    status_code=201,
    responses=refusals(
        StatementIdReused, AnotherStands, NotBuiltYet, StreamStopped, CannotBeCounted, PeriodNotOver, NothingToCertify,
        NoSuchSchool,
    )
    | {200: {"model": CertifiedStatement, "description": "It was certified before: this is it."}},
)  # fmt: skip
async def certify_statement(
    wanted: StatementRequest, asking: WhoAsks, library: Library, roll: Roll, locker: Locking, response: Response
) -> CertifiedStatement:
    """Certify, and lock the days in roll. Send it again to retry: the answer is the statement that was kept (200).

    Of the whole district no school that roll has is left out: roll is asked for its streams. When it is away, those
    count of which it has been heard.
    """
    asking.require_role("district_office")
    database: Database = library.database
    request_digest = sha256(canonical(wanted)).digest()
    replayed = await _earlier(database, asking, wanted, request_digest)
    if not replayed:
        new = await _freeze(library, roll, asking, wanted, request_digest)
        async with database.bare(asking.district_id) as connection:
            kept = await keep_statement(connection, asking.district_id, new)
        if not kept:
            replayed = await _earlier(database, asking, wanted, request_digest)
            if not replayed:
                raise AnotherStands("Read the statements again; another was certified at this moment.")
    if replayed:
        response.status_code = 200
    await locker.lock(asking.district_id)
    async with database.bare(asking.district_id, readonly=True) as connection:
        (certified,) = await statement_tables.find_statements(
            connection, asking.district_id, statement_id=wanted.statement_id
        )
    return certified


async def _earlier(database: Database, asking: Asking, wanted: StatementRequest, request_digest: bytes) -> bool:
    """Whether this very request has been certified. Refuses an id that is another's, and a stale supersession."""
    async with database.bare(asking.district_id, readonly=True) as connection:
        kept = await statement_tables.find_request_digest(connection, asking.district_id, wanted.statement_id)
        standing = await statement_tables.find_standing(connection, asking.district_id, wanted)
    if kept is not None:
        if kept != request_digest:
            raise StatementIdReused("Use a new id for every statement.", "/statement_id")
        return True
    if wanted.supersedes != (standing[0] if standing else None):
        raise AnotherStands("Name the one that stands in supersedes, or leave supersedes out.", "/supersedes")
    return False


@dataclass(frozen=True, slots=True)
class Basis:
    """What a statement is made of, all read in one snapshot: the schools, how to count them, and the streams."""

    schools: Mapping[str, SchoolSheets]
    counting: Counting
    streams: Mapping[str, Followed]
    edition: int


async def _freeze(
    library: SheetLibrary, roll: ServiceClient, asking: Asking, wanted: StatementRequest, request_digest: bytes
) -> NewStatement:
    heard = await heads_of(roll, asking.district_id) if wanted.school_id is None else ()
    async with library.view(asking, only=wanted.school_id) as view:
        basis = await _basis(view, wanted, heard)
    counts = await asyncio.to_thread(
        lambda: [count_school(s.facts, s.built, basis.counting) for s in basis.schools.values()]
    )
    _refuse_what_is_uncertain(counts)
    document = Statement(
        district_id=asking.district_id,
        school_id=wanted.school_id,
        school_year=wanted.school_year,
        period=wanted.period,
        through=basis.counting.through,
        streams=tuple(
            StreamPosition(stream=name, sequence=at.sequence, hash=at.hash.hex())
            for name, at in sorted(basis.streams.items())
        ),
        law=_law(counts),
        schools=tuple(row for count in counts for row in count.schools),
        tracks=tuple(row for count in counts for row in count.tracks),
        students=(),
        not_taken=say_all([untaken for count in counts for untaken in count.untaken]),
    )
    frozen = await asyncio.to_thread(freeze, canonical_parts(document), counts)
    return NewStatement(
        wanted, request_digest, basis.counting.through, basis.edition, asking.at, asking.principal.subject, frozen,
        basis.streams, _spans(counts),
    )  # fmt: skip


async def _basis(view: View, wanted: StatementRequest, heard: Iterable[StreamHead]) -> Basis:
    if wanted.school_id is not None:
        view.school(wanted.school_id)
    streams = await streams_of(view, wanted.school_id)
    if unheard := sorted(head.stream for head in heard if head.stream not in streams):
        raise NotBuiltYet(f"Roll has streams that are not followed yet: {', '.join(unheard[:20])}. See /v1/status.")
    await _refuse_what_is_unfinished(view, streams, wanted.school_id)
    through = wanted.through or _last_day(view, wanted)
    if any(through > view.today(school_id) for school_id in view.schools):
        raise PeriodNotOver("Say through which day it counts; that day may be today.", "/through")
    counting = Counting(wanted.school_year, wanted.period, through, view.values, view.cases, view.lawbook)
    schools = {name: school for name, school in view.schools.items() if counting.of(school.facts)}
    if not schools:
        raise NothingToCertify("Check the school year, the period and the last day against the calendar.", "/period")
    standing = await statement_tables.find_standing(view.connection, view.asking.district_id, wanted)
    return Basis(schools, counting, streams, standing[1] + 1 if standing else 1)


async def streams_of(view: View, school_id: str | None) -> dict[str, Followed]:
    """The streams that a school's count rests on: its own and the district's; for the district, all."""
    every = await stream_tables.followed_streams(view.connection, view.asking.district_id)
    wanted = set(every) if school_id is None else {DISTRICT_STREAM, school_stream(school_id)}
    return {name: at for name, at in every.items() if name in wanted}


async def _refuse_what_is_unfinished(view: View, streams: Mapping[str, Followed], school_id: str | None) -> None:
    for name, at in sorted(streams.items()):
        if at.alarm is not None:
            raise StreamStopped(f"Following {name} stopped at entry {at.sequence}: {at.alarm}. See /v1/status.")
    unread = sum(max(0, at.head - at.sequence) for at in streams.values())
    waiting = await tables.schools_waiting(view.connection, view.asking.district_id)
    days = sum(count for school, count in waiting.items() if school_id in (None, school))
    if unread or days:
        raise NotBuiltYet(f"{days} school-days wait to be built, {unread} entries to be followed. See /v1/status.")


def _last_day(view: View, wanted: StatementRequest) -> date:
    """The last day of the period in any of the schools; a period without an end is not over."""
    ends = [
        period.ends_before or date.max
        for school in view.schools.values()
        for period in school.facts.reporting_periods
        if period.school_year == wanted.school_year and wanted.period in (None, period.number)
    ]
    if not ends:
        raise NothingToCertify("Check the school year and the period against the calendar.", "/period")
    return max(ends) - timedelta(days=1)


def _refuse_what_is_uncertain(counts: list[SchoolCount]) -> None:
    if any(count.stale for count in counts):
        raise NotBuiltYet("The law has changed, and days that were counted by the law as it was are being built again.")
    if problems := [said for count in counts for said in count.problems]:
        raise CannotBeCounted("; ".join(problems[:20]))


def _law(counts: list[SchoolCount]) -> tuple[LawUsed, ...]:
    used = {law.law: law for count in counts for law in count.law}
    return tuple(used[name] for name in sorted(used))


def _spans(counts: list[SchoolCount]) -> tuple[Span, ...]:
    """Of each school the days from the first that counts until after the last, over all its tracks."""
    return tuple(
        (
            count.school_id,
            min(row.begins_on for row in count.tracks),
            max(r.ends_before for r in count.tracks),
        )
        for count in counts
    )
