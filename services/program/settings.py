"""What program must be told, from the environment: PROGRAM_DATABASE_URL and so on."""

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.plumbing.service import ServiceSettings


class ProgramSettings(ServiceSettings):
    """Beside the usual: how it reaches credit."""

    model_config = SettingsConfigDict(env_prefix="PROGRAM_")

    port: int = 8003
    credit_url: str
    token_url: str
    client_id: str
    client_secret: str


class MigrationSettings(BaseSettings):
    """`migrate` runs as the role that owns the schema, and needs nothing else."""

    model_config = SettingsConfigDict(env_prefix="PROGRAM_")

    migration_database_url: str
