"""Roll as it is, with one route more: it validates the same body and answers, with no token and no database."""

from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, FastAPI

from services.roll.app import create as create_roll
from services.roll.settings import RollSettings
from services.roll.take_roll import On, PeriodId, SectionId
from shared.plumbing.service import read_settings, serve
from shared.plumbing.straight_route import StraightRoute
from shared.schema.roll import Receipt, RollSubmission

router = APIRouter(route_class=StraightRoute)
NOON = datetime(2026, 3, 10, 18, tzinfo=UTC)


@router.put("/bench/sections/{section_id}/rolls/{on}/{period_id}", status_code=201)
async def validate_only(section_id: SectionId, on: On, period_id: PeriodId, submission: RollSubmission) -> Receipt:
    return Receipt(
        write_id=UUID(int=submission.submission_id.int),
        stream=section_id,
        sequence=len(submission.marks),
        hash=period_id * 32,
        version=1,
        recorded_at=NOON,
    )


def create() -> FastAPI:
    return create_roll(more=[router])


if __name__ == "__main__":
    serve("tests.bench.roll_app:create", read_settings(RollSettings))
