"""On the command line: forget old reads by the school's own officials, if the district says so. By default none are.

34 CFR 99.32(a) wants every disclosure on record as long as the education record itself; (d) wants no record of reads by
school officials, which are kept here to show that they look at what they need (99.31(a)(1)(ii)), and may be pruned. The
database refuses to delete what anybody else has read (migration 0081).
"""

import asyncio
from datetime import timedelta
from typing import Annotated

import asyncpg
import typer

from services.roll.settings import RetentionSettings
from shared.plumbing.circumstances import system_clock
from shared.plumbing.database import NAME_DISTRICT
from shared.plumbing.service import read_settings

cli = typer.Typer()
OFFICIALS = ("teacher", "attendance_clerk", "principal", "counselor", "district_office")


@cli.command("prune-accesses")
def prune_accesses(
    district: Annotated[str, typer.Option(help="The district whose reads are meant.", envvar="ROLL_DISTRICT")],
) -> None:
    """Delete officials' reads older than ROLL_OFFICIAL_READS_DAYS, and no disclosure. Unset, the default: nothing."""
    settings = read_settings(RetentionSettings)
    if settings.official_reads_days is None:
        typer.echo("Nothing is pruned: ROLL_OFFICIAL_READS_DAYS is not set.")
        return
    pruned = asyncio.run(_prune(settings.migration_database_url, district, settings.official_reads_days))
    typer.echo(f"{pruned} reads by school officials, older than {settings.official_reads_days} days, were deleted.")


async def _prune(url: str, district_id: str, days: int) -> int:
    """As the role that owns the tables: the application's own may not delete what is on record."""
    connection = await asyncpg.connect(url, timeout=10, command_timeout=600)
    try:
        async with connection.transaction():
            await connection.execute(NAME_DISTRICT, district_id)
            done = await connection.execute(
                "DELETE FROM roll.access WHERE district_id = $1 AND at < $2 AND role = ANY ($3)",
                district_id, system_clock() - timedelta(days=days), OFFICIALS,
            )  # fmt: skip
    finally:
        await connection.close()
    return int(str(done).removeprefix("DELETE "))
