"""What roll must be told, from the environment: ROLL_DATABASE_URL and so on."""

from typing import Annotated, Self

from pydantic import Field, FilePath, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.roll.checkpoint import Signer
from shared.plumbing.service import ServiceSettings


class CheckpointSettings(BaseSettings):
    """Who signs checkpoints: an Ed25519 private key in PEM, and the name by which others know it."""

    checkpoint_key: FilePath | None = None
    checkpoint_name: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z._/-]{0,80}$")] = "rollbook"

    @property
    def signer(self) -> Signer | None:
        return None if self.checkpoint_key is None else Signer.read(self.checkpoint_name, self.checkpoint_key)

    @model_validator(mode="after")
    def _the_key_can_be_read(self) -> Self:
        try:
            _ = self.signer
        except (OSError, ValueError) as unreadable:
            raise ValueError("CHECKPOINT_KEY must be the path of an Ed25519 private key in PEM") from unreadable
        return self


class RollSettings(ServiceSettings, CheckpointSettings):
    model_config = SettingsConfigDict(env_prefix="ROLL_")

    port: int = 8001


class MigrationSettings(BaseSettings):
    """`migrate` runs as the role that owns the schema, and needs nothing else."""

    model_config = SettingsConfigDict(env_prefix="ROLL_")

    migration_database_url: str


class ProofSettings(CheckpointSettings):
    """What reads the ledger from the command line needs no more than the service's own login."""

    model_config = SettingsConfigDict(env_prefix="ROLL_")

    database_url: str


class RetentionSettings(MigrationSettings):
    """How long reads by the school's own officials stay on record. None, the default: as long as the record itself.

    Whatever is set, disclosures to others are never pruned (34 CFR 99.32), and a year is the least that may be said.
    """

    official_reads_days: Annotated[int, Field(ge=365)] | None = None
