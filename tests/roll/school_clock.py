"""A clock on the school's wall: a roll service whose moment a test sets, while tokens go by the true time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.roll.app import create
from services.roll.settings import RollSettings
from tests.roll.lincoln_high import TUESDAY
from tests.running import running

CHICAGO = ZoneInfo("America/Chicago")


class SchoolClock:
    """Noon of the Tuesday, in Chicago, until it is set."""

    def __init__(self) -> None:
        self.moment = datetime.combine(date.fromisoformat(TUESDAY), time(12), CHICAGO)

    def __call__(self) -> datetime:
        return self.moment

    def set(self, on: str, at: str) -> None:
        self.moment = datetime.combine(date.fromisoformat(on), time.fromisoformat(at), CHICAGO)


@asynccontextmanager
async def roll_by(clock: SchoolClock, settings: RollSettings) -> AsyncIterator[str]:
    """The url of a roll service that asks this clock."""
    app = create(settings)
    app.state.clock = clock
    async with running(app) as url:
        yield url
