"""Ask credit for shares of students at the line. Program asks when it selects; it keeps what it was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, Request
from pydantic import ValidationError

from services.program.rulebook import Line
from shared.plumbing.client import ServiceClient
from shared.schema.credit import AttendanceShares
from shared.schema.refusals import Refusal, Unavailable


class CreditAway(Unavailable):
    """Credit does not answer, and attendance is not guessed."""


class CreditNotUnderstood(Refusal):
    """Credit answered with something that program cannot use."""

    status = 502


@asynccontextmanager
async def client_of_credit(app: FastAPI) -> AsyncIterator[None]:
    settings = app.state.settings
    app.state.credit = ServiceClient(
        settings.credit_url, settings.token_url, settings.client_id, settings.client_secret
    )
    yield
    await app.state.credit.close()


def _credit(request: Request) -> ServiceClient:
    credit: ServiceClient = request.app.state.credit
    return credit


Credit = Annotated[ServiceClient, Depends(_credit)]


async def read_shares(
    credit: ServiceClient, district_id: str, line: Line, begins_on: date, ends_before: date
) -> AttendanceShares:
    """Shares of every school and grade over these days. Raises CreditAway, CreditNotUnderstood."""
    days = {"begins_on": begins_on.isoformat(), "ends_before": ends_before.isoformat()}
    try:
        response = await credit.get("/v1/attendance-shares", district_id=district_id, params=days, wait=20)
    except httpx.HTTPError:
        raise CreditAway("Try again when credit is up.") from None
    if response.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise CreditAway("Credit is busy; try again shortly.")
    if response.status_code != httpx.codes.OK:
        raise CreditNotUnderstood(f"It answered with status {response.status_code}.")
    try:
        shares = AttendanceShares.model_validate_json(response.content)
    except ValidationError:
        raise CreditNotUnderstood("Its answer does not have the form of attendance shares.") from None
    if shares.district_id != district_id or not line.is_drawn_at(shares.line):
        raise CreditNotUnderstood("It spoke of another district, or of another line.")
    return shares
