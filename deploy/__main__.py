"""`python -m deploy`: start Rollbook on this machine, or do one part of that. `make` has the short names."""

from collections.abc import Callable
from typing import Annotated

import httpx
import typer
import uvicorn
from rich.console import Console

from deploy.issuer import Issuer, issuer_app
from deploy.kept_secrets import CLIENTS, keep_secrets
from deploy.launch import ALL, Launch, migrated, running, until_told_to_stop
from deploy.places import HOST, Addresses, Home, Ports
from deploy.trouble import Trouble

cli = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
console = Console()

IssuerPort = Annotated[int, typer.Option(envvar="ISSUER_PORT", min=1, max=65535)]
RollPort = Annotated[int, typer.Option(envvar="ROLL_PORT", min=1, max=65535)]
CreditPort = Annotated[int, typer.Option(envvar="CREDIT_PORT", min=1, max=65535)]
ProgramPort = Annotated[int, typer.Option(envvar="PROGRAM_PORT", min=1, max=65535)]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(envvar="DATABASE_URL", help="An administrator's login to any PostgreSQL 15+, instead of our own."),
]
Size = Annotated[str, typer.Option(help="How large a district to demonstrate.")]


@cli.command()
def run(
    issuer_port: IssuerPort = 8000,
    roll_port: RollPort = 8001,
    credit_port: CreditPort = 8002,
    program_port: ProgramPort = 8003,
    database_url: DatabaseUrl = None,
    size: Size = "small",
) -> None:
    """Start everything, load and show the demonstration district, and serve until Ctrl-C."""
    launch = _launch(Ports(issuer_port, roll_port, credit_port, program_port), database_url)
    _in_a_sentence(lambda: until_told_to_stop(_demonstrate(launch, size, stay=True)))


@cli.command()
def demo(
    issuer_port: IssuerPort = 8000,
    roll_port: RollPort = 8001,
    credit_port: CreditPort = 8002,
    program_port: ProgramPort = 8003,
    database_url: DatabaseUrl = None,
    size: Size = "small",
) -> None:
    """The same, but stop when the results have been shown."""
    launch = _launch(Ports(issuer_port, roll_port, credit_port, program_port), database_url)
    _in_a_sentence(lambda: until_told_to_stop(_demonstrate(launch, size, stay=False)))


@cli.command()
def serve(
    issuer_port: IssuerPort = 8000,
    roll_port: RollPort = 8001,
    credit_port: CreditPort = 8002,
    program_port: ProgramPort = 8003,
    database_url: DatabaseUrl = None,
) -> None:
    """Start everything with the data there are, and serve until Ctrl-C."""
    launch = _launch(Ports(issuer_port, roll_port, credit_port, program_port), database_url)
    _in_a_sentence(lambda: until_told_to_stop(_serve(launch)))


@cli.command()
def migrate(database_url: DatabaseUrl = None) -> None:
    """Make the database, its logins and schemas, and bring their tables up to date."""
    _in_a_sentence(lambda: until_told_to_stop(migrated(_launch(Ports(), database_url))))


@cli.command()
def prepare_database(database_url: DatabaseUrl = None) -> None:
    """Make the database, its logins and schemas; the tables are the services' own business."""
    launch = _launch(Ports(), database_url)

    async def prepare() -> None:
        with launch.alone(), launch.database() as database:
            await launch.prepare(database)

    _in_a_sentence(lambda: until_told_to_stop(prepare()))


@cli.command()
def issuer(port: IssuerPort = 8000) -> None:
    """Serve the development issuer's keys and tokens, on the loopback only."""
    home = Home.here()
    secrets = keep_secrets(home.secrets)
    app = issuer_app(Issuer.at(home.issuer_key), {client: secrets[f"{client}_client_secret"] for client in CLIENTS})
    uvicorn.run(app, host=HOST, port=port, access_log=False, log_level="warning")


@cli.command()
def token(
    role: Annotated[str, typer.Option(help="For example teacher, attendance_clerk, auditor.")],
    subject: Annotated[str, typer.Option(help="The id of the person.")],
    district: Annotated[list[str], typer.Option(help="May be given several times.")],
    school: Annotated[list[str] | None, typer.Option(help="May be given several times.")] = None,
) -> None:
    """Print an access token, good for one hour, for trying the API by hand."""
    mint = Issuer.at(Home.here().issuer_key).mint
    _in_a_sentence(lambda: print(mint(role=role, subject=subject, districts=district, schools=school or ())))


@cli.command()
def status(
    issuer_port: IssuerPort = 8000,
    roll_port: RollPort = 8001,
    credit_port: CreditPort = 8002,
    program_port: ProgramPort = 8003,
) -> None:
    """Say which processes answer; exit code 1 when one does not."""
    addresses = Addresses.on(Ports(issuer_port, roll_port, credit_port, program_port))
    silent = False
    for name in ALL:
        url = f"{getattr(addresses, name)}/health/ready"
        try:
            answer = f"{httpx.get(url, timeout=2, trust_env=False).status_code}"
        except httpx.HTTPError as error:
            answer = str(error)
        silent |= answer != "200"
        console.print(f"{name:8} {url}  {'ready' if answer == '200' else answer}")
    raise typer.Exit(int(silent))


async def _demonstrate(launch: Launch, size: str, *, stay: bool) -> None:
    from deploy.demonstration import load_and_show  # noqa: PLC0415 - `token` must not pay for it

    async with running(launch) as processes:
        mint = Issuer.at(launch.home.issuer_key).mint
        await processes.while_alive(load_and_show(launch.addresses, mint, console, size))
        if stay:
            _say_where(launch)
            raise await processes.first_death()


async def _serve(launch: Launch) -> None:
    async with running(launch) as processes:
        _say_where(launch)
        raise await processes.first_death()


def _say_where(launch: Launch) -> None:
    for name in ALL[1:]:
        console.print(f"{name:8} {getattr(launch.addresses, name)}/docs")
    console.print("A token to try them with: make token ROLE=district_office DISTRICT=demo. Ctrl-C stops everything.")


def _launch(ports: Ports, database_url: str | None) -> Launch:
    return Launch(Home.here(), ports, database_url or None, console)


def _in_a_sentence(work: Callable[[], None]) -> None:
    try:
        work()
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    cli()
