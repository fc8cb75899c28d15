"""On the command line: send a OneRoster package to a running roll, watch it, and print what it came to."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

cli = typer.Typer()
LOOK_AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 1800


@cli.command("import-oneroster")
def import_oneroster(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    district: Annotated[str, typer.Option(envvar="ROLL_DISTRICT")],
    token: Annotated[str, typer.Option(envvar="ROLL_TOKEN", help="Of a sis_client or the district office.")],
    url: Annotated[str, typer.Option(help="Where roll serves.")] = "http://127.0.0.1:8001",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of POST /v1/oneroster: period_id=01, dry_run=true.")
    ] = None,
) -> None:
    """Import a roster, with progress. Exit 1 when it was not applied, unless it was a dry run."""
    named = dict(pair.partition("=")[::2] for pair in set_ or [])
    headers = {"Authorization": f"Bearer {token}", "Rollbook-District": district}
    answer = asyncio.run(_send(file, url, headers, named | {"import_id": str(uuid4())}))
    if answer.status_code != 200:
        typer.echo(f"{answer.status_code}: {_told(answer)}", err=True)
        raise typer.Exit(1)
    report = answer.json()
    _show(report)
    if not report["applied"] and named.get("dry_run") != "true":
        raise typer.Exit(1)


async def _send(file: Path, url: str, headers: dict[str, str], parameters: dict[str, str]) -> httpx.Response:
    package = await asyncio.to_thread(file.read_bytes)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=PATIENCE_SECONDS) as http:
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("reading", total=None)
            sending = asyncio.create_task(
                http.post(
                    "/v1/oneroster", params=parameters, content=package, headers={"Content-Type": "application/zip"}
                )
            )
            while not (await asyncio.wait([sending], timeout=LOOK_AGAIN_SECONDS))[0]:
                known = await http.get(f"/v1/imports/{parameters['import_id']}")
                if known.status_code == 200:
                    come = known.json()
                    bar.update(task, description="keeping", completed=come["done"], total=come["total"])
            return sending.result()


def _told(answer: httpx.Response) -> str:
    problem: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    return f"{problem.get('title', 'the answer cannot be read')} {problem.get('detail', '')}".strip()


def _show(report: dict[str, Any]) -> None:
    console = Console()
    table = Table("rows", "new", "changed", "unchanged", "ended")
    for collection, counts in report["counts"].items():
        table.add_row(collection, *(str(counts[name]) for name in ("new", "changed", "unchanged", "ended")))
    console.print(table)
    for why, count in report["ignored"].items():
        console.print(f"ignored: {count} {why}")
    for refused in report["refused"]:
        console.print(f"refused: {refused['file']}, row {refused['row']}, {refused['column']}: {refused['detail']}")
    if report["refused_count"] > len(report["refused"]):
        console.print(f"refused: {report['refused_count'] - len(report['refused'])} more")
    console.print("applied" if report["applied"] else "nothing was changed")
