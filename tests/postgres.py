"""A real PostgreSQL for the tests: one server for the whole run, a migrated template, a copy of it for whoever asks.

@pytest.fixture(scope="session")
def database(cluster: Cluster) -> Iterator[Database]:
    with cluster.database("roll") as database:
        yield database                                  # database.app("roll"), .owner("roll"), .admin
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import asyncpg

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.kept_secrets import LOGINS, keep_secrets
from deploy.places import CHECKOUT
from deploy.prepare_database import login_url, prepare_database
from shared.plumbing.migrate import upgrade

LEFT_TO_OTHERS: list[EmbeddedPostgres] = []
"""Servers that go on when we end: let go of sooner, Python would complain of a child that nobody waits for."""


@dataclass(frozen=True)
class Database:
    """One database of the cluster, by the URLs of those who may enter it."""

    admin: str
    secrets: dict[str, str]

    def app(self, service: str) -> str:
        return login_url(self.admin, f"{service}_app", self.secrets[f"{service}_app_password"])

    def owner(self, service: str) -> str:
        return login_url(self.admin, f"{service}_owner", self.secrets[f"{service}_owner_password"])


class Cluster:
    """The server of this test run. Workers of the same run share it; the last one out removes it.

    It forgets in a crash (no fsync): tests of durability start their own `EmbeddedPostgres`.
    """

    def __init__(self, run: str) -> None:
        self._directory = Path(tempfile.gettempdir()) / f"rollbook-tests-{os.geteuid()}-{run}"
        self._server = EmbeddedPostgres(self._directory / "postgres", durable=False)

    def __enter__(self) -> Self:
        self._directory.mkdir(exist_ok=True)
        self._directory.chmod(0o711)  # the server's account passes through
        with self._alone():
            self._users.mkdir(exist_ok=True)
            (self._users / str(os.getpid())).touch()
            self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._alone():
            (self._users / str(os.getpid())).unlink()
            if any(_alive(int(user.name)) for user in self._users.iterdir()):
                LEFT_TO_OTHERS.append(self._server)
                return
            self._server.stop()
            shutil.rmtree(self._server.data.resolve(), ignore_errors=True)
            shutil.rmtree(self._directory, ignore_errors=True)

    @contextlib.contextmanager
    def database(self, *services: str) -> Iterator[Database]:
        """A database of one's own, migrated for those services (none: only schemas and logins). Dropped afterwards."""
        name = f"test_{uuid4().hex[:12]}"
        with self._alone():
            template = self._template(services)
            _wait_for(self._copy(template, name))
        try:
            yield self._named(name)
        finally:
            _wait_for(self._execute(f"DROP DATABASE {name} WITH (FORCE)"))

    @contextlib.contextmanager
    def copy_of(self, database: Database) -> Iterator[Database]:
        """A database as it is now, as another one. Nobody may be connected to it meanwhile. Dropped afterwards."""
        name = f"test_{uuid4().hex[:12]}"
        _wait_for(self._copy(database.admin.rpartition("/")[2], name))
        try:
            yield self._named(name)
        finally:
            _wait_for(self._execute(f"DROP DATABASE {name} WITH (FORCE)"))

    @property
    def _users(self) -> Path:
        return self._directory / "users"

    def _named(self, name: str) -> Database:
        return Database(self._server.dsn(name), keep_secrets(self._directory / "secrets.json"))

    def _template(self, services: tuple[str, ...]) -> str:
        name = "_".join(("template", *sorted(services)))
        made = self._directory / name
        if not made.exists():
            database = self._named(name)
            _wait_for(prepare_database(database.admin, database.secrets))
            for service in services:
                _in_a_thread(upgrade, CHECKOUT / "services" / service / "migrations", database.owner(service), service)
            made.touch()
        return name

    async def _copy(self, template: str, name: str) -> None:
        # Privileges on the database itself are the one thing that a template does not hand on.
        await self._execute(
            f"CREATE DATABASE {name} TEMPLATE {template}",
            f"REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            f"GRANT CONNECT ON DATABASE {name} TO {', '.join(LOGINS)}",
        )

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server.dsn())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._directory / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _wait_for(work: Coroutine[Any, Any, None]) -> None:
    _in_a_thread(asyncio.run, work)


def _in_a_thread(work: Callable[..., None], *arguments: object) -> None:
    """Since the caller may be inside an event loop already, and the work wants one of its own."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(work, *arguments).result()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
