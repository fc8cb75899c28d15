"""What has changed since a statement was certified: student by student, and entry by entry."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from services.credit import statement_tables, stream_tables, tables
from services.credit.entries_since import CannotTell, Rosters, Since, entries_since, speaks_of, tell
from services.credit.feed import BrokenStream, Followed
from services.credit.frozen_count import Counting, SchoolCount, count_school
from services.credit.read_statements import READERS, NoSuchStatement, StatementId, find_readable
from services.credit.said_since import said_since
from services.credit.sheet_library import Library, SheetLibrary
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.plumbing.client import ServiceClient
from shared.plumbing.problems import refusals
from shared.schema.entries import DISTRICT_STREAM, RollTaken, school_stream
from shared.schema.statements import Comparison, CountedStudent, LawUsed, SchoolChange, Statement, StudentChange

router = APIRouter(tags=["statements"])
Key = tuple[str, int, str, str, str]


async def _roll(request: Request) -> ServiceClient:
    roll: ServiceClient = request.app.state.roll
    return roll


Roll = Annotated[ServiceClient, Depends(_roll)]


@router.get("/v1/statements/{statement_id}/comparison", responses=refusals(NoSuchStatement))
async def compare_statement(statement_id: StatementId, asking: WhoAsks, library: Library, roll: Roll) -> Comparison:
    """The statement against what is counted now, of the same schools and days.

    The entries come from roll, and are verified to continue the very hashes that the statement rests on.
    """
    asking.require_role(*READERS)
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        kept = await find_readable(connection, asking, statement_id)
        document = await statement_tables.find_document(connection, asking.district_id, statement_id)
        then = await asyncio.to_thread(Statement.model_validate_json, document or b"")
        places = await statement_tables.find_places(connection, asking.district_id, statement_id, then)
        besides = await said_since(connection, asking.district_id, kept.certified_at, kept.school_id)
    now = await _count_now(library, asking, then)
    changed = await asyncio.to_thread(changes, then.students, now.students)
    since, unknown = await _since(roll, asking.district_id, places, now, changed)
    rosters = await _rosters(library, asking.district_id, since)
    students = [_with_entries(change, then, since, rosters) for change in changed]
    spoken = {(school_stream(change.school_id), sequence) for change in students for sequence in change.entries}
    spoken |= {(DISTRICT_STREAM, sequence) for change in students for sequence in change.district_entries}
    schools = tuple(_schools(then, now.counts))
    return Comparison(
        statement_id=statement_id,
        digest=kept.digest,
        followed_through=now.built_through,
        unchanged=not students and not schools,
        law_then=then.law,
        law_now=now.law,
        schools=schools,
        students=tuple(students),
        entries=tuple(tell(one) for one in since if (one.stream, one.sequence) in spoken),
        entries_unknown=unknown,
        cannot_be_counted=tuple(said for count in now.counts for said in count.problems),
        besides=besides,
    )


@dataclass(frozen=True, slots=True)
class Now:
    """The same schools and days, counted now."""

    counts: Sequence[SchoolCount]
    built_through: dict[str, int]
    followed: dict[str, Followed]

    @property
    def students(self) -> list[CountedStudent]:
        return [row for count in self.counts for row in count.students]

    @property
    def law(self) -> tuple[LawUsed, ...]:
        used = {law.law: law for count in self.counts for law in count.law}
        return tuple(used[name] for name in sorted(used))


async def _count_now(library: SheetLibrary, asking: Asking, then: Statement) -> Now:
    async with library.view(asking, only=then.school_id) as view:
        counting = Counting(then.school_year, then.period, then.through, view.values, view.cases, view.lawbook)
        schools = list(view.schools.values())
        through = {name: place for name, place in view.followed_through.items() if _rests_on(then, name)}
        followed = await stream_tables.followed_streams(view.connection, asking.district_id)
    counts = await asyncio.to_thread(lambda: [count_school(one.facts, one.built, counting) for one in schools])
    return Now([count for count in counts if count.tracks], through, followed)


def _rests_on(then: Statement, stream: str) -> bool:
    return then.school_id is None or stream in (DISTRICT_STREAM, school_stream(then.school_id))


def changes(then: Iterable[CountedStudent], now: Iterable[CountedStudent]) -> list[StudentChange]:
    """Those whose days differ. Who was not counted then, or is not counted now, has null there."""
    before, after = ({_key(row): row.days for row in rows} for rows in (then, now))
    return [
        StudentChange(
            school_id=key[0], period=key[1], track_id=key[2], grade=key[3], student_id=key[4],
            then=before.get(key), now=after.get(key), entries=(), district_entries=(),
        )
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]  # fmt: skip


def _key(row: CountedStudent) -> Any:
    return row.school_id, row.period, row.track_id, row.grade, row.student_id


def _schools(then: Statement, counts: Sequence[SchoolCount]) -> Iterable[SchoolChange]:
    before = {(row.school_id, row.period): row for row in then.schools}
    after = {(row.school_id, row.period): row for count in counts for row in count.schools}
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield SchoolChange(school_id=key[0], period=key[1], then=before.get(key), now=after.get(key))


async def _since(
    roll: ServiceClient,
    district_id: str,
    places: dict[str, Followed],
    now: Now,
    changed: Sequence[StudentChange],
) -> tuple[list[Since], str | None]:
    """The entries of the streams in which something changed; or none, and why they cannot be told."""
    if not changed:
        return [], None
    streams = [DISTRICT_STREAM, *sorted({school_stream(change.school_id) for change in changed})]
    try:
        return [
            one
            for stream in streams
            for one in await entries_since(
                roll,
                district_id,
                places.get(stream, Followed(stream)),
                now.built_through.get(stream, 0),
                now.followed.get(stream, Followed(stream)).epoch,
            )
        ], None
    except (CannotTell, BrokenStream) as why:
        return [], str(why)


async def _rosters(library: SheetLibrary, district_id: str, since: Sequence[Since]) -> dict[str, Rosters]:
    """The rosters of the rolls among the entries, by stream."""
    wanted: dict[str, set[tuple[str, int]]] = {}
    for one in since:
        if isinstance(one.entry, RollTaken):
            wanted.setdefault(one.stream, set()).add((one.entry.section_id, one.entry.roster))
    rosters: dict[str, Rosters] = {}
    async with library.database.bare(district_id, readonly=True) as connection:
        for stream, places in wanted.items():
            school_id = stream.removeprefix("school.")
            known = await library.shelf.school(connection, district_id, school_id)
            found = await tables.find_rosters(connection, district_id, school_id, places)
            students = known.facts.students if known else ()
            rosters[stream] = {
                place: frozenset(students[number - 1] for number in numbers.tolist())
                for place, numbers in found.items()
            }
    return rosters


def _with_entries(
    change: StudentChange, then: Statement, since: Sequence[Since], rosters: dict[str, Rosters]
) -> StudentChange:
    stream = school_stream(change.school_id)
    begins_on, ends_before = _days(then, change)
    spoken: dict[str, list[int]] = {stream: [], DISTRICT_STREAM: []}
    for one in since:
        if one.stream in spoken:
            of = speaks_of(one.entry, begins_on, ends_before, rosters.get(one.stream, {}))
            if of is None or change.student_id in of:
                spoken[one.stream].append(one.sequence)
    return change.model_copy(
        update={"entries": tuple(spoken[stream]), "district_entries": tuple(spoken[DISTRICT_STREAM])}
    )


def _days(then: Statement, change: StudentChange) -> tuple[date, date]:
    """The days that the statement counts of her track; of all its days, when it did not know the track."""
    tracks = [
        row
        for row in then.tracks
        if (row.school_id, row.period, row.track_id) == (change.school_id, change.period, change.track_id)
    ] or then.tracks
    return min(row.begins_on for row in tracks), max(row.ends_before for row in tracks)
