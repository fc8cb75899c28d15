"""The development issuer: real signed, short-lived tokens where no identity provider is at hand.

Production refuses its name (https://dev.invalid), and it listens on the loopback only, so a forgotten one is no door.
"""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.kept_secrets import write_privately
from deploy.trouble import Trouble

ISSUER = "https://dev.invalid"
AUDIENCE = "rollbook"
PERSON_SECONDS, SERVICE_SECONDS = 3600, 600
LONGEST_FORM = 4096  # bytes
ROLES = (
    "teacher", "attendance_clerk", "principal", "district_office", "auditor", "sis_client", "service",
    "coordinator", "counselor", "dashboard",
)  # fmt: skip


@dataclass(frozen=True)
class Issuer:
    key: ECKey

    @classmethod
    def at(cls, file: Path) -> "Issuer":
        """The issuer whose ES256 key is kept in that file (0600); made on first use."""
        if not file.exists():
            key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
            write_privately(file, json.dumps(key.as_dict(private=True)))
        try:
            return cls(ECKey.import_key(json.loads(file.read_text())))
        except ValueError:
            raise Trouble(f"{file} does not hold a key: remove it to have a new one made.") from None

    def jwks(self) -> dict[str, object]:
        """The public half, as services fetch it."""
        return {"keys": [self.key.as_dict(private=False)]}

    def mint(
        self,
        *,
        role: str,
        subject: str,
        districts: Sequence[str],
        schools: Sequence[str] | None = None,
        seconds: int = PERSON_SECONDS,
    ) -> str:
        """An access token (RFC 9068) for that principal, good from now for so many seconds.

        `schools` None is no limit to schools. Errors: `Trouble` for a role that does not exist.
        """
        if role not in ROLES:
            raise Trouble(f"There is no role {role!r}: choose one of {', '.join(ROLES)}.")
        now = int(time.time())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "jti": str(uuid4()),
            "role": role,
            "districts": list(districts),
        }
        if schools is not None:
            claims["schools"] = list(schools)
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}, claims, self.key)


def issuer_app(issuer: Issuer, clients: Mapping[str, str], districts: Sequence[str]) -> Starlette:
    """`clients` maps each service's client id to its secret; their tokens are good for `districts`."""

    async def jwks(_: Request) -> Response:
        return JSONResponse(issuer.jwks(), headers={"Cache-Control": "max-age=300"})

    async def ready(_: Request) -> Response:
        return JSONResponse({"status": "ready"})

    async def token(request: Request) -> Response:
        """The client credentials grant (RFC 6749, 4.4)."""
        form = parse_qs((await _short_body(request)).decode(errors="replace"))
        client, secret = _basic(request) or (form.get("client_id", [""])[0], form.get("client_secret", [""])[0])
        expected = clients.get(client, "")
        if not hmac.compare_digest(expected.encode(), secret.encode()) or not expected:
            return _oauth_error("invalid_client", 401)
        if form.get("grant_type") != ["client_credentials"]:
            return _oauth_error("unsupported_grant_type", 400)
        access = issuer.mint(role="service", subject=client, districts=districts, seconds=SERVICE_SECONDS)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": SERVICE_SECONDS}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/jwks.json", jwks),
            Route("/token", token, methods=["POST"]),
            Route("/health/live", ready),
            Route("/health/ready", ready),
        ]
    )


async def _short_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return b""
    return body


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)


def _oauth_error(code: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="rollbook", charset="UTF-8"'
    return JSONResponse({"error": code}, status, headers)
