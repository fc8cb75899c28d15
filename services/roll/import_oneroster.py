"""Import a roster as OneRoster 1.2 CSV: measured, read, held against what is here, and then kept in small steps.

Nothing is written before the whole package has been read. Then each step is a transaction of its own, so that no
teacher waits for an import; whoever is cut off sends the package again, since what was kept says nothing new.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from starlette.requests import ClientDisconnect

from services.roll.keep_roster import KEEPERS
from services.roll.oneroster_package import NotAPackage, Package
from services.roll.oneroster_plan import Plan, chunks, plan, told
from services.roll.oneroster_reading import READ, Reading
from services.roll.oneroster_rows import Here
from services.roll.roster_collections import ROSTER
from services.roll.row_checks import check_rows
from services.roll.row_intake import Intake
from services.roll.stored_rows import stored_rows
from services.roll.writing_roster import write_rows
from shared.plumbing.circumstances import Asking, BareTransaction, Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.problems import refusals
from shared.schema.base import Id, Schema, ShortText
from shared.schema.oneroster import FileRefusal, ImportDefaults, ImportProgress, ImportReport
from shared.schema.refusals import Conflict, Malformed, NotFound, TooLarge, UnsupportedMediaType
from shared.schema.roster import Day, Jurisdiction, RollMode, SchoolYear

router = APIRouter(tags=["roster"])
MOST_BYTES = 50 * 1024 * 1024
ROWS_A_STEP = 1000
MOST_TOLD = 1000
MOST_REMOVED = 5, 100
"""A bulk file that ends more than five of a hundred rows is more often short than right."""


class TooManyRemovals(Conflict):
    """The package would end more than 5 % of what is here, or all that a school has."""


class NoSuchImport(NotFound):
    """Nobody has sent an import of this id."""


class ImportIdReused(Conflict):
    """This id already names another import."""


async def _defaults(
    jurisdiction: Annotated[Jurisdiction | None, Query()] = None,
    time_zone: Annotated[ShortText | None, Query()] = None,
    roll_mode: Annotated[RollMode, Query()] = RollMode.EVERY_PERIOD,
    track_id: Annotated[Id, Query()] = "main",
    school_year: Annotated[SchoolYear | None, Query()] = None,
    begins_on: Annotated[Day | None, Query()] = None,
    ends_before: Annotated[Day | None, Query()] = None,
    period_id: Annotated[Id | None, Query()] = None,
) -> ImportDefaults:
    return ImportDefaults(
        jurisdiction=jurisdiction, time_zone=time_zone, roll_mode=roll_mode, track_id=track_id,
        school_year=school_year, begins_on=begins_on, ends_before=ends_before, period_id=period_id,
    )  # fmt: skip


@router.post(
    "/v1/oneroster",
    responses=refusals(NotAPackage, TooManyRemovals, TooLarge, UnsupportedMediaType, ImportIdReused),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def import_oneroster(
    import_id: Annotated[
        UUID, Query(description="Made by the sender: GET /v1/imports/{import_id} tells how far it is.")
    ],
    request: Request,
    asking: WhoAsks,
    database: Storage,
    defaults: Annotated[ImportDefaults, Depends(_defaults)],
    dry_run: Annotated[bool, Query(description="Say what would change, and change nothing.")] = False,
    approve_removals: Annotated[bool, Query(description="Yes, more than 5 % of the enrollments end.")] = False,
    keep_good: Annotated[bool, Query(description="Keep the good rows although others are refused.")] = False,
) -> ImportReport:
    """Read a package, and keep what it says. When rows are refused nothing is kept, unless `keep_good`."""
    asking.require_role(*KEEPERS)
    with tempfile.TemporaryDirectory(prefix="rollbook-import-") as directory:
        path = Path(directory) / "package.zip"
        await _receive(request, path)
        here, today = await _here(database, asking, defaults)
        reading = Reading(here, defaults, today)
        made, files = await asyncio.to_thread(_read, path, reading)
    warnings = await _check(database, asking, reading, made)
    applies = not dry_run and (keep_good or not reading.refused)
    if applies and not approve_removals:
        _refuse_removals(made)
    if not dry_run:
        await _began(database, asking, import_id, made.total if applies else 0)
    if applies:
        await _apply(database, asking, import_id, made)
    if not dry_run:
        await _moved(database, asking, import_id, 0, "finished" if applies else "refused")
    return ImportReport(
        import_id=import_id,
        applied=applies,
        files=files,
        counts=made.counts,
        ignored=dict(reading.ignored),
        refused_count=len(reading.refused),
        refused=tuple(reading.refused[:MOST_TOLD]),
        warned_count=len(warnings),
        warnings=tuple(warnings[:MOST_TOLD]),
    )


@router.get("/v1/imports/{import_id}", responses=refusals(NoSuchImport))
async def read_import(import_id: UUID, asking: WhoAsks, connection: BareTransaction) -> ImportProgress:
    """How many rows of an import have been kept so far, of how many."""
    asking.require_role(*KEEPERS)
    row = await connection.fetchrow(
        "SELECT state, done, total, updated_at FROM roll.roster_import WHERE district_id = $1 AND import_id = $2",
        asking.district_id, import_id,
    )  # fmt: skip
    if row is None:
        raise NoSuchImport("It is known once its package has been read; a dry run never is.")
    moment = row["updated_at"].isoformat()
    return ImportProgress(**{**row, "import_id": import_id, "updated_at": moment})


async def _receive(request: Request, path: Path) -> None:
    """The body in a file. Raises UnsupportedMediaType, TooLarge, Malformed."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/zip" or "content-encoding" in request.headers:
        raise UnsupportedMediaType("Send Content-Type: application/zip, not compressed again.")
    length = request.headers.get("content-length", "0")
    size = int(length) if length.isdigit() else 0
    with path.open("wb") as file:
        if size > MOST_BYTES:
            raise TooLarge(f"Send at most {MOST_BYTES // 1024 // 1024} MiB.")
        size = 0
        try:
            async for part in request.stream():
                size += len(part)
                if size > MOST_BYTES:
                    raise TooLarge(f"Send at most {MOST_BYTES // 1024 // 1024} MiB.")
                file.write(part)
        except ClientDisconnect:
            raise Malformed("The package did not arrive whole and in time.") from None


async def _here(database: Database, asking: Asking, defaults: ImportDefaults) -> tuple[Here, Any]:
    """The district's roster in one snapshot, and which day it is there."""
    rows: dict[str, dict[Any, Any]] = {}
    async with database.bare(asking.district_id, isolation="repeatable_read", readonly=True) as connection:
        for name, kind in ROSTER.items():
            if name not in ("calendar_days", "bell_periods", "attendance_codes", "reporting_periods"):
                rows[name] = await stored_rows(connection, asking.district_id, kind.table, kind.row)
    zone = next((school.time_zone for school in rows["schools"].values()), defaults.time_zone or "UTC")
    try:
        today = asking.at.astimezone(ZoneInfo(zone)).date()
    except (KeyError, ValueError):
        raise NotAPackage("time_zone must be one of the tz database, such as America/Chicago.") from None
    return Here(rows, today), today


def _read(path: Path, reading: Reading) -> tuple[Plan, dict[str, int]]:
    """What the package would do, and the rows of each of its files. Raises NotAPackage."""
    with Package(path) as package:
        files = dict.fromkeys((f"{file}.csv" for file in package.modes), 0)

        def counted(file: str) -> Any:
            for line in package.lines(file):
                files[f"{file}.csv"] += 1
                yield line

        reading.read(counted)
        said = {file: mode for file, mode in package.modes.items() if files[f"{file}.csv"] or file not in READ}
        reading.ignored["files without a row, taken as absent"] += len(package.modes) - len(said)
        kinds: dict[str, type[Schema]] = {name: kind.row for name, kind in ROSTER.items()}
        return plan(reading, kinds, said), files


def _refuse_removals(made: Plan) -> None:
    """Raises TooManyRemovals."""
    most, of = MOST_REMOVED
    many = [
        f"{count} of {made.standing[name]} {name.replace('_', ' ')}"
        for name, count in made.removed.items()
        if count * of > made.standing[name] * most
    ]
    if many or made.emptied:
        said = ", ".join([*many, *(f"all of the school {school_id}" for school_id in sorted(made.emptied))][:10])
        raise TooManyRemovals(f"Would end: {said}. If that is right, send approve_removals=true.")


async def _check(database: Database, asking: Asking, reading: Reading, made: Plan) -> list[FileRefusal]:
    """Hold the plan against what is here, as rows that are sent by themselves are; what is refused leaves the plan."""
    warnings = []
    async with database.snapshot(asking.district_id) as session:
        for name, writes in made.writes.items():
            intake = Intake(len(writes), dict(enumerate(row for _, row in writes)))
            before = reading.here.rows.get(name, {})
            await check_rows(session, asking, ROSTER[name], intake, dict(intake.rows), before)
            for said in intake.refused:
                reading.refused.append(told(name, writes[said.number][0], said))
            warnings += [told(name, writes[said.number][0], said) for said in intake.warned]
            made.writes[name] = [write for number, write in enumerate(writes) if number in intake.rows]
    return warnings


async def _apply(database: Database, asking: Asking, import_id: UUID, made: Plan) -> None:
    for name, writes in made.writes.items():
        for step in chunks([row for _, row in writes], ROWS_A_STEP):
            async with database.transaction(asking.district_id) as session:
                await write_rows(session, asking, ROSTER[name], step)
            await _moved(database, asking, import_id, len(step), "running")


async def _began(database: Database, asking: Asking, import_id: UUID, total: int) -> None:
    async with database.bare(asking.district_id) as connection:
        began = await connection.fetchval(
            "INSERT INTO roll.roster_import (district_id, import_id, state, done, total, updated_at) "
            "VALUES ($1, $2, 'running', 0, $3, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING true",
            asking.district_id, import_id, total,
        )  # fmt: skip
    if not began:
        raise ImportIdReused("Make a new id for every import; to send a package again is a new import.")


async def _moved(database: Database, asking: Asking, import_id: UUID, rows: int, state: str) -> None:
    async with database.bare(asking.district_id) as connection:
        await connection.execute(
            "UPDATE roll.roster_import SET done = done + $3, state = $4, updated_at = clock_timestamp() "
            "WHERE district_id = $1 AND import_id = $2",
            asking.district_id, import_id, rows, state,
        )  # fmt: skip
