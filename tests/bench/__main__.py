"""python -m tests.bench: measure, print the table, write it as Markdown and JSON."""

import json
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.credit_figures import measure_credit
from tests.bench.figure import Figure
from tests.bench.roll_figures import measure_rolls
from tests.bench.system import started

cli = typer.Typer()


@cli.command()
def bench(
    out: Annotated[Path, typer.Option(help="Where bench.md and bench.json go.")] = Path(".rollbook/bench"),
    schools: Annotated[int, typer.Option(help="Schools of a thousand students, for credit's figures.")] = 20,
) -> None:
    """Every figure as a ratio to its baseline in the same run."""
    console = Console()
    figures = uvloop.run(measure(console, schools))  # the loop that the services run on
    table = Table(title="Figures of this run")
    for column in ("what", "measured", "baseline", "ratio", "floor", ""):
        table.add_column(column)
    for figure in figures:
        table.add_row(*figure.cells())
    console.print(table)
    out.mkdir(parents=True, exist_ok=True)
    lines = ["| what | measured | baseline | ratio | floor | |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(figure.cells()) + " |" for figure in figures]
    (out / "bench.md").write_text("\n".join(lines) + "\n")
    (out / "bench.json").write_text(json.dumps([figure.as_json() for figure in figures], indent=1))
    console.print(f"Written to {out}/bench.md and bench.json")


async def measure(console: Console, schools: int) -> list[Figure]:
    async with started() as system:
        return await measure_rolls(system, console) + await measure_credit(system, console, schools)


cli()
