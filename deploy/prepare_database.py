"""Make a PostgreSQL ready for the services: the database, a schema for each, and the logins that use them."""

import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import stamina

from deploy.kept_secrets import LOGINS
from deploy.server_binaries import OLDEST_MAJOR
from deploy.trouble import Trouble

ROLES = Path(__file__).with_name("postgres") / "roles.sql"
DATABASE = "rollbook"
PREPARING = 0x726F6C6C  # "roll": two launchers preparing one database wait for each other


def named_database(url: str) -> str:
    """The administrator's URL of the database to prepare: the one that it names, or else `rollbook`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise Trouble("DATABASE_URL must look like postgresql://admin:password@host:5432/rollbook.")
    name = parts.path.strip("/")
    return _with_database(url, DATABASE if name in ("", "postgres") else name)


def login_url(admin_url: str, login: str, password: str) -> str:
    """The same database through another login."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{login}:{quote(password, safe='')}@{place}"))


async def prepare_database(url: str, secrets: Mapping[str, str]) -> None:
    """`url` is an administrator's and names the database; `secrets` has `<login>_password` for each of `LOGINS`.

    Errors: `Trouble` for a server that is away, too old, or does not allow it.
    """
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or 5432}"
    try:
        await _create_database(url)
        connection = await asyncpg.connect(url, timeout=10)
        try:
            await _create_roles(connection, secrets)
        finally:
            await connection.close()
    except (asyncpg.InvalidPasswordError, asyncpg.InvalidAuthorizationSpecificationError) as refused:
        raise Trouble(f"PostgreSQL at {where} refused the login: {refused}. Correct DATABASE_URL.") from None
    except (asyncpg.InsufficientPrivilegeError, asyncpg.RaiseError) as refused:
        raise Trouble(
            f"PostgreSQL at {where} did not let this login prepare the database: {refused}. "
            "Give an administrator's login in DATABASE_URL."
        ) from None
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as silence:
        raise Trouble(
            f"No PostgreSQL answers at {where} ({silence or 'no answer in 10 seconds'}): start it, correct "
            "DATABASE_URL, or unset DATABASE_URL to use the embedded one."
        ) from None


async def _create_database(url: str) -> None:
    name = urlsplit(url).path.strip("/")
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except asyncpg.InvalidCatalogNameError:
        connection = await asyncpg.connect(_with_database(url, "postgres"), timeout=10)
        try:
            _refuse_old(connection)
            await connection.execute(f"CREATE DATABASE \"{name.replace(chr(34), chr(34) * 2)}\" ENCODING 'UTF8'")
        except (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
            pass  # another launcher was faster
        finally:
            await connection.close()
    else:
        try:
            _refuse_old(connection)
        finally:
            await connection.close()


def _met_another(failure: Exception) -> bool:
    """Roles are the cluster's: who prepares another database of it may alter the same row of the catalogue."""
    return isinstance(failure, asyncpg.InternalServerError) and "concurrently updated" in str(failure)


@stamina.retry(on=_met_another, attempts=10, timeout=30)
async def _create_roles(connection: asyncpg.Connection, secrets: Mapping[str, str]) -> None:
    passwords = {login: secrets[f"{login}_password"] for login in LOGINS}
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", PREPARING)
        await connection.execute("SELECT set_config('rollbook.passwords', $1, true)", json.dumps(passwords))
        await connection.execute(ROLES.read_text())


def _refuse_old(connection: asyncpg.Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_MAJOR:
        raise Trouble(
            f"The server is PostgreSQL {version.major}.{version.minor}; Rollbook needs {OLDEST_MAJOR} or newer. "
            "Point DATABASE_URL at a newer one, or unset it to use the embedded one."
        )


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
