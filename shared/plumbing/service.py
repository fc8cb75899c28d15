"""How each of the three services is put together: settings, application, and the command line's two verbs."""

import gc
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Literal, Self, TypeVar
from urllib.parse import urlsplit

import uvicorn
from fastapi import APIRouter, Depends, FastAPI
from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings

from shared.plumbing import health, problems
from shared.plumbing.circumstances import Clock, system_clock
from shared.plumbing.database import Database
from shared.plumbing.edge import Edge, asked_as_declared, configure_logs
from shared.plumbing.straight_route import Straight
from shared.plumbing.tokens import TokenVerifier

S = TypeVar("S", bound=BaseSettings)
DEVELOPMENT_ISSUER = "https://dev.invalid"
EXIT_MISCONFIGURED = 78
GRACE_SECONDS = 15


class ServiceSettings(BaseSettings):
    """What every service must be told. Read from the environment, each name with the service's own prefix."""

    database_url: str
    issuer: str
    jwks_url: str
    audience: str = "rollbook"
    environment: Literal["production", "development"] = "production"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    connections: int = Field(default=6, ge=1, le=100)
    most_at_once: int = Field(default=200, ge=1, le=10_000)
    longest_wait_ms: int = Field(default=80, ge=1, le=10_000)

    @model_validator(mode="after")
    def _production_is_not_development(self) -> Self:
        if not self.database_url.startswith("postgresql://"):
            raise ValueError("DATABASE_URL must be a postgresql:// address")
        if self.environment == "production" and (
            self.issuer == DEVELOPMENT_ISSUER or urlsplit(self.issuer).scheme != "https"
        ):
            raise ValueError("ISSUER must be an https issuer of your own: the development issuer is for development")
        if self.environment == "development" and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("HOST must be a loopback address in development")
        return self


def read_settings(kind: type[S]) -> S:
    """The settings, or exit 78 with a sentence a setting."""
    try:
        return kind()
    except ValidationError as invalid:
        prefix = str(kind.model_config.get("env_prefix", ""))
        for error in invalid.errors(include_input=False, include_url=False):
            name = prefix + ".".join(str(part) for part in error["loc"]).upper()
            print(f"{name}: {error['msg']}", file=sys.stderr)
        raise SystemExit(EXIT_MISCONFIGURED) from None


Background = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def assemble(
    name: str,
    summary: str,
    settings: ServiceSettings,
    routers: Sequence[APIRouter],
    *,
    background: Background | None = None,
    clock: Clock = system_clock,
) -> FastAPI:
    """One service as an application: its database, its verifier of tokens, its clock, its routers, its background."""
    configure_logs(name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await app.state.database.open()
            stack.push_async_callback(app.state.database.close)
            if background is not None:
                await stack.enter_async_context(background(app))
            gc.collect()
            gc.freeze()  # what is loaded stays: collections of garbage need not look at it again
            yield
            app.state.draining = True

    app = FastAPI(
        title=f"Rollbook {name}",
        summary=summary,
        version="0.1.0",
        lifespan=lifespan,
        dependencies=[Depends(asked_as_declared)],
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.database = Database(settings.database_url, f"rollbook-{name}", connections=settings.connections)
    app.state.verifier = TokenVerifier(settings.issuer, settings.audience, settings.jwks_url, clock)
    app.state.clock, app.state.draining, app.state.settings = clock, False, settings
    problems.install(app)
    for router in (health.router, *routers):
        app.include_router(router)
    app.add_middleware(Straight, routers=routers, longest_wait=settings.longest_wait_ms / 1000)
    app.add_middleware(Edge, service=name, most_at_once=settings.most_at_once)
    return app


def serve(factory: str, settings: ServiceSettings) -> None:
    """Serve `factory` (module:function) with uvicorn until told to stop; requests in flight are finished."""
    uvicorn.run(
        factory,
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=30,
        access_log=False,
        log_level="warning",
        server_header=False,
    )
