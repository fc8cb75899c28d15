"""What roll must be told, from the environment: ROLL_DATABASE_URL and so on."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.plumbing.service import ServiceSettings


class RollSettings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ROLL_")

    port: int = 8001


class MigrationSettings(BaseSettings):
    """`migrate` runs as the role that owns the schema, and needs nothing else."""

    model_config = SettingsConfigDict(env_prefix="ROLL_")

    migration_database_url: str


class ProofSettings(BaseSettings):
    """What reads the ledger from the command line needs no more than the service's own login."""

    model_config = SettingsConfigDict(env_prefix="ROLL_")

    database_url: str
