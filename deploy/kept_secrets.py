"""The passwords and client secrets of this installation: generated once, kept in one file of mode 0600."""

import json
import os
import secrets
from pathlib import Path

from deploy.trouble import Trouble

SERVICES = ("roll", "credit", "program")
LOGINS = tuple(f"{service}_{kind}" for service in SERVICES for kind in ("owner", "app"))
CLIENTS = ("credit", "program")  # those that pull from another service


def keep_secrets(file: Path) -> dict[str, str]:
    """Every secret by its name; those that are missing are generated, and a variable of the same name in capitals
    (ROLL_APP_PASSWORD, CREDIT_CLIENT_SECRET) has the last word. Errors: `Trouble` for a file that is not ours."""
    kept: dict[str, str] = {}
    if file.exists():
        try:
            kept = dict(json.loads(file.read_text()))
        except (ValueError, TypeError):
            raise Trouble(f"{file} holds no secrets: restore it, or remove it to have new ones made.") from None
    names = [f"{login}_password" for login in LOGINS] + [f"{client}_client_secret" for client in CLIENTS]
    given = {name: os.environ[name.upper()] for name in names if os.environ.get(name.upper())}
    known = kept | {name: secrets.token_urlsafe(32) for name in names if name not in kept and name not in given}
    if known != kept:
        write_privately(file, json.dumps(known, indent=1))
    return known | given


def write_privately(file: Path, text: str) -> None:
    """Replace the file as a whole, readable by its owner only from the first byte on."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half_made = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
        new.write(text)
    half_made.replace(file)
