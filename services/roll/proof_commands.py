"""On the command line: what proves that streams are whole. A district is always named: no login sees all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.roll.checkpoint import Checkpoint, Signer, Verifier, make_key, origin
from services.roll.export_stream import export, find_head
from services.roll.settings import ProofSettings
from services.roll.sign_checkpoint import sign_head
from services.roll.verification import Chain
from services.roll.verify_stream import verify
from shared.plumbing.circumstances import system_clock
from shared.plumbing.database import NAME_DISTRICT, Database
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
    against: Annotated[
        Path | None, typer.Option(help="A checkpoint kept elsewhere: its stream must extend it.")
    ] = None,
    verifier: Annotated[str, typer.Option(help="The key that signed it, as name+id+key; else our own.")] = "",
) -> None:
    """Read streams again from their beginning: chain, form, and whether what stands is what they say. Exit 1 if not."""
    found = _run(_verify_all(district, stream, against, verifier))
    for each in found:
        if each.fault is None:
            typer.echo(f"{each.stream}: {each.verified} entries are whole, head {each.hash}, standing {each.standing}")
        else:
            typer.echo(f"{each.stream}: entry {each.fault.sequence}: {each.fault.detail}")
    if any(each.fault for each in found):
        raise typer.Exit(1)


@cli.command("export")
def export_to_file(
    district: District,
    stream: Annotated[str, typer.Option()],
    out: Annotated[Path, typer.Option(help="Written whole or not at all.")],
) -> None:
    """Write a stream to a file that docs/verify_export.py can check without us."""
    _run(_export(district, stream, out))


@cli.command("checkpoint-key")
def make_checkpoint_key(
    out: Annotated[Path, typer.Option(help="Where ROLL_CHECKPOINT_KEY will point. Never overwritten.")],
    name: Annotated[str, typer.Option(envvar="ROLL_CHECKPOINT_NAME", help="How others know the key.")] = "rollbook",
) -> None:
    """Make the key that signs checkpoints, and print its public half, which verifies them."""
    try:
        make_key(out)
    except OSError as failure:
        typer.echo(f"{out}: {failure.strerror}", err=True)
        raise typer.Exit(1) from None
    typer.echo(Signer.read(name, out).verifier)


@cli.command("checkpoint")
def sign_checkpoint(district: District, stream: Annotated[str, typer.Option()]) -> None:
    """Print a signed note of a stream's head. Keep it where nobody who keeps the database can reach."""
    typer.echo(_run(_sign(district, stream)), nl=False)


async def _verify_all(
    district_id: str, named: list[str] | None, against: Path | None, verifier: str
) -> list[StreamVerification]:
    witness = None if against is None else _witness(district_id, against, verifier)
    async with _connected(district_id, isolation="repeatable_read", readonly=True) as connection:
        rows = await connection.fetch(
            "SELECT stream FROM roll.stream_head WHERE district_id = $1 ORDER BY stream", district_id
        )
        streams = [witness[0]] if witness else named or [row["stream"] for row in rows]
        if not streams:
            raise Refusal("The district has no streams.")
        found = []
        with _progress() as bar:
            for stream in streams:
                chain = Chain(district_id, stream)
                chain.witnessed = (witness[1].size, witness[1].hash) if witness else None
                found.append(await verify(connection, chain, progress=_told(bar, stream)))
    return found


def _witness(district_id: str, note: Path, verifier: str) -> tuple[str, Checkpoint]:
    """The stream that a checkpoint speaks of, and what it says. Raises ValueError."""
    signer = read_settings(ProofSettings).signer
    if not verifier and signer is None:
        raise ValueError("Say which key signed it: --verifier, or ROLL_CHECKPOINT_KEY.")
    key = Verifier.parse(verifier) if verifier else signer.verifier if signer else None
    assert key is not None
    said = key.read(note.read_text(encoding="utf-8"))
    stream = said.origin.removeprefix(origin(key.name, district_id, ""))
    if stream == said.origin:
        raise ValueError("The checkpoint is of another district.")
    return stream, said


async def _export(district_id: str, stream: str, out: Path) -> None:
    partial = out.with_name(f"{out.name}.part")
    database = Database(read_settings(ProofSettings).database_url, "rollbook-export", connections=1)
    await database.open()
    try:
        head, hash_ = await find_head(database, district_id, stream)
        with partial.open("w", encoding="utf-8", newline="\n") as file, _progress() as bar:
            told = _told(bar, stream)
            async for sequence, lines in export(database, district_id, stream, head, hash_):
                file.write(lines)
                told(sequence, head)
        partial.replace(out)
    finally:
        await database.close()


async def _sign(district_id: str, stream: str) -> str:
    signer = read_settings(ProofSettings).signer
    if signer is None:
        raise ValueError("Set ROLL_CHECKPOINT_KEY to a key made by `checkpoint-key`.")
    async with _connected(district_id) as connection:
        return await sign_head(connection, signer, district_id, stream, system_clock())


@asynccontextmanager
async def _connected(district_id: str, **options: Any) -> AsyncIterator[Any]:
    """One transaction of the district; with `isolation` and `readonly`, one snapshot for the whole of a reading."""
    connection = await asyncpg.connect(read_settings(ProofSettings).database_url, timeout=10, command_timeout=60)
    try:
        async with connection.transaction(**options):
            await connection.execute(NAME_DISTRICT, district_id)
            yield connection
    finally:
        await connection.close()


def _run(work: Any) -> Any:
    """Do the work, or say in a sentence why not and exit 1."""
    try:
        return asyncio.run(work)
    except (Refusal, OSError, ValueError, asyncpg.PostgresError) as failure:
        typer.echo(str(failure) or type(failure).__name__, err=True)
        raise typer.Exit(1) from None


def _progress() -> Progress:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=Console(stderr=True))


def _told(bar: Progress, stream: str) -> Told:
    task = bar.add_task(stream, total=None)
    return lambda sequence, head: bar.update(task, completed=sequence, total=head)
