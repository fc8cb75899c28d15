"""Who is asking, and when: every slice is told; none looks for itself."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.plumbing.database import Database
from shared.plumbing.tokens import Principal
from shared.schema.refusals import Forbidden, Malformed, Unauthenticated

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


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
    if scheme.lower() != "bearer" or not token.strip():
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
