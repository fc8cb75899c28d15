"""The real parts, started for a measurement: a durable PostgreSQL, the migrated schemas, one roll process."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.issuer import AUDIENCE, ISSUER, Issuer
from deploy.kept_secrets import keep_secrets
from deploy.prepare_database import login_url, named_database, prepare_database


@dataclass
class System:
    """Where everything is, and who may enter."""

    directory: Path
    admin_url: str
    secrets: dict[str, str]
    issuer: Issuer
    roll_port: int = 0
    processes: dict[str, int] = field(default_factory=dict)
    """By service, the process that serves it."""

    def login(self, role: str) -> str:
        return login_url(self.admin_url, role, self.secrets[f"{role}_password"])

    def environment(self, service: str, port: int) -> dict[str, str]:
        prefix = service.upper()
        return os.environ | {
            f"{prefix}_DATABASE_URL": self.login(f"{service}_app"),
            f"{prefix}_MIGRATION_DATABASE_URL": self.login(f"{service}_owner"),
            f"{prefix}_ENVIRONMENT": "development",
            f"{prefix}_ISSUER": ISSUER,
            f"{prefix}_AUDIENCE": AUDIENCE,
            f"{prefix}_JWKS_URL": (self.directory / "jwks.json").as_uri(),
            f"{prefix}_PORT": str(port),
            f"{prefix}_ROLL_URL": f"http://127.0.0.1:{self.roll_port}",
            # Nobody has tokens here, and roll says so at once: nothing is followed, the store is filled directly.
            f"{prefix}_TOKEN_URL": f"http://127.0.0.1:{self.roll_port}/token",
            f"{prefix}_CLIENT_ID": service,
            f"{prefix}_CLIENT_SECRET": "unused",
        }


@asynccontextmanager
async def started() -> AsyncIterator[System]:
    """Everything is made in a temporary directory and removed afterwards; fsync stays on."""
    with tempfile.TemporaryDirectory(prefix="rollbook-bench-", ignore_cleanup_errors=True) as name:
        directory = open_to_the_server(name)
        with EmbeddedPostgres(directory / "postgres", durable=True) as server:
            admin = named_database(server.dsn())
            system = System(directory, admin, keep_secrets(directory / "secrets.json"), Issuer.at(directory / "key"))
            (directory / "jwks.json").write_text(json.dumps(system.issuer.jwks()))
            await prepare_database(admin, system.secrets)
            await asyncio.to_thread(migrate, system, "roll")
            async with serving(system, "tests.bench.roll_app", "roll") as port:
                system.roll_port = port
                yield system


def open_to_the_server(name: str) -> Path:
    """PostgreSQL runs under another account when we are root, and must reach its data."""
    directory = Path(name)
    directory.chmod(0o711)
    return directory


def migrate(system: System, service: str) -> None:
    command = [sys.executable, "-m", f"services.{service}", "migrate"]
    subprocess.run(command, env=system.environment(service, 1), check=True)


@asynccontextmanager
async def serving(system: System, command: str, service: str, **more: str) -> AsyncIterator[int]:
    """The service, as `serve` starts it, on a port of its own; `more` is for its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    log_file = system.directory / f"{service}.log"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *command.split(), env=system.environment(service, port) | more, stdout=log, stderr=log
        )
    system.processes[service] = process.pid
    try:
        await ready(log_file, port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def ready(log: Path, port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(400):
            await asyncio.sleep(0.1)
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                continue
    raise RuntimeError(f"it did not get ready: see {log}")


def resident_megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status")
    if not status.exists():  # no such file system here
        return float("nan")
    (kilobytes,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(kilobytes) / 1024


async def scratch_connection(system: System) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(system.admin_url)
