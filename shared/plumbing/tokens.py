"""Access tokens: whom the issuer says is asking, once its signature and every claim have been checked."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.schema.refusals import Unauthenticated, Unavailable

log = structlog.get_logger()
ALGORITHMS = ["ES256", "EdDSA", "RS256"]
SCHOOL_ROLES = ("teacher", "attendance_clerk", "principal", "counselor")
DISTRICT_ROLES = ("district_office", "auditor", "sis_client", "service", "coordinator", "dashboard")
ROLES = frozenset(SCHOOL_ROLES + DISTRICT_ROLES)
OF_NAMED_SCHOOLS = frozenset(SCHOOL_ROLES) - {"teacher"}  # a teacher's sections are in the schedule, not in her token
LEEWAY_SECONDS = 60
REFRESH_COOLDOWN_SECONDS = 30
FIRST_KEYS_COOLDOWN_SECONDS = 1
# What a hostile token, or an issuer in trouble, can make the libraries raise.
UNREADABLE = (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


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


Moment = Annotated[float, Field(ge=0, lt=2**40)]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]


class Claims(BaseModel):
    """What an access token must say (RFC 9068, 2.2), and what it says beside that for us."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    iss: str
    aud: str | list[str]
    sub: Name
    iat: Moment
    exp: Moment
    nbf: Moment = 0
    role: str
    districts: Annotated[list[Name], Field(min_length=1)]
    schools: list[Name] | None = None


class TokenVerifier:
    """Verifies access tokens (RFC 9068) against the issuer's keys. There is no way to turn it off.

    Keys come from an http(s) or file URL. An unknown key is looked up again at most every 30 seconds; when the issuer
    is down, the keys that we have go on being good.
    """

    def __init__(self, issuer: str, audience: str, jwks_url: str, clock: Callable[[], datetime]) -> None:
        self.issuer, self.audience, self.jwks_url, self.clock = issuer, audience, jwks_url, clock
        self._keys: KeySet | None = None
        self._fetch_again_at = float("-inf")
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
            except UNREADABLE:
                if attempt == "with fresh keys" or not await self._fetch():
                    raise Unauthenticated("The access token is not one that this service accepts.") from None
                continue
            if str(decoded.header.get("typ")).lower() not in ("at+jwt", "application/at+jwt"):
                raise Unauthenticated("The token is not an access token.")
            return dict(decoded.claims)
        raise AssertionError("unreachable")

    async def _fetch(self) -> bool:
        """Fetch the issuer's keys; False when that was tried a moment ago."""
        async with self._lock:
            moment = self.clock().timestamp()
            if moment >= self._fetch_again_at:
                try:
                    self._keys = KeySet.import_key_set(json.loads(await self._read_keys()))
                except (OSError, httpx.HTTPError, *UNREADABLE) as trouble:
                    log.warning("the issuer's keys cannot be read", failure=type(trouble).__name__)
                cooldown = REFRESH_COOLDOWN_SECONDS if self._keys else FIRST_KEYS_COOLDOWN_SECONDS
                self._fetch_again_at = moment + cooldown
            elif self._keys is not None:
                return False
            if self._keys is None:
                raise Unavailable("The issuer's keys cannot be read; try again shortly.")
            return True

    async def _read_keys(self) -> str:
        url = urlsplit(self.jwks_url)
        if url.scheme == "file":
            return await asyncio.to_thread(Path(url.path).read_text)
        async with httpx.AsyncClient(timeout=3) as client:
            return (await client.get(self.jwks_url)).raise_for_status().text

    def _principal(self, said: dict[str, Any], moment: float) -> Principal:
        try:
            claims = Claims.model_validate(said)
        except ValidationError:
            raise Unauthenticated("The access token does not say all that this service must know.") from None
        audience = claims.aud if isinstance(claims.aud, list) else [claims.aud]
        if claims.iss != self.issuer or self.audience not in audience:
            raise Unauthenticated("The access token was made by another issuer or for another audience.")
        begins = max(claims.iat, claims.nbf)
        if not begins - LEEWAY_SECONDS <= moment < claims.exp + LEEWAY_SECONDS:
            raise Unauthenticated("The access token has expired or is not valid yet; get a new one.")
        if claims.role not in ROLES:
            raise Unauthenticated("The access token names no role that this service knows.")
        schools = None if claims.schools is None else tuple(claims.schools)
        if schools is None and claims.role in OF_NAMED_SCHOOLS:
            schools = ()  # a school's own staff without a school may see none, not all
        return Principal(claims.sub, claims.role, tuple(claims.districts), schools, claims.exp)
