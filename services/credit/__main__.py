"""python -m services.credit: migrate, serve, rebuild, build, acknowledge, follow-anew."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import asyncpg
import typer

from services.credit.acknowledge_alarm import acknowledge
from services.credit.build_touched import Builder
from services.credit.follow_anew import follow_anew
from services.credit.lawbook import read_lawbook
from services.credit.read_school import SchoolShelf
from services.credit.rebuild import rebuild
from services.credit.settings import CreditSettings, DatabaseSettings, MigrationSettings
from shared.plumbing.database import Database
from shared.plumbing.migrate import upgrade
from shared.plumbing.service import read_settings, serve

T = TypeVar("T")
cli = typer.Typer(no_args_is_help=True, help="Credit: what the rolls come to, under each state's dated law.")


@cli.command("migrate")
def migrate_schema() -> None:
    """Bring credit's schema to its newest revision."""
    upgrade(Path(__file__).parent / "migrations", read_settings(MigrationSettings).migration_database_url, "credit")


@cli.command("serve")
def serve_requests() -> None:
    """Follow roll and serve requests until told to stop."""
    serve("services.credit.app:create", read_settings(CreditSettings))


District = Annotated[str, typer.Option(help="The district.")]
Wait = Annotated[
    int, typer.Option(min=1, max=3600, help="Seconds to wait for whoever follows or builds the district now.")
]
TRY_AGAIN = 75


@cli.command("rebuild")
def rebuild_sheets(
    district: District,
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many build at once.")] = os.cpu_count() or 1,
) -> None:
    """Build every sheet of a district again, and exit 1 if one was other than it should have been."""
    rebuilt = _with_database(lambda database: rebuild(database, district, processes))
    typer.echo(
        f"{rebuilt.school_days} sheets of {rebuilt.student_days} student-days built again in {rebuilt.seconds:.1f} s; "
        f"{len(rebuilt.differing)} school-days differed; digest {rebuilt.digest}"
    )
    for school_id, on in rebuilt.differing:
        typer.echo(f"  {school_id} {on}")
    raise typer.Exit(1 if rebuilt.differing else 0)


@cli.command("build")
def build_sheets(
    district: District,
    start_at: Annotated[float, typer.Option(min=0, max=1, help="Where among the schools: 0 the first.")] = 0,
) -> None:
    """Help to build what was touched: the schools that no other process is building. Ends when none is left."""
    built = _with_database(
        lambda database: Builder(
            database, district, read_lawbook(), start_at, SchoolShelf(1)
        ).build_everything_touched()
    )
    typer.echo(f"{built} school-days built")


@cli.command("acknowledge")
def acknowledge_alarm(
    district: District,
    stream: Annotated[str, typer.Option(help="The stream that stopped, as /v1/status names it.")],
    by: Annotated[str, typer.Option(help="Who has looked.")],
    note: Annotated[str, typer.Option(help="What was found, and what was mended.")],
    wait: Wait = 60,
) -> None:
    """Acknowledge an alarm: the stream is followed on. Whatever is still wrong stops it again. Exit 1 without one."""
    alarm = _with_database(lambda database: acknowledge(database, district, stream, by, note), wait)
    typer.echo(f"{stream}: acknowledged: {alarm}" if alarm else f"{stream} has no alarm")
    raise typer.Exit(0 if alarm else 1)


@cli.command("follow-anew")
def follow_district_anew(
    district: District,
    by: Annotated[str, typer.Option(help="Who asks for it.")],
    reason: Annotated[str, typer.Option(help="Why: which backup roll was restored from, and when.")],
    wait: Wait = 60,
) -> None:
    """Set aside what was followed of a district, and follow roll from the first entries. Exit 1 if nothing was."""
    streams = _with_database(lambda database: follow_anew(database, district, by, reason), wait)
    typer.echo(f"{district}: {streams} streams are followed from their first entries; see /v1/status")
    raise typer.Exit(0 if streams else 1)


def _with_database(work: Callable[[Database], Awaitable[T]], wait: int = 60) -> T:
    """A year of rolls is not written or deleted in a moment, and whoever follows or builds finishes first."""

    async def opened() -> T:
        url = read_settings(DatabaseSettings).database_url
        database = Database(url, "rollbook-credit-by-hand", connections=2, timeout=wait + 120)
        database.settings |= {"lock_timeout": f"{wait}s", "statement_timeout": f"{wait + 110}s"}
        await database.open()
        try:
            return await work(database)
        except asyncpg.LockNotAvailableError:
            typer.echo(
                f"Nothing was done: for {wait} seconds another process was following or building the district without "
                "a pause. Try again, give a longer --wait, or stop the service for that moment.",
                err=True,
            )
            raise typer.Exit(TRY_AGAIN) from None
        finally:
            await database.close()

    return asyncio.run(opened())


cli()
