"""What a device collected while it was offline: up to a hundred rolls, each kept or refused by itself."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from fastapi import APIRouter

from services.roll.conflicts import RollName, find_conflicts
from services.roll.edit_window import EditsClosed
from services.roll.merge_roll import merge_roll
from services.roll.roll_desk import Desk
from services.roll.take_roll import RollChanged, take
from shared.plumbing.circumstances import Asking, Storage, WhoAsks
from shared.plumbing.database import Database
from shared.plumbing.json_body import BulkJSONRoute
from shared.plumbing.problems import refusals
from shared.schema.refusals import Refusal, Unavailable
from shared.schema.roll import BatchAnswer, BatchItem, DatedRollSubmission, MarkConflict, RollBatch

router = APIRouter(tags=["rolls"], route_class=BulkJSONRoute)


@router.post("/v1/roll-batches", responses=refusals())
async def take_batch(batch: RollBatch, asking: WhoAsks, database: Storage, desk: Desk) -> BatchAnswer:
    """Record each roll in its own transaction. Send what was not kept again, in any order, any number of times.

    A roll that others have taken or amended meanwhile is merged with theirs, student by student. Where they differ
    both are kept, and the item says so in `conflicts`.
    """
    asking.require_role("teacher", "attendance_clerk", "district_office")
    merging = asyncio.Lock()  # a batch waits for one stream at a time, so that it never holds every connection

    async def one(submission: DatedRollSubmission) -> BatchItem:
        name = submission.submission_id
        place = submission.section_id, submission.on, submission.period_id
        try:
            try:
                receipt, replayed = await take(database, desk, asking, *place, submission)
            except (RollChanged, EditsClosed):
                async with merging:
                    receipt, replayed = await merge_roll(database, asking, *place, submission)
        except Unavailable:
            raise
        except Refusal as refusal:
            return BatchItem(
                submission_id=name, status=refusal.status, problem=f"/problems/{refusal.slug()}", detail=refusal.detail
            )
        return BatchItem(submission_id=name, status=200 if replayed else 201, receipt=receipt)

    # Rolls of different places are recorded together; those of one place in the order in which they were collected.
    places: dict[RollName, list[int]] = defaultdict(list)
    for number, submission in enumerate(batch.submissions):
        places[submission.section_id, submission.on, submission.period_id].append(number)

    results: dict[int, BatchItem] = {}

    async def of_one_place(numbers: list[int]) -> None:
        for number in numbers:
            results[number] = await one(batch.submissions[number])

    await asyncio.gather(*map(of_one_place, places.values()))
    conflicts = await _conflicts_of(database, asking, places, results)
    return BatchAnswer(
        results=tuple(
            results[number].model_copy(update={"conflicts": conflicts.get(number, ())})
            for number in range(len(batch.submissions))
        )
    )


async def _conflicts_of(
    database: Database, asking: Asking, places: Mapping[RollName, Sequence[int]], results: Mapping[int, BatchItem]
) -> dict[int, tuple[MarkConflict, ...]]:
    """By the items that were kept. Of a roll that was just now taken first, nobody can have said otherwise."""
    kept = {
        number: name
        for name, numbers in places.items()
        for number in numbers
        if (receipt := results[number].receipt) is not None and (receipt.version > 1 or results[number].status == 200)
    }
    if not kept:
        return {}
    async with database.bare(asking.district_id, readonly=True) as connection:
        conflicts = await find_conflicts(connection, asking, set(kept.values()))
    return {number: conflicts[name] for number, name in kept.items() if name in conflicts}
