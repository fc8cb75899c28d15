"""Alive, ready, and how busy: /health/live, /health/ready and Prometheus's /metrics."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text

from shared.schema.base import Schema
from shared.schema.refusals import Unavailable

router = APIRouter(tags=["health"])

REQUESTS = Counter("rollbook_requests_total", "Requests answered", ["service", "method", "route", "status"])
SECONDS = Histogram(
    "rollbook_request_seconds",
    "Seconds from the request's first byte to the answer's",
    ["service", "route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
IN_FLIGHT = Gauge("rollbook_requests_in_flight", "Requests being answered now", ["service"])


class Health(Schema):
    status: str


@router.get("/health/live")
async def live() -> Health:
    """The process runs."""
    return Health(status="live")


@router.get("/health/ready")
async def ready(request: Request) -> Health:
    """The process can serve: its database answers."""
    if request.app.state.draining:
        raise Unavailable("This process is stopping.")
    async with request.app.state.database.sessions() as session:
        connection = await session.connection()
        await connection.execute(text("SELECT 1"))
    return Health(status="ready")


@router.get("/metrics", response_class=Response)
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
