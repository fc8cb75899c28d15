"""Where this installation keeps its things, and where its processes listen."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from deploy.trouble import Trouble

CHECKOUT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Home:
    """The directory of everything that a run leaves behind; `ROLLBOOK_HOME` names another than `.rollbook`."""

    directory: Path

    @classmethod
    def here(cls) -> "Home":
        """Made on first use: closed to others, save that root's server account may pass through it."""
        directory = Path(os.environ.get("ROLLBOOK_HOME") or CHECKOUT / ".rollbook").absolute()
        if not directory.exists():
            directory.mkdir(parents=True)
            directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
        return cls(directory)

    @property
    def postgres(self) -> Path:
        return self.directory / "postgres"

    @property
    def secrets(self) -> Path:
        return self.directory / "secrets.json"

    @property
    def issuer_key(self) -> Path:
        return self.directory / "issuer-key.json"

    @property
    def checkpoint_key(self) -> Path:
        return self.directory / "checkpoint-key.pem"

    @property
    def logs(self) -> Path:
        return self.directory / "logs"

    @property
    def locks(self) -> Path:
        return self.directory / "locks"


@dataclass(frozen=True)
class Ports:
    issuer: int = 8000
    roll: int = 8001
    credit: int = 8002
    program: int = 8003

    def of(self, process: str) -> int:
        port: int = getattr(self, process)
        return port

    def refuse_taken(self) -> None:
        """Errors: `Trouble` that names the first port which another program holds."""
        for process in ("issuer", "roll", "credit", "program"):
            port = self.of(process)
            with socket.socket() as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    trial.bind((HOST, port))
                except OSError:
                    raise Trouble(
                        f"Port {port}, where {process} would listen, is in use: stop the program that uses it, "
                        f"or choose another port, for example: make run {process.upper()}_PORT={port + 100}"
                    ) from None


@dataclass(frozen=True)
class Addresses:
    """Base URLs, without a slash at the end."""

    issuer: str
    roll: str
    credit: str
    program: str

    @classmethod
    def on(cls, ports: Ports) -> "Addresses":
        return cls(*(f"http://{HOST}:{ports.of(name)}" for name in ("issuer", "roll", "credit", "program")))

    @property
    def jwks(self) -> str:
        return f"{self.issuer}/jwks.json"

    @property
    def token(self) -> str:
        return f"{self.issuer}/token"
