"""Keep what a selection must know of schools and credit does not: their level, their API, this year's enrollment."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import Field, NonNegativeInt, model_validator
from sqlmodel.ext.asyncio.session import AsyncSession

from services.program.concealment import Sight
from services.program.lawbook import LAW
from services.program.rights import READERS, sight_of
from services.program.rulebook import Level
from services.program.staff_plan import Place
from services.program.tables import SchoolFactsRow, add_all, lock_school_facts, newest_school_facts
from shared.plumbing.circumstances import Asking, Snapshot, Transaction, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema, ShortText
from shared.schema.refusals import Unprocessable

router = APIRouter(tags=["school facts"], route_class=BulkJSONRoute)
KEEPERS = ("coordinator", "district_office", "sis_client")


class SchoolRow(Schema):
    """One school. `api` as the state published it, a number or its text: what cannot be read is kept and reported.

    `enrollments` are the program year's by target grade; without one, last year's count of students stands in.
    """

    school_id: Id
    name: ShortText
    level: Level
    api: NonNegativeInt | ShortText | None = None
    enrollments: dict[ShortText, Annotated[int, Field(ge=0, le=100_000)]] = Field(default_factory=dict, max_length=10)
    place: Place | None = None


class SchoolRows(Schema):
    """Up to 10,000 schools, each named once."""

    rows: Annotated[tuple[SchoolRow, ...], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def a_school_is_named_once(self) -> Self:
        if len({row.school_id for row in self.rows}) != len(self.rows):
            raise ValueError("a school is named once")
        return self


class Kept(Schema):
    received: int
    changed: int
    unchanged: int


class KeptSchool(Schema):
    """An enrollment of fewer than 10 is None for others than the school itself and the coordinator."""

    school_id: Id
    version: int
    name: ShortText
    level: Level
    api: str | None
    enrollments: dict[str, int | None]
    place: Place | None
    kept_at: datetime
    kept_by: str


class KeptSchools(Schema):
    rows: tuple[KeptSchool, ...]


class NoSuchTarget(Unprocessable):
    """The law names no such target grade."""


TARGETS = {target.target for version in LAW.target_grades.root for target in version.targets}


@router.post("/v1/school-facts", responses=refusals(NoSuchTarget))
async def keep_school_facts(said: SchoolRows, asking: WhoAsks, session: Transaction) -> Kept:
    """Add schools, or new versions of them. Rows that say nothing new leave no trace."""
    asking.require_role(*KEEPERS)
    for number, row in enumerate(said.rows):
        if not row.enrollments.keys() <= TARGETS:
            raise NoSuchTarget("Name target grades as the law does.", f"/rows/{number}/enrollments")
    await lock_school_facts(session, asking.district_id)
    known = {row.school_id: row for row in await newest_school_facts(session, asking.district_id)}
    return await keep_rows(session, asking, said.rows, known)


async def keep_rows(
    session: AsyncSession, asking: Asking, rows: Sequence[SchoolRow], known: Mapping[str, SchoolFactsRow]
) -> Kept:
    """New versions of what differs from what is `known`. Call it under `lock_school_facts`."""
    changed = []
    for row in rows:
        earlier, facts = known.get(row.school_id), _facts(row)
        if earlier is not None and all(getattr(earlier, name) == value for name, value in facts.items()):
            continue
        version = 1 if earlier is None else earlier.version + 1
        changed.append(
            SchoolFactsRow(
                district_id=asking.district_id,
                school_id=row.school_id,
                version=version,
                kept_at=asking.at,
                kept_by=asking.principal.subject,
                **facts,
            ),
        )
    await add_all(session, changed)
    return Kept(received=len(rows), changed=len(changed), unchanged=len(rows) - len(changed))


def _facts(row: SchoolRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "level": row.level,
        "api": None if row.api is None else str(row.api),
        "enrollments": row.enrollments,
        "place": None if row.place is None else row.place.model_dump(),
    }


@router.get("/v1/school-facts", responses=refusals())
async def read_school_facts(asking: WhoAsks, session: Snapshot) -> KeptSchools:
    """Every school as it is known now, by school id."""
    asking.require_role(*READERS)
    rows = await newest_school_facts(session, asking.district_id)
    return KeptSchools(rows=tuple(_kept(row, sight_of(asking)) for row in rows))


def _kept(row: SchoolFactsRow, sight: Sight) -> KeptSchool:
    shown = {target: None if sight.hides(row.school_id, count) else count for target, count in row.enrollments.items()}
    return KeptSchool.model_validate(row.model_dump(exclude={"district_id"}) | {"enrollments": shown})
