"""A home and ports of a test's own."""

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.places import Ports


@pytest.fixture
def home() -> Iterator[Path]:
    """In a place that the database's account can enter, even when the tests run as root."""
    directory = Path(tempfile.mkdtemp(prefix="rollbook-home-"))
    directory.chmod(0o711)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def ports() -> Ports:
    return Ports(*free_ports(4))


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def environment(home: Path, ports: Ports, **more: str) -> dict[str, str]:
    named = {f"{name.upper()}_PORT": str(ports.of(name)) for name in ("issuer", "roll", "credit", "program")}
    return {**os.environ, "ROLLBOOK_HOME": str(home), "DATABASE_URL": "", **named, **more}
