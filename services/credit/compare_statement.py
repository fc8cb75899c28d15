"""What has changed since a statement was certified: school by school, student by student, and entry by entry."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from services.credit import statement_tables, stream_tables, tables
from services.credit.entries_since import CannotTell, Roll, entries_since
from services.credit.feed import BrokenStream, Followed
from services.credit.frozen_count import Counting, SchoolCount, count_school
from services.credit.read_statements import READERS, NoSuchStatement, StatementId, find_readable
from services.credit.said_since import said_since
from services.credit.sheet_library import Library, SheetLibrary
from services.credit.statement_changes import Change, Spoken, accounts, changes, spoken_of, told, written
from services.credit.statement_pieces import Piece
from services.credit.tell_entries import Rosters, Since, tell
from shared.plumbing.circumstances import Asking, WhoAsks
from shared.plumbing.client import ServiceClient
from shared.plumbing.problems import refusals
from shared.schema.entries import DISTRICT_STREAM, RollTaken, school_stream
from shared.schema.statements import Comparison, LawUsed, SchoolChange, Statement

router = APIRouter(tags=["statements"])


@router.get("/v1/statements/{statement_id}/comparison", response_model=Comparison, responses=refusals(NoSuchStatement))
async def compare_statement(statement_id: StatementId, asking: WhoAsks, library: Library, roll: Roll) -> Response:
    """The statement against what is counted now, of the same schools and days.

    The entries come from roll, and are verified to continue the very hashes that the statement rests on.
    """
    asking.require_role(*READERS)
    async with library.database.bare(asking.district_id, readonly=True) as connection:
        kept = await find_readable(connection, asking, statement_id)
        pieces = await statement_tables.find_pieces(connection, asking.district_id, statement_id)
        then = Statement.model_validate_json(pieces[0].text() + pieces[-1].text())
        places = await statement_tables.find_places(connection, asking.district_id, statement_id, then)
        besides = await said_since(connection, asking.district_id, kept.certified_at, kept.school_id)
    now = await _count_now(library, asking, then)
    changed = await asyncio.to_thread(_changes, pieces, now)
    since, unknown = await _since(roll, asking.district_id, places, now, changed)
    rosters = await _rosters(library, asking.district_id, since)
    spoken = await asyncio.to_thread(spoken_of, changed, then, since, rosters)
    schools = tuple(_schools(then, now.counts))
    comparison = Comparison(
        statement_id=statement_id,
        digest=kept.digest,
        followed_through=now.built_through,
        unchanged=not changed and not schools,
        law_then=then.law,
        law_now=now.law,
        schools=schools,
        accounts=tuple(accounts(changed, spoken)),
        students=(),
        entries=tuple(tell(since, _students_of(changed, spoken), rosters)),
        entries_unknown=unknown,
        cannot_be_counted=tuple(said for count in now.counts for said in count.problems),
        besides=besides,
    )
    return StreamingResponse(written(comparison, told(changed, spoken)), media_type="application/json")


def _changes(pieces: Sequence[Piece], now: "Now") -> list[Change]:
    """Only the schools whose rows have another digest are unpacked and read."""
    counted = {count.school_id: count for count in now.counts}
    then = {piece.school_id: piece for piece in pieces if piece.school_id}
    found: list[Change] = []
    for school_id in sorted(counted.keys() | then.keys()):
        count, piece = counted.get(school_id), then.get(school_id)
        text = b"" if count is None else count.text()
        if sha256(text).digest() != (sha256(b"").digest() if piece is None else piece.digest):
            found += changes(school_id, b"" if piece is None else piece.text(), count)
    return found


def _students_of(changed: Sequence[Change], spoken: Sequence[Spoken]) -> dict[tuple[str, int], set[str]]:
    """The students whose change each entry may explain."""
    students: dict[tuple[str, int], set[str]] = {}
    for change, (entries, district_entries) in zip(changed, spoken, strict=True):
        for stream, sequences in ((school_stream(change.school_id), entries), (DISTRICT_STREAM, district_entries)):
            for sequence in sequences:
                students.setdefault((stream, sequence), set()).add(change.key[3])
    return students


@dataclass(frozen=True, slots=True)
class Now:
    """The same schools and days, counted now."""

    counts: Sequence[SchoolCount]
    built_through: dict[str, int]
    followed: dict[str, Followed]

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
    changed: Sequence[Change],
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
                place: [students[number - 1] for number in numbers.tolist()] for place, numbers in found.items()
            }
    return rosters
