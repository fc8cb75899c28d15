"""What a device collected while it was offline: up to a hundred rolls, each kept or refused by itself."""

from fastapi import APIRouter

from services.roll.take_roll import take
from shared.plumbing.circumstances import Storage, WhoAsks
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.refusals import Refusal, Unavailable
from shared.schema.roll import BatchAnswer, BatchItem, DatedRollSubmission, RollBatch

router = APIRouter(tags=["rolls"], route_class=BulkJSONRoute)


@router.post("/v1/roll-batches", responses=refusals())
async def take_batch(batch: RollBatch, asking: WhoAsks, database: Storage) -> BatchAnswer:
    """Record each roll in its own transaction. Send what was not kept again, in any order, any number of times."""
    asking.require_role("teacher", "attendance_clerk", "district_office")

    async def one(submission: DatedRollSubmission) -> BatchItem:
        name = submission.submission_id
        try:
            receipt, replayed = await take(
                database, asking, submission.section_id, submission.on, submission.period_id, submission
            )
        except Unavailable:
            raise
        except Refusal as refusal:
            return BatchItem(
                submission_id=name, status=refusal.status, problem=f"/problems/{refusal.slug()}", detail=refusal.detail
            )
        return BatchItem(submission_id=name, status=200 if replayed else 201, receipt=receipt)

    return BatchAnswer(results=tuple([await one(submission) for submission in batch.submissions]))
