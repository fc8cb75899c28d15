"""A checkpoint: a signed note of how far a stream had come, to be kept where nobody who keeps the stream can reach.

Its form is C2SP's signed note and tlog-checkpoint: origin, size, hash, then lines of our own, a blank line and the
signature (Ed25519). The hash is that of our chain at that entry, and not of a Merkle tree.
"""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"


class NotACheckpoint(ValueError):
    """The note is not a checkpoint signed by that key."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The stream that `origin` names had `size` entries, and `hash` (32 bytes) at the last of them."""

    origin: str
    size: int
    hash: bytes
    at: datetime

    @property
    def text(self) -> str:
        moment = self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{self.origin}\n{self.size}\n{b64encode(self.hash).decode()}\ntime {moment}\n"


def origin(name: str, district_id: str, stream: str) -> str:
    return f"{name}/{district_id}/{stream}"


def key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and its name. Written as `name+id+key`, which is safe to print and to send."""

    name: str
    public: bytes

    def __str__(self) -> str:
        return f"{self.name}+{key_id(self.name, self.public).hex()}+{b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError."""
        name, identity, encoded = text.strip().split("+", 2)
        key = b64decode(encoded, validate=True)
        verifier = cls(name, key[1:])
        if key[:1] != ED25519 or len(key) != 33 or key_id(name, key[1:]).hex() != identity:
            raise ValueError("this is not a verifier's key")
        return verifier

    def read(self, note: str) -> Checkpoint:
        """What the note says, once its signature is checked. Raises NotACheckpoint."""
        try:
            text, signatures = note.rsplit("\n\n", 1)
            ours = key_id(self.name, self.public)
            signed = [
                b64decode(line.removeprefix(f"— {self.name} "), validate=True)
                for line in signatures.splitlines()
                if line.startswith(f"— {self.name} ")
            ]
            (signature,) = [each[4:] for each in signed if each[:4] == ours]
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, f"{text}\n".encode())
            named, size, encoded, time, *_ = text.split("\n")
            moment = datetime.fromisoformat(time.removeprefix("time "))
            return Checkpoint(named, int(size), b64decode(encoded, validate=True), moment)
        except (ValueError, InvalidSignature):
            raise NotACheckpoint("The note is not a checkpoint signed by that key.") from None


@dataclass(frozen=True, slots=True)
class Signer:
    name: str
    key: Ed25519PrivateKey

    @classmethod
    def read(cls, name: str, path: Path) -> Self:
        """Raises OSError, or ValueError when the file is not an Ed25519 private key in PEM."""
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("the key is of another kind than Ed25519")
        return cls(name, key)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        signature = key_id(self.name, self.verifier.public) + self.key.sign(checkpoint.text.encode())
        return f"{checkpoint.text}\n— {self.name} {b64encode(signature).decode()}\n"


def make_key(path: Path) -> None:
    """Write a new private key that only its owner can read. Raises FileExistsError: a key is never overwritten."""
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(pem)
