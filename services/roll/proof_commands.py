"""On the command line: what proves that streams are whole. A district is always named: no login sees all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.roll.settings import ProofSettings
from services.roll.verification import Chain
from services.roll.verify_stream import verify
from shared.plumbing.database import NAME_DISTRICT
from shared.plumbing.service import read_settings
from shared.schema.proof import StreamVerification
from shared.schema.refusals import Refusal

cli = typer.Typer()
District = Annotated[str, typer.Option(help="The district whose streams are meant.", envvar="ROLL_DISTRICT")]
Told = Callable[[int, int], None]


@cli.command("verify")
def verify_streams(
    district: District,
    stream: Annotated[list[str] | None, typer.Option(help="May be given several times; without it, all.")] = None,
) -> None:
    """Read streams again from their beginning: chain, form, and whether what stands is what they say. Exit 1 if not."""
    found = _run(_verify_all(district, stream))
    for each in found:
        if each.fault is None:
            typer.echo(f"{each.stream}: {each.verified} entries are whole, head {each.hash}, standing {each.standing}")
        else:
            typer.echo(f"{each.stream}: entry {each.fault.sequence}: {each.fault.detail}")
    if any(each.fault for each in found):
        raise typer.Exit(1)


async def _verify_all(district_id: str, named: list[str] | None) -> list[StreamVerification]:
    async with _reading(district_id) as connection:
        rows = await connection.fetch(
            "SELECT stream FROM roll.stream_head WHERE district_id = $1 ORDER BY stream", district_id
        )
        streams = named or [row["stream"] for row in rows]
        if not streams:
            raise Refusal("The district has no streams.")
        with _progress() as bar:
            return [
                await verify(connection, Chain(district_id, stream), progress=_told(bar, stream)) for stream in streams
            ]


@asynccontextmanager
async def _reading(district_id: str) -> AsyncIterator[Any]:
    """One snapshot of the district for the whole of a reading."""
    connection = await asyncpg.connect(read_settings(ProofSettings).database_url, timeout=10, command_timeout=60)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(NAME_DISTRICT, district_id)
            yield connection
    finally:
        await connection.close()


def _run(work: Any) -> Any:
    """Do the work, or say in a sentence why not and exit 1."""
    try:
        return asyncio.run(work)
    except (Refusal, OSError, asyncpg.PostgresError) as failure:
        typer.echo(str(failure) or type(failure).__name__, err=True)
        raise typer.Exit(1) from None


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True))


def _told(bar: Progress, stream: str) -> Told:
    task = bar.add_task(stream, total=None)
    return lambda sequence, head: bar.update(task, completed=sequence, total=head)
