"""What credit must be told, from the environment: CREDIT_DATABASE_URL and so on."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.plumbing.service import ServiceSettings


class CreditSettings(ServiceSettings):
    """`districts` are the ones it follows, as a list separated by commas; the rest is how it reaches roll.

    `builders` processes build a district when there is much to build, as on the first follow.
    """

    model_config = SettingsConfigDict(env_prefix="CREDIT_")

    port: int = 8002
    roll_url: str
    token_url: str
    client_id: str
    client_secret: str
    builders: int = Field(default=2, ge=1, le=64)
    districts: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("districts", mode="before")
    @classmethod
    def _separated_by_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class MigrationSettings(BaseSettings):
    """`migrate` runs as the role that owns the schema, and needs nothing else."""

    model_config = SettingsConfigDict(env_prefix="CREDIT_")

    migration_database_url: str


class DatabaseSettings(BaseSettings):
    """`build`, `rebuild`, `acknowledge` and `follow-anew` need the database and nothing else."""

    model_config = SettingsConfigDict(env_prefix="CREDIT_")

    database_url: str
