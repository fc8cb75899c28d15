"""Who is asking, and when: every slice is told; none looks for itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import asyncpg
import httpx
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.plumbing.database import Database
from shared.schema.refusals import Forbidden, Malformed, Unauthenticated, Unavailable

Clock = Callable[[], datetime]
ALGORITHMS = ["ES256", "EdDSA", "RS256"]
SCHOOL_ROLES = ("teacher", "attendance_clerk", "principal", "counselor")
DISTRICT_ROLES = ("district_office", "auditor", "sis_client", "service", "coordinator", "dashboard")
ROLES = frozenset(SCHOOL_ROLES + DISTRICT_ROLES)
LEEWAY_SECONDS = 60
REFRESH_COOLDOWN_SECONDS = 30


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking: issuer and subject, one role, the districts and (for a school's own staff) the schools."""

    subject: str
    role: str
    districts: tuple[str, ...]
    schools: tuple[str, ...] | None
    expires_at: float

    def may_see_school(self, school_id: str) -> bool:
        return self.schools is None or school_id in self.schools


class TokenVerifier:
    """Verifies access tokens (RFC 9068) against the issuer's keys. There is no way to turn it off.

    Keys come from an http(s) or file URL. An unknown key is looked up again at most every 30 seconds; when the issuer
    is down, the keys that we have go on being good.
    """

    def __init__(self, issuer: str, audience: str, jwks_url: str, clock: Clock) -> None:
        self.issuer, self.audience, self.jwks_url, self.clock = issuer, audience, jwks_url, clock
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()
        self._verified: dict[str, Principal] = {}

    async def verify(self, token: str) -> Principal:
        moment = self.clock().timestamp()
        known = self._verified.get(token)
        if known is not None and known.expires_at + LEEWAY_SECONDS > moment:
            return known
        if len(token) > 8192:
            raise Unauthenticated("The access token is too long.")
        principal = self._principal(await self._claims(token), moment)
        if len(self._verified) >= 10_000:
            self._verified.clear()
        self._verified[token] = principal
        return principal

    async def _claims(self, token: str) -> dict[str, Any]:
        if self._keys is None:
            await self._fetch()
        for attempt in ("with the keys we have", "with fresh keys"):
            assert self._keys is not None
            try:
                decoded = jwt.decode(token, self._keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError, KeyError):
                if attempt == "with fresh keys" or not await self._fetch():
                    raise Unauthenticated("The access token is not one that this service accepts.") from None
                continue
            if decoded.header.get("typ", "").lower() not in ("at+jwt", "application/at+jwt"):
                raise Unauthenticated("The token is not an access token.")
            return dict(decoded.claims)
        raise AssertionError("unreachable")

    async def _fetch(self) -> bool:
        """Fetch the issuer's keys; False when they were fetched a moment ago."""
        async with self._lock:
            moment = self.clock().timestamp()
            if moment - self._fetched_at < REFRESH_COOLDOWN_SECONDS:
                return False
            url = urlsplit(self.jwks_url)
            try:
                if url.scheme == "file":
                    text = await asyncio.to_thread(Path(url.path).read_text)
                else:
                    async with httpx.AsyncClient(timeout=3) as client:
                        text = (await client.get(self.jwks_url)).raise_for_status().text
                self._keys = KeySet.import_key_set(json.loads(text))
            except (OSError, httpx.HTTPError, ValueError):
                if self._keys is None:
                    raise Unavailable("The issuer's keys cannot be read; try again shortly.") from None
            self._fetched_at = moment
            return True

    def _principal(self, claims: dict[str, Any], moment: float) -> Principal:
        audience = claims.get("aud")
        times = [claims.get(name) for name in ("exp", "iat")]
        if claims.get("iss") != self.issuer or self.audience not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise Unauthenticated("The access token was made by another issuer or for another audience.")
        if not all(isinstance(time, (int, float)) and not isinstance(time, bool) for time in times):
            raise Unauthenticated("The access token does not say when it was made and expires.")
        expires, issued = float(claims["exp"]), float(claims["iat"])
        begins = max(issued, float(claims.get("nbf") or issued))
        if not begins - LEEWAY_SECONDS <= moment < expires + LEEWAY_SECONDS:
            raise Unauthenticated("The access token has expired or is not valid yet; get a new one.")
        subject, role, districts = claims.get("sub"), claims.get("role"), claims.get("districts")
        schools = claims.get("schools")
        if not isinstance(subject, str) or role not in ROLES or not _texts(districts):
            raise Unauthenticated("The access token names no subject, role or district that this service knows.")
        if schools is not None and not _texts(schools):
            raise Unauthenticated("The access token's schools cannot be read.")
        return Principal(
            subject, str(role), tuple(districts or ()), None if schools is None else tuple(schools), expires
        )


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request's circumstances: who, in which district, and when."""

    principal: Principal
    district_id: str
    at: datetime

    def require_role(self, *roles: str) -> None:
        if self.principal.role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(role.replace('_', ' ') for role in roles)}.")


async def who_is_asking(request: Request) -> Asking:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Send an access token: Authorization: Bearer <token>.")
    principal = await request.app.state.verifier.verify(token.strip())
    named = request.headers.get("rollbook-district")
    if named is None and len(principal.districts) != 1:
        raise Malformed("Your token is good for several districts: name one in the header Rollbook-District.")
    district_id = named or principal.districts[0]
    if district_id not in principal.districts:
        raise Forbidden("Your token is not good for the district named in Rollbook-District.")
    return Asking(principal, district_id, request.app.state.clock())


WhoAsks = Annotated[Asking, Depends(who_is_asking)]


async def _transaction(request: Request, asking: WhoAsks) -> AsyncIterator[AsyncSession]:
    async with request.app.state.database.transaction(asking.district_id) as session:
        yield session


async def _snapshot(request: Request, asking: WhoAsks) -> AsyncIterator[AsyncSession]:
    async with request.app.state.database.snapshot(asking.district_id) as session:
        yield session


async def _bare_transaction(
    request: Request, asking: WhoAsks
) -> AsyncIterator["asyncpg.pool.PoolConnectionProxy[Any]"]:
    async with request.app.state.database.bare(asking.district_id) as connection:
        yield connection


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


# scope="function" matters: FastAPI's default ends a dependency after the response is sent, so that a caller could be
# told "201 Created" of a transaction that then fails to commit.
Transaction = Annotated[AsyncSession, Depends(_transaction, scope="function")]
Snapshot = Annotated[AsyncSession, Depends(_snapshot, scope="function")]
BareTransaction = Annotated["asyncpg.pool.PoolConnectionProxy[Any]", Depends(_bare_transaction, scope="function")]
Storage = Annotated[Database, Depends(_database)]
