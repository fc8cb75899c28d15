"""From nothing to three services that answer: database, logins, migrations, issuer, services, demonstration."""

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.issuer import Issuer
from deploy.kept_secrets import SERVICES, keep_secrets
from deploy.places import Addresses, Home, Ports
from deploy.prepare_database import named_database, prepare_database
from deploy.processes import Processes, end_left_behind
from deploy.service_settings import migration_settings, service_settings
from deploy.trouble import Trouble

ALL = ("issuer", *SERVICES)


@dataclass(frozen=True)
class Launch:
    """What a run was asked for. `database_url` None means the embedded server."""

    home: Home
    ports: Ports
    database_url: str | None
    districts: Sequence[str]
    console: Console

    @property
    def addresses(self) -> Addresses:
        return Addresses.on(self.ports)

    def following(self, district: str) -> "Launch":
        """The same, with one more district that services may follow."""
        return replace(self, districts=tuple(dict.fromkeys((*self.districts, district))))

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Errors: `Trouble` when this checkout is already being run."""
        with (self.home.directory / "run.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise Trouble(
                    f"Rollbook already runs from this checkout (process {lock.read()}): use that one, or stop it first."
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The administrator's URL of a running server, which is stopped afterwards if it is the embedded one."""
        if self.database_url is not None:
            yield named_database(self.database_url)
            return
        with EmbeddedPostgres(self.home.postgres) as server:
            if server.moved:
                self.console.print(server.moved)
            yield server.dsn("rollbook")

    async def prepare(self, database: str) -> Mapping[str, str]:
        secrets = keep_secrets(self.home.secrets)
        await prepare_database(database, secrets)
        return secrets

    async def migrate(self, processes: Processes, database: str, secrets: Mapping[str, str]) -> None:
        """All three at once: their schemas have nothing in common. Errors: `Trouble` of the first that fails."""
        try:
            async with asyncio.TaskGroup() as group:
                for service in SERVICES:
                    settings = migration_settings(
                        service, database=database, secrets=secrets, ports=self.ports, districts=self.districts
                    )
                    words = [f"services.{service}", "migrate"]
                    group.create_task(processes.run(f"{service}-migrate", words, settings))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def start(self, processes: Processes, database: str, secrets: Mapping[str, str]) -> None:
        Issuer.at(self.home.issuer_key)  # made here, so that the issuer and `token` never make two
        await processes.start("issuer", ["deploy", "issuer"], self._issuer_settings())
        for service in SERVICES:
            settings = service_settings(
                service, database=database, secrets=secrets, ports=self.ports, districts=self.districts
            )
            if service == "roll":
                settings |= await self._signing(processes, settings)
            await processes.start(service, [f"services.{service}", "serve"], settings)
        await processes.while_alive(self.everything_ready(processes))

    async def _signing(self, processes: Processes, settings: Mapping[str, str]) -> dict[str, str]:
        """The key with which roll signs checkpoints, made on first use."""
        key = self.home.checkpoint_key
        if not key.exists():
            words = ["services.roll", "checkpoint-key", "--out", str(key)]
            await processes.run("roll-checkpoint-key", words, settings)
        return {"ROLL_CHECKPOINT_KEY": str(key)}

    def _issuer_settings(self) -> dict[str, str]:
        return {"ISSUER_PORT": str(self.ports.issuer), "DISTRICTS": ",".join(self.districts)}

    async def everything_ready(self, processes: Processes) -> None:
        for name in ALL:
            await processes.ready(f"{getattr(self.addresses, name)}/health/ready")


@contextlib.asynccontextmanager
async def running(launch: Launch) -> AsyncIterator[Processes]:
    """Everything up and ready inside; outside, everything stopped, the services first and the database last."""
    console = launch.console
    with launch.alone():
        for name in end_left_behind(launch.home, ALL):
            console.print(f"Ended {name}, left running by a launcher that was killed.")
        launch.ports.refuse_taken()
        console.print("Starting the database")
        with launch.database() as database:
            secrets = await launch.prepare(database)
            async with Processes(launch.home) as processes:
                console.print("Bringing the schemas up to date")
                await launch.migrate(processes, database, secrets)
                console.print("Starting roll, credit and program")
                await launch.start(processes, database, secrets)
                yield processes


async def prepared(launch: Launch) -> None:
    """The database, its schemas and logins made, and nothing left running."""
    with launch.alone(), launch.database() as database:
        await launch.prepare(database)


async def migrated(launch: Launch) -> None:
    """The same, and the tables brought up to date."""
    with launch.alone(), launch.database() as database:
        secrets = await launch.prepare(database)
        async with Processes(launch.home) as processes:
            await launch.migrate(processes, database, secrets)


def until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end, or until Ctrl-C, SIGTERM or a closed terminal; then stop everything and return as if done.

    Only the first signal counts: stopping is bounded in time, and hurrying it would leave processes behind.
    """
    try:
        asyncio.run(_heeding_signals(work))
    except asyncio.CancelledError:
        return


async def _heeding_signals(work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)
    told = False

    def stop() -> None:
        nonlocal told
        if not told:
            told = True
            task.cancel()

    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(sign, stop)
    await task
