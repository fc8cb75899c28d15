"""python -m services.program: migrate, serve."""

from pathlib import Path

import typer

from services.program.settings import MigrationSettings, ProgramSettings
from shared.plumbing.migrate import upgrade
from shared.plumbing.service import read_settings, serve

cli = typer.Typer(no_args_is_help=True, help="Program: which schools are served, by whom, and to what effect.")


@cli.command("migrate")
def migrate_schema() -> None:
    """Bring program's schema to its newest revision."""
    upgrade(Path(__file__).parent / "migrations", read_settings(MigrationSettings).migration_database_url, "program")


@cli.command("serve")
def serve_requests() -> None:
    """Serve requests until told to stop."""
    serve("services.program.app:create", read_settings(ProgramSettings))


cli()
