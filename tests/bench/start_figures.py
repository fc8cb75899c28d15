"""How long it takes to start, and what memory a service then holds."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from rich.console import Console

from deploy.kept_secrets import SERVICES
from deploy.launch import ALL
from tests.bench.figure import Figure
from tests.bench.system import open_to_the_server, resident_megabytes

ROUNDS = 5
LIBRARIES = "import fastapi, uvicorn, sqlmodel, asyncpg, httpx, alembic, authlib, joserfc, structlog, numpy"


async def measure_starts(console: Console) -> list[Figure]:
    """Importing each service beside importing its libraries alone; starting all from nothing, and again."""
    with console.status("importing each service"):
        libraries = await asyncio.to_thread(seconds_to_run, LIBRARIES)
        imports = [
            Figure(f"import of {service} / of the libraries alone", "s", seconds, libraries)
            for service in SERVICES
            for seconds in [await asyncio.to_thread(seconds_to_run, f"import services.{service}.app")]
        ]
    with tempfile.TemporaryDirectory(prefix="rollbook-start-", ignore_cleanup_errors=True) as name:
        home = open_to_the_server(name) / "home"
        environment = os.environ | {"ROLLBOOK_HOME": str(home)} | free_ports()
        with console.status("starting everything from nothing"):
            first, _ = await started_and_stopped(environment, home)
        with console.status("starting everything again"):
            again, resident = await started_and_stopped(environment, home)
    memory = [Figure(f"memory of {service} once it is ready", "MB", resident[service]) for service in SERVICES]
    return [
        Figure("everything started again / the first time", "s", again, first),
        *imports,
        *memory,
    ]


def seconds_to_run(code: str) -> float:
    """Median seconds of an interpreter that does only this; the first, which writes byte code, is not counted."""
    seconds = []
    for _ in range(1 + ROUNDS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        seconds.append(time.perf_counter() - began)
    return median(seconds[1:])


def free_ports() -> dict[str, str]:
    """A port for each process, found by the system: held together, so that no two are one, and let go before use."""
    ports = {}
    with ExitStack() as sockets:
        for name in ALL:
            free = sockets.enter_context(socket.socket())
            free.bind(("127.0.0.1", 0))
            ports[f"{name.upper()}_PORT"] = str(free.getsockname()[1])
    return ports


async def started_and_stopped(environment: dict[str, str], home: Path) -> tuple[float, dict[str, float]]:
    """Seconds until `make serve` says that it serves, and the resident megabytes of each service then."""
    began = time.perf_counter()
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy", "serve", env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert launcher.stdout is not None
    try:
        async with asyncio.timeout(120):
            while b"Serving" not in (line := await launcher.stdout.readline()):
                assert line, "the launcher ended early"
        seconds = time.perf_counter() - began
        return seconds, {
            service: resident_megabytes(int((home / "locks" / f"{service}.pid").read_text())) for service in SERVICES
        }
    finally:
        launcher.send_signal(signal.SIGTERM)
        await launcher.wait()
