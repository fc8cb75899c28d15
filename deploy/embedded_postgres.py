"""A private, durable PostgreSQL that lives in one directory and needs nothing installed.

The directory holds `data` (or a link to it), the administrator's `password` (0600), the remembered `port`,
`server.log`, and a `lock` for two starters at once. Nothing listens but 127.0.0.1; every login needs a password.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.server_binaries import Account, find_binaries, major_version, reachable, run
from deploy.trouble import Trouble

ROOM = 256 * 1024 * 1024  # bytes a fresh cluster needs, with its first write-ahead log
BUILTIN_LOCALE_SINCE = 17
PATIENCE = 60.0  # seconds: recovery after a crash takes its time

# What goes away by itself: another took the port between our choosing and using it; a killed server's children are
# still letting go; an earlier server is still stopping.
PASSING = ("Address already in use", "pre-existing shared memory block", 'lock file "postmaster.pid" already exists')
PASSES_WITHIN = 15.0

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """`with EmbeddedPostgres(directory) as server: server.dsn()`. A server already running there is adopted.

    `durable=False` is for tests only: a crash of the machine may lose what was acknowledged.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory, self.durable = directory.absolute(), durable
        self.account = Account.choose()
        self.moved: str | None = None  # says where the data went, when it could not stay here
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def log(self) -> Path:
        return self.directory / "server.log"

    def dsn(self, database: str = "postgres") -> str:
        """The administrator's way in. Errors: `Trouble` when the server does not run or its password is lost."""
        if (found := self._postmaster()) is None:
            raise Trouble(f"The database in {self.directory} is not running: start it with `make run`.")
        return f"postgresql://postgres:{self._password()}@127.0.0.1:{found[1]}/{database}"

    def start(self) -> Self:
        """Make the cluster if there is none, then have a server on it that accepts logins. Errors: `Trouble`."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o755)
        with self._alone():
            if self._ready():
                return self
            binaries = reachable(find_binaries(), self.account)
            major = major_version(binaries, self.account)
            if not self.data.exists():
                self._create(binaries, major)
            self._refuse_what_cannot_start(major)
            end = time.monotonic() + PASSES_WITHIN
            while last_words := self._launch(binaries):
                if time.monotonic() > end or not any(reason in last_words for reason in PASSING):
                    raise Trouble(f"The database did not start. Its last words ({self.log}):\n{last_words}")
                time.sleep(0.2)
        return self

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, a checkpoint is written, and only then do we return."""
        if (found := self._postmaster()) is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(found[0], signal.SIGINT)
        end = time.monotonic() + PATIENCE
        while self._postmaster() is not None and time.monotonic() < end:
            time.sleep(0.01)
        if self._child:
            self._child.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.stop()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.directory / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _password(self) -> str:
        try:
            return (self.directory / "password").read_text()
        except FileNotFoundError:
            raise Trouble(
                f"{self.directory / 'password'}, the password of the database beside it, is gone: "
                f"put it back from a backup, or move {self.directory} away to begin with an empty database."
            ) from None

    def _create(self, binaries: Path, major: int) -> None:
        """Made beside and then renamed, so that a start broken off half-way leaves no half cluster."""
        if shutil.disk_usage(self.directory).free < ROOM:
            raise Trouble(f"{self.directory} has less than {ROOM // 2**20} MB free: make room and start again.")
        data, password = self._place(), self.directory / "password"
        half_made, words = data.with_name(f"{data.name}.new"), data.with_name(f"{data.name}.words")
        shutil.rmtree(half_made, ignore_errors=True)
        words.unlink(missing_ok=True)
        half_made.mkdir(mode=0o700)
        self.account.give(half_made)
        if not password.exists():
            _write_private(password, secrets.token_urlsafe(32))
        _write_private(words, password.read_text())
        self.account.give(words)
        locale = ["--locale-provider=builtin"] if major >= BUILTIN_LOCALE_SINCE else []
        hurry = [] if self.durable else ["--no-sync"]
        try:
            run(
                self.account, binaries / "initdb", "-D", half_made, "-U", "postgres", "-E", "UTF8",
                "--auth=scram-sha-256", f"--pwfile={words}", "--data-checksums", "--locale=C.UTF-8", *locale, *hurry,
            )  # fmt: skip
        finally:
            words.unlink()
        half_made.rename(data)
        if data != self.data:
            self.data.symlink_to(data)

    def _place(self) -> Path:
        """Beside us; or under /var/tmp when we are root in a directory that the server's account cannot enter."""
        if self.account.reaches(self.directory):
            return self.data
        key = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        room = Path("/var/tmp") / f"rollbook-data-{key}"  # noqa: S108 - ownership is checked below
        with contextlib.suppress(FileExistsError):
            room.mkdir(mode=0o711)
        if room.is_symlink() or room.stat().st_uid != os.geteuid():
            raise Trouble(f"{room}, where the database would be kept, belongs to somebody else: remove it.")
        if (room / "data").exists():
            raise Trouble(
                f"{room / 'data'} holds this checkout's earlier database, but {self.data} no longer points to it: "
                f"remove it to begin with an empty one, or restore the link."
            )
        self.moved = f"The account that runs the database cannot enter {self.directory}; the data are kept in {room}."
        return room / "data"

    def _refuse_what_cannot_start(self, major: int) -> None:
        version, control = self.data / "PG_VERSION", self.data / "global" / "pg_control"
        if not version.is_file() or not control.is_file():
            raise Trouble(
                f"{self.data} is not a whole database (its {'control file' if version.is_file() else 'PG_VERSION'} is "
                f"missing): restore it from a backup, or move {self.directory} away to begin with an empty one."
            )
        if (made_by := version.read_text().strip()) != str(major):
            raise Trouble(
                f"{self.data} was made by PostgreSQL {made_by}, but the server found is PostgreSQL {major}: set PG_BIN "
                f"to the programs of version {made_by}, or upgrade the data with pg_upgrade."
            )
        self._password()

    def _launch(self, binaries: Path) -> str:
        """Empty when it accepts logins; its last words when it ended instead. Errors: `Trouble` for neither."""
        settings = SETTINGS | (DURABLE if self.durable else FORGETFUL) | {"port": str(self._port())}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            spoken = log.tell()
            self._child = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(self.data.resolve()), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                **self.account.privileges,
            )  # fmt: skip
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self._ready():
                return ""
            if self._child.poll() is not None:
                said = self.log.read_bytes()[spoken:].decode(errors="replace").strip()
                return "\n".join(said.splitlines()[-8:]) or f"exit code {self._child.returncode}"
            time.sleep(0.005)
        raise Trouble(f"The database was not ready after {PATIENCE:.0f} seconds; see {self.log}.")

    def _port(self) -> int:
        remembered = self.directory / "port"
        with contextlib.suppress(FileNotFoundError, ValueError, OSError), socket.socket() as trial:
            port = int(remembered.read_text())
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(("127.0.0.1", port))
            return port
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            port = int(trial.getsockname()[1])
        remembered.write_text(str(port))
        return port

    def _postmaster(self) -> tuple[int, int, str] | None:
        """Process id, port and state of the live server on this data directory, by its own pid file."""
        if self._child:
            self._child.poll()  # or a dead child of ours would still have a process id
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            os.kill(int(lines[0]), 0)
            return int(lines[0]), int(lines[3]), lines[7].strip()
        except (OSError, IndexError, ValueError):
            return None

    def _ready(self) -> bool:
        found = self._postmaster()
        if found is None or found[2] != "ready":
            return False
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", found[1]), timeout=1):
            return True
        return False


def _write_private(path: Path, text: str) -> None:
    """0600 from the first byte; never through a link that somebody else left there."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text)
