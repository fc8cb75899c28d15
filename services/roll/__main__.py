"""python -m services.roll: migrate, serve, prove that streams are whole, import a roster, prune reads."""

from pathlib import Path

import typer

from services.roll import oneroster_command, proof_commands, prune_accesses
from services.roll.settings import MigrationSettings, RollSettings
from shared.plumbing.migrate import upgrade
from shared.plumbing.service import read_settings, serve

cli = typer.Typer(no_args_is_help=True, help="Roll: who was present, and who said so.")


@cli.command("migrate")
def migrate_schema() -> None:
    """Bring roll's schema to its newest revision."""
    upgrade(Path(__file__).parent / "migrations", read_settings(MigrationSettings).migration_database_url, "roll")


@cli.command("serve")
def serve_requests() -> None:
    """Serve requests until told to stop."""
    serve("services.roll.app:create", read_settings(RollSettings))


cli.add_typer(proof_commands.cli)
cli.add_typer(oneroster_command.cli)
cli.add_typer(prune_accesses.cli)
cli()
