"""`python -m deploy serve` from nothing to three services that answer, and back to nothing."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx

from deploy.kept_secrets import SERVICES
from deploy.launch import ALL
from deploy.places import CHECKOUT, Addresses, Ports
from tests.deploy.conftest import environment


async def test_everything_starts_answers_and_stops_cleanly(home: Path, ports: Ports) -> None:
    launcher = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy", "serve", cwd=CHECKOUT, env=environment(home, ports),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert launcher.stdout is not None
    said = ""
    while "Serving until Ctrl-C." not in said:
        line = await asyncio.wait_for(launcher.stdout.readline(), 90)
        assert line, f"the launcher ended early, having said:\n{said}"
        said += line.decode()

    addresses = Addresses.on(ports)
    async with httpx.AsyncClient() as client:
        answers = [await client.get(f"{getattr(addresses, service)}/health/ready") for service in SERVICES]
    children = [int((home / "locks" / f"{name}.pid").read_text()) for name in ALL]
    launcher.send_signal(signal.SIGTERM)

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert await asyncio.wait_for(launcher.wait(), 60) == 0
    assert not any(_alive(child) for child in children)
    assert not (home / "postgres" / "data" / "postmaster.pid").exists()
    ports.refuse_taken()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
