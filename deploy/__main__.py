"""Start Rollbook on this machine, or do one part of that. `make` has short names for most of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import httpx
import typer
import uvicorn
from rich.console import Console

from deploy.issuer import Issuer, issuer_app
from deploy.kept_secrets import CLIENTS, SERVICES, keep_secrets
from deploy.launch import ALL, Launch, migrated, prepared, running, until_told_to_stop
from deploy.places import CHECKOUT, HOST, Home, Ports
from deploy.trouble import Trouble

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def speaking(*, on_stderr: bool = False) -> Console:
    """A console that does not squeeze tables into 80 columns when nobody's terminal sets the width."""
    console = Console(stderr=on_stderr)
    return console if console.is_terminal else Console(stderr=on_stderr, width=132)


console = speaking()
GRAND_BEND = CHECKOUT / "../shared/data/grand-bend"

Size = Annotated[str, typer.Option(envvar="SIZE", help="How large a district to demonstrate.")]


@cli.callback(help=__doc__)
def settle(
    context: typer.Context,
    *,
    database_url: Annotated[
        str, typer.Option(envvar="DATABASE_URL", help="Administrator's login to a PostgreSQL 15+; else our own.")
    ] = "",
    issuer_port: Annotated[int, typer.Option(envvar="ISSUER_PORT", min=1, max=65535)] = 8000,
    roll_port: Annotated[int, typer.Option(envvar="ROLL_PORT", min=1, max=65535)] = 8001,
    credit_port: Annotated[int, typer.Option(envvar="CREDIT_PORT", min=1, max=65535)] = 8002,
    program_port: Annotated[int, typer.Option(envvar="PROGRAM_PORT", min=1, max=65535)] = 8003,
    districts: Annotated[
        str, typer.Option(envvar="DISTRICTS", help="Ids of the districts to follow, with commas between.")
    ] = "demo",
) -> None:
    ports = Ports(issuer_port, roll_port, credit_port, program_port)
    context.obj = Launch(Home.here(), ports, database_url or None, tuple(districts.replace(",", " ").split()), console)


@cli.command()
def run(context: typer.Context, size: Size = "small") -> None:
    """Start everything, load and show the demonstration district, and serve until Ctrl-C."""
    _in_a_sentence(lambda: until_told_to_stop(_demonstrate(context.obj, size, stay=True)))


@cli.command()
def demo(context: typer.Context, size: Size = "small") -> None:
    """The same, but stop when the results have been shown."""
    _in_a_sentence(lambda: until_told_to_stop(_demonstrate(context.obj, size, stay=False)))


@cli.command()
def serve(context: typer.Context) -> None:
    """Start everything on the data that are there, and serve until Ctrl-C."""
    _in_a_sentence(lambda: until_told_to_stop(_serve(context.obj)))


@cli.command()
def grand_bend(
    context: typer.Context,
    data: Annotated[Path, typer.Option(help="The folder of the district's CSV files.")] = GRAND_BEND,
    marks: Annotated[Path | None, typer.Option(help="Its absence marks; else section_attendance_events.csv.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the JSON rows; else standard output.")] = None,
) -> None:
    """Replay a published Texas district through the running system, and write its ADA by six-weeks."""
    marks = marks or data / "section_attendance_events.csv"
    _in_a_sentence(lambda: until_told_to_stop(_replay(context.obj, data, marks, out)))


@cli.command()
def prepare_database(context: typer.Context) -> None:
    """Make the database, its schemas and logins; the tables are the services' own business."""
    _in_a_sentence(lambda: until_told_to_stop(prepared(context.obj)))


@cli.command()
def migrate(context: typer.Context) -> None:
    """The same, and then bring each service's tables up to date."""
    _in_a_sentence(lambda: until_told_to_stop(migrated(context.obj)))


@cli.command()
def issuer(context: typer.Context) -> None:
    """Serve the development issuer's keys and tokens, on the loopback only."""
    launch: Launch = context.obj
    secrets = keep_secrets(launch.home.secrets)
    clients = {client: secrets[f"{client}_client_secret"] for client in CLIENTS}
    app = issuer_app(Issuer.at(launch.home.issuer_key), clients, launch.districts)
    uvicorn.run(app, host=HOST, port=launch.ports.issuer, access_log=False, log_level="warning")


@cli.command()
def token(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="For example teacher, attendance_clerk, auditor.")],
    subject: Annotated[str, typer.Option(help="The id of the person.")],
    district: Annotated[list[str], typer.Option(help="May be given several times.")],
    school: Annotated[list[str] | None, typer.Option(help="May be given several times; without it, all.")] = None,
) -> None:
    """Print an access token, good for one hour, for trying the API by hand."""

    def mint() -> None:
        issuer = Issuer.at(context.obj.home.issuer_key)
        typer.echo(issuer.mint(role=role, subject=subject, districts=district, schools=school))

    _in_a_sentence(mint)


@cli.command()
def status(context: typer.Context) -> None:
    """Say which processes answer; exit code 1 when one does not."""
    silent = False
    for name in ALL:
        url = f"{getattr(context.obj.addresses, name)}/health/ready"
        try:
            code = httpx.get(url, timeout=2, trust_env=False).status_code
            answer = "ready" if code == httpx.codes.OK else f"answers {code}"
        except httpx.HTTPError:
            answer = "does not answer"
        silent |= answer != "ready"
        typer.echo(f"{name:8} {url} {answer}")
    raise typer.Exit(int(silent))


async def _demonstrate(launch: Launch, size: str, *, stay: bool) -> None:
    from deploy.demonstration import district_of, load_and_show  # noqa: PLC0415 - no other command waits for it

    launch = launch.following(district_of(size))
    async with running(launch) as processes:
        mint = Issuer.at(launch.home.issuer_key).mint
        await processes.while_alive(load_and_show(launch.addresses, mint, console, size))
        if stay:
            _say_where(launch)
            raise await processes.first_death()


async def _replay(launch: Launch, data: Path, marks: Path, out: Path | None) -> None:
    from deploy.grand_bend import Folder, replay  # noqa: PLC0415 - as above

    folder = Folder.read(data, marks)
    said = speaking(on_stderr=out is None)  # so that standard output has nothing but the answer
    launch = replace(launch.following(folder.district_id), console=said)
    async with running(launch) as processes:
        mint = Issuer.at(launch.home.issuer_key).mint
        await processes.while_alive(replay(launch.addresses, mint, said, folder, out))


async def _serve(launch: Launch) -> None:
    async with running(launch) as processes:
        _say_where(launch)
        raise await processes.first_death()


def _say_where(launch: Launch) -> None:
    for service in SERVICES:
        typer.echo(f"{service:8} {getattr(launch.addresses, service)}   (its API: /openapi.json)")
    typer.echo(f"Tokens: make token ROLE=district_office DISTRICT={launch.districts[0]}   Logs: {launch.home.logs}")
    typer.echo("Serving until Ctrl-C.")


def _in_a_sentence(work: Callable[[], None]) -> None:
    try:
        work()
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    cli()
