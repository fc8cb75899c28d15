"""The embedded server: nothing to install, nothing lost, and a clear sentence when it cannot."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.embedded_postgres import EmbeddedPostgres
from deploy.places import CHECKOUT
from deploy.server_binaries import find_binaries
from deploy.trouble import Trouble


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    """A cluster that was made and stopped; making one takes a second, copying one does not."""
    directory = Path(tempfile.mkdtemp(prefix="rollbook-stopped-"))
    directory.chmod(0o711)
    with EmbeddedPostgres(directory / "pg"):
        pass
    yield directory / "pg"
    shutil.rmtree(directory)


@pytest.fixture
def pg(stopped: Path, home: Path) -> Path:
    subprocess.run(["cp", "-a", str(stopped), str(home / "pg")], check=True)
    (home / "pg" / "port").unlink()
    return home / "pg"


async def test_what_was_written_is_there_after_a_restart_on_the_same_port(pg: Path) -> None:
    with EmbeddedPostgres(pg) as server:
        first = server.dsn()
        await execute(first, "CREATE TABLE kept AS SELECT 6 AS sixths")
    with EmbeddedPostgres(pg) as server:
        assert server.dsn() == first
        assert await execute(first, "SELECT sixths FROM kept") == 6


async def test_an_acknowledged_write_survives_the_server_being_killed(pg: Path) -> None:
    server = EmbeddedPostgres(pg).start()
    await execute(server.dsn(), "CREATE TABLE kept AS SELECT 6 AS sixths")
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    await asyncio.to_thread(os.waitpid, postmaster, 0)

    with server:
        assert await execute(server.dsn(), "SELECT sixths FROM kept") == 6


async def test_a_server_is_durable_unless_a_test_says_otherwise(pg: Path) -> None:
    with EmbeddedPostgres(pg) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert await execute(server.dsn(), f"SHOW {setting}") == "on"


async def test_nobody_logs_in_without_the_password(pg: Path) -> None:
    with EmbeddedPostgres(pg) as server:
        password = (pg / "password").read_text()
        assert (pg / "password").stat().st_mode & 0o777 == 0o600
        with pytest.raises(asyncpg.InvalidPasswordError):
            await execute(server.dsn().replace(password, "guessed"), "SELECT 1")


async def test_a_server_that_outlived_its_launcher_is_adopted_and_can_be_stopped(pg: Path) -> None:
    start = f"from pathlib import Path; from deploy.embedded_postgres import EmbeddedPostgres; \
              EmbeddedPostgres(Path({str(pg)!r})).start()"
    await (await asyncio.create_subprocess_exec(sys.executable, "-c", start, cwd=CHECKOUT)).wait()
    left = (pg / "data" / "postmaster.pid").read_text().split()[0]

    with EmbeddedPostgres(pg) as server:
        assert (pg / "data" / "postmaster.pid").read_text().split()[0] == left
        assert await execute(server.dsn(), "SELECT 1") == 1
    assert not (pg / "data" / "postmaster.pid").exists()


async def test_a_remembered_port_that_another_program_took_is_exchanged(home: Path) -> None:
    with EmbeddedPostgres(home / "one") as first, EmbeddedPostgres(home / "two") as second:
        (home / "two" / "port").write_text((home / "one" / "port").read_text())
        second.stop()
        second.start()
        assert first.dsn().rpartition("@")[2] != second.dsn().rpartition("@")[2]
        assert await execute(second.dsn(), "SELECT 1") == 1


def test_a_start_broken_off_while_the_cluster_was_made_is_made_good(home: Path) -> None:
    (home / "pg" / "data.new").mkdir(parents=True)
    (home / "pg" / "data.new" / "PG_VERSION").write_text("18")
    with EmbeddedPostgres(home / "pg", durable=False) as server:
        assert server.dsn()


@pytest.mark.parametrize(("missing", "named"), [("PG_VERSION", "PG_VERSION"), ("global/pg_control", "control file")])
def test_a_broken_data_directory_is_named_and_not_touched(pg: Path, missing: str, named: str) -> None:
    (pg / "data" / missing).unlink()
    before = sorted(path.name for path in (pg / "data").iterdir())

    with pytest.raises(Trouble, match=rf"is not a whole database \(its {named}.*restore it from a backup"):
        EmbeddedPostgres(pg).start()
    assert sorted(path.name for path in (pg / "data").iterdir()) == before


def test_data_of_another_version_are_refused_with_the_way_out(pg: Path) -> None:
    (pg / "data" / "PG_VERSION").write_text("14\n")

    with pytest.raises(Trouble, match=r"made by PostgreSQL 14, .* set PG_BIN .* or upgrade the data with pg_upgrade"):
        EmbeddedPostgres(pg).start()


def test_a_server_that_dies_at_the_start_is_quoted(pg: Path) -> None:
    (pg / "data" / "postgresql.auto.conf").write_text("work_mem = 'very much'\n")

    with pytest.raises(Trouble, match=r"(?s)did not start.*server\.log.*work_mem"):
        EmbeddedPostgres(pg).start()


def test_a_lost_password_is_not_answered_with_an_empty_database(pg: Path) -> None:
    (pg / "password").unlink()
    with pytest.raises(Trouble, match="put it back from a backup"):
        EmbeddedPostgres(pg).start()


def test_pg_bin_without_a_server_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", str(home))
    with pytest.raises(Trouble, match=f"PG_BIN is {home}, but there is no `postgres` in it"):
        find_binaries()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's database runs as another account")
def test_below_a_directory_closed_to_the_databases_account_the_data_move_and_it_says_where(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    server = EmbeddedPostgres(tmp_path / "pg", durable=False)
    with server:
        assert server.moved is not None
        assert str(server.data.resolve().parent) in server.moved
    kept = server.data.resolve()
    try:
        assert kept.is_relative_to("/var/tmp")  # noqa: S108 - the place under test
        with EmbeddedPostgres(tmp_path / "pg", durable=False) as again:
            assert again.data.resolve() == kept
    finally:
        shutil.rmtree(kept.parent)
