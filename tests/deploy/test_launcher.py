"""`python -m deploy` from outside: what it says when it cannot start, and that it leaves nothing behind."""

import asyncio
import fcntl
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from deploy.places import CHECKOUT, Addresses, Home, Ports
from deploy.processes import Processes, end_left_behind
from deploy.trouble import Trouble
from tests.deploy.conftest import environment, free_ports
from tests.postgres import Cluster


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


async def deploy(*words: str, env: dict[str, str]) -> tuple[int | None, str]:
    """Exit code and everything said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "deploy", *words, cwd=CHECKOUT, env=env,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


async def test_a_port_in_use_is_named_with_the_way_round_it(home: Path, ports: Ports, taken: int) -> None:
    code, said = await deploy("serve", env=environment(home, ports, ROLL_PORT=str(taken)))

    assert code == 1
    assert f"Port {taken}, where roll would listen, is in use" in said
    assert f"make run ROLL_PORT={taken + 100}" in said
    assert "Traceback" not in said


async def test_a_database_url_where_nothing_answers_is_named(home: Path, ports: Ports) -> None:
    [silent] = free_ports(1)
    url = f"postgresql://admin:hunter2@127.0.0.1:{silent}/rollbook"
    code, said = await deploy("prepare-database", env=environment(home, ports, DATABASE_URL=url))

    assert code == 1
    assert f"No PostgreSQL answers at 127.0.0.1:{silent}" in said
    assert "unset DATABASE_URL to use the embedded one" in said
    assert "hunter2" not in said
    assert "Traceback" not in said


async def test_a_database_url_of_another_kind_is_refused(home: Path, ports: Ports) -> None:
    code, said = await deploy("prepare-database", env=environment(home, ports, DATABASE_URL="mysql://root@host/db"))
    assert (code, said.strip()) == (
        1,
        "DATABASE_URL must look like postgresql://admin:password@host:5432/rollbook.",
    )


async def test_a_login_that_may_not_prepare_a_database_is_told_so(home: Path, ports: Ports, cluster: Cluster) -> None:
    with cluster.database() as database:
        code, said = await deploy("prepare-database", env=environment(home, ports, DATABASE_URL=database.app("roll")))

    assert code == 1
    assert "Give an administrator's login in DATABASE_URL" in said
    assert database.secrets["roll_app_password"] not in said


async def test_any_postgresql_is_prepared_through_database_url(home: Path, ports: Ports, cluster: Cluster) -> None:
    with cluster.database() as database:
        secrets = {name.upper(): secret for name, secret in database.secrets.items()}
        env = environment(home, ports, DATABASE_URL=database.admin, **secrets)
        assert await deploy("prepare-database", env=env) == (0, "")
        assert not (home / "postgres").exists(), "no embedded server is made beside it"


async def test_a_second_start_in_the_same_checkout_is_refused(home: Path, ports: Ports) -> None:
    with (home / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        code, said = await deploy("serve", env=environment(home, ports))

    assert code == 1
    assert "already runs from this checkout (process 4711)" in said


async def test_status_says_which_process_does_not_answer(home: Path, ports: Ports) -> None:
    async with issuer_running(home, ports):
        code, said = await deploy("status", env=environment(home, ports))

    assert code == 1
    assert [line.split()[0] for line in said.splitlines() if line.endswith(" ready")] == ["issuer"]
    assert said.count("does not answer") == 3


@asynccontextmanager
async def issuer_running(home: Path, ports: Ports) -> AsyncIterator[Processes]:
    async with Processes(Home(home)) as processes:
        settings = {"ROLLBOOK_HOME": str(home), "ISSUER_PORT": str(ports.issuer)}
        await processes.start("issuer", ["deploy", "issuer"], settings)
        await processes.while_alive(processes.ready(f"{Addresses.on(ports).issuer}/health/ready"))
        yield processes


def process_id(home: Path) -> int:
    return int((home / "locks" / "issuer.pid").read_text())


async def test_the_issuer_listens_on_the_loopback_only(home: Path, ports: Ports) -> None:
    async with issuer_running(home, ports):
        with socket.socket() as other:  # the address is free for any other interface
            other.bind(("127.0.0.2", ports.issuer))


async def test_whatever_was_started_is_stopped_on_the_way_out(home: Path, ports: Ports) -> None:
    async with issuer_running(home, ports):
        running = process_id(home)
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)


async def test_a_child_that_dies_is_named_and_quoted(home: Path, ports: Ports) -> None:
    async with issuer_running(home, ports) as processes:
        (home / "logs" / "issuer.log").write_text("the last thing it said\n")
        os.kill(process_id(home), signal.SIGKILL)
        death = await processes.first_death()

    assert "issuer stopped by itself (exit code -9)" in str(death)
    assert "the last thing it said" in str(death)


async def test_a_child_that_cannot_start_ends_the_wait_for_it(home: Path, ports: Ports, taken: int) -> None:
    with pytest.raises(Trouble, match="issuer stopped by itself"):
        async with issuer_running(home, Ports(taken, ports.roll, ports.credit, ports.program)):
            pass


async def test_a_launcher_that_was_killed_does_not_block_the_next(home: Path, ports: Ports) -> None:
    start = f"""if True:
        import asyncio, os, signal
        from pathlib import Path
        from deploy.places import Home
        from deploy.processes import Processes
        async def main():
            async with Processes(Home(Path({str(home)!r}))) as processes:
                settings = {{"ROLLBOOK_HOME": {str(home)!r}, "ISSUER_PORT": "{ports.issuer}"}}
                await processes.start("issuer", ["deploy", "issuer"], settings)
                await processes.ready("{Addresses.on(ports).issuer}/health/ready")
                os.kill(os.getpid(), signal.SIGKILL)
        asyncio.run(main())"""
    killed = await asyncio.create_subprocess_exec(sys.executable, "-c", start, cwd=CHECKOUT)
    assert await killed.wait() == -signal.SIGKILL
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{Addresses.on(ports).issuer}/jwks.json")).status_code == 200

    assert end_left_behind(Home(home), ("issuer",)) == ["issuer"]
    ports.refuse_taken()
    assert end_left_behind(Home(home), ("issuer",)) == []
