"""python -m services.credit: migrate, serve, rebuild."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from services.credit.rebuild import Rebuilt, rebuild
from services.credit.settings import CreditSettings, MigrationSettings, RebuildSettings
from shared.plumbing.database import Database
from shared.plumbing.migrate import upgrade
from shared.plumbing.service import read_settings, serve

cli = typer.Typer(no_args_is_help=True, help="Credit: what the rolls come to, under each state's dated law.")


@cli.command("migrate")
def migrate_schema() -> None:
    """Bring credit's schema to its newest revision."""
    upgrade(Path(__file__).parent / "migrations", read_settings(MigrationSettings).migration_database_url, "credit")


@cli.command("serve")
def serve_requests() -> None:
    """Follow roll and serve requests until told to stop."""
    serve("services.credit.app:create", read_settings(CreditSettings))


@cli.command("rebuild")
def rebuild_sheets(district: Annotated[str, typer.Option(help="The district whose sheets are built again.")]) -> None:
    """Build every sheet of a district again, and exit 1 if one was other than it should have been."""
    began = time.perf_counter()
    rebuilt = asyncio.run(_rebuild(read_settings(RebuildSettings).database_url, district))
    seconds = time.perf_counter() - began
    typer.echo(
        f"{rebuilt.school_days} sheets of {rebuilt.student_days} student-days built again in {seconds:.1f} s; "
        f"{len(rebuilt.differing)} school-days differed; digest {rebuilt.digest}"
    )
    for school_id, on in rebuilt.differing:
        typer.echo(f"  {school_id} {on}")
    raise typer.Exit(1 if rebuilt.differing else 0)


async def _rebuild(url: str, district: str) -> Rebuilt:
    database = Database(url, "rollbook-credit-rebuild", connections=2, timeout=120)
    await database.open()
    try:
        return await rebuild(database, district)
    finally:
        await database.close()


cli()
