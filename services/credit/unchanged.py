"""Whether an answer would be what its caller has already: one tag over all that it can depend on (RFC 9110, 8.8.3).

An answer is made of what was folded of roll's streams, of what was built of that, of what people have set or given
here, of the law and the program, of the local day, and of who asks for what. Folds are known by the streams' places and
the schools' versions; what people say is only ever added, and known by its number. The tag is taken in the snapshot
that the answer would be made from, before anything of it is read.
"""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response

from services.credit.sheet_library import Library, SheetLibrary, View
from shared.plumbing.circumstances import Asking
from shared.schema import base

FOLDED = (
    "stream_cursor", "school_version", "touched", "fact", "student_number", "roster", "roll", "roll_month",
    "roll_times", "sheet", "lock_release", "law_used",
)  # fmt: skip
"""Made of the streams, and known by their places, by the schools' versions and by how many days are still touched."""
ADDED = (
    "law_case", "not_taken_setting", "minimum_time_setting", "texas_input", "truancy_act", "state_aid_bands",
    "course_credit_policy", "course_credit_action", "earlier_ada", "followed_anew",
)  # fmt: skip
"""Rows that nobody can change: so many of them are always the same ones."""
PLACES = """
    SELECT (SELECT array_agg((stream, epoch, sequence, hash, head, built, alarm)::text ORDER BY stream)
            FROM stream_cursor WHERE district_id = $1),
           (SELECT array_agg((school_id, facts, build)::text ORDER BY school_id)
            FROM school_version WHERE district_id = $1),
           (SELECT array_agg((school_id, days)::text ORDER BY school_id)
            FROM (SELECT school_id, count(*) AS days FROM touched WHERE district_id = $1 GROUP BY 1) AS waiting),
           (SELECT array_agg(DISTINCT f.row ->> 'time_zone') FROM school_version v JOIN fact f
            ON (f.district_id, f.school_id, f.collection, f.key) = (v.district_id, v.school_id, 'schools', v.school_id)
            WHERE v.district_id = $1)
"""
NUMBERS = "".join(f", (SELECT count(*) FROM {table} WHERE district_id = $1)" for table in ADDED)  # noqa: S608 - ours
UNLESS_UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The answer is what you have: the ETag that you named in If-None-Match."}
}


class Unchanged(Exception):
    """The caller has the answer. It is answered 304, under the same headers."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers


async def answer_unchanged(_: Request, unchanged: Exception) -> Response:
    assert isinstance(unchanged, Unchanged)
    return Response(status_code=304, headers=unchanged.headers)


@cache
def program() -> str:
    """The digest of the code that makes the answers: another program may say the same otherwise."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, Path(base.__file__).parent):
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class SheetsUnlessUnchanged:
    """A library that opens a view only for who does not have the answer yet, and tags the answer."""

    library: SheetLibrary
    request: Request
    response: Response

    @asynccontextmanager
    async def view(self, asking: Asking, only: str | None = None) -> AsyncIterator[View]:
        """As SheetLibrary's. Raises Unchanged."""

        async def unless_unchanged(connection: Any) -> None:
            headers = {
                "ETag": f'W/"{await self._tag(connection, asking)}"',
                "Cache-Control": "private, no-cache",
                "Vary": "Authorization, Rollbook-District",
            }
            if names(self.request.headers.get("if-none-match", ""), headers["ETag"]):
                raise Unchanged(headers)
            self.response.headers.update(headers)

        async with self.library.view(asking, only, unless_unchanged) as view:
            yield view

    async def _tag(self, connection: Any, asking: Asking) -> str:
        streams, schools, waiting, zones, *added = await connection.fetchrow(PLACES + NUMBERS, asking.district_id)
        days = {zone: str(asking.at.astimezone(ZoneInfo(zone)).date()) for zone in sorted(zones or ())}
        law = {name: file.digest for name, file in sorted(self.library.lawbook.items())}
        named, url = asking.principal.schools, self.request.url
        asker = asking.district_id, asking.principal.role, None if named is None else sorted(named)
        every = url.path, url.query, asker, days, law, program(), streams, schools, waiting, added
        return hashlib.sha256(json.dumps(every).encode()).hexdigest()[:32]


def names(if_none_match: str, tag: str) -> bool:
    """Whether the tag is among those that a caller has: compared weakly (RFC 9110, 13.1.2)."""
    had = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return "*" in had or tag.removeprefix("W/") in had


async def _unless_unchanged(library: Library, request: Request, response: Response) -> SheetsUnlessUnchanged:
    return SheetsUnlessUnchanged(library, request, response)


UnlessUnchanged = Annotated[SheetsUnlessUnchanged, Depends(_unless_unchanged)]
