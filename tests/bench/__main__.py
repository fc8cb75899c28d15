"""python -m tests.bench: measure, print the tables, write them as Markdown, JSON and a plot."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from tests.bench.credit_figures import measure_credit
from tests.bench.curve import Curve, curves_of, plot
from tests.bench.feed_figures import measure_feed
from tests.bench.figure import Figure
from tests.bench.roll_figures import measure_rolls
from tests.bench.roll_growth import measure_roll_growth
from tests.bench.start_figures import measure_starts
from tests.bench.system import started

cli = typer.Typer()
FIGURES = ("what", "measured", "baseline", "ratio", "floor", "")
CURVES = ("as the data grow", "sizes", "values", "against the first")
OF_RECORD = 20
SCHOOLS, ALL_SCHOOLS = (2, OF_RECORD), (2, OF_RECORD, 200, 640)
LEDGERS, ALL_LEDGERS = (1_000, 91_000), (1_000, 91_000, 991_000)  # the load itself adds nine thousand rolls


@cli.command()
def bench(
    *,
    out: Annotated[Path, typer.Option(help="Where bench.md, bench.json and growth.svg go.")] = Path(".rollbook/bench"),
    full: Annotated[bool, typer.Option(help="The large sizes too, up to LAUSD's year.")] = False,
) -> None:
    """Every figure as a ratio to its baseline in the same run, and how it changes as the data grow."""
    console = Console()
    figures, curves = uvloop.run(measure(console, full=full))  # the loop that the services run on
    tables = {FIGURES: [figure.cells() for figure in figures], CURVES: [curve.cells() for curve in curves]}
    for columns, rows in tables.items():
        table = Table(*columns)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.md").write_text("\n".join(as_markdown(columns, rows) for columns, rows in tables.items()))
    measured = {"figures": [each.as_json() for each in figures], "curves": [each.as_json() for each in curves]}
    (out / "bench.json").write_text(json.dumps(measured, indent=1))
    plot(curves, out / "growth.svg")
    console.print(f"Written to {out}: bench.md, bench.json and growth.svg")


async def measure(console: Console, *, full: bool) -> tuple[list[Figure], list[Curve]]:
    async with started() as system:
        figures = await measure_rolls(system, console)
        figures += await measure_feed(system, console)
    async with started() as system:
        curves = await measure_roll_growth(system, console, ALL_LEDGERS if full else LEDGERS)
    credit: dict[int, Sequence[Figure]] = {}
    for schools in ALL_SCHOOLS if full else SCHOOLS:
        async with started() as system:
            credit[schools * 1000] = await measure_credit(system, console, schools)
    figures += credit[OF_RECORD * 1000]
    figures += await measure_starts(console)
    return figures, curves + curves_of(credit, "students")


def as_markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (columns, ["---"] * len(columns), *rows)) + "\n"


cli()
