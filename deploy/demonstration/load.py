"""Load the demonstration district through the public API, as its SIS, its teachers and its office would."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from rich.console import Console
from rich.progress import Progress

from deploy.demonstration.district import Demonstration
from deploy.demonstration.rolls import OfficeAdjustment, TeacherRoll
from deploy.public_api import COLLECTIONS, OFFICE, District, Person, batches, clerk, each_of, progress_bar
from shared.schema.roll import RollSubmission, Sheet


async def load(district: District, demonstration: Demonstration, console: Console) -> int:
    """Send everything but the roll that the main job takes; how many rolls were sent, 0 when all were there already.

    Every write has a name that is the same every time: a load that was broken off is taken up by the next.
    """
    if await _was_loaded(district, demonstration):
        return 0
    with progress_bar(console) as progress:
        await _send_roster(district, demonstration, progress)
        past = [roll for rolls in demonstration.rolls for roll in rolls.past]
        await _send_batches(district, past, progress, "rolls of the year")
        amended = [roll for rolls in demonstration.rolls for roll in rolls.amendments]
        await _send_batches(district, amended, progress, "rolls amended")
        await _send_adjustments(
            district, [made for rolls in demonstration.rolls for made in rolls.adjustments], progress
        )
        await _send_today(district, demonstration.today, progress)
    return len(past) + len(demonstration.today)


async def _was_loaded(district: District, demonstration: Demonstration) -> bool:
    """Is the very last write of a load there?"""
    last = demonstration.today[-1].submission
    response = await district.ask(OFFICE, "GET", district.sheet_url(last.section_id, last.on, last.period_id))
    return response.is_success and Sheet.model_validate_json(response.content).version > 0


async def _send_roster(district: District, demonstration: Demonstration, progress: Progress) -> None:
    rows = {collection: demonstration.rows(collection) for collection in COLLECTIONS}
    task = progress.add_task("roster rows", total=sum(map(len, rows.values())))
    for collection, of_it in rows.items():
        await district.send_rows(collection, of_it, partial(progress.advance, task))


async def _send_batches(
    district: District, rolls: Sequence[TeacherRoll], progress: Progress, what: str
) -> None:  # fmt: skip
    """As devices do that were offline: each teacher's own rolls, a month at a time."""
    task = progress.add_task(what, total=len(rolls))
    of_teacher: dict[tuple[str, Person], list[TeacherRoll]] = defaultdict(list)
    for roll in sorted(rolls, key=lambda roll: f"{roll.submission.on:%Y%m}"):
        of_teacher[f"{roll.submission.on:%Y%m}", roll.teacher].append(roll)

    async def send(teacher: Person, rolls: Sequence[TeacherRoll]) -> None:
        for batch in batches([roll.submission for roll in rolls]):
            await district.send_rolls(teacher, batch)
            progress.advance(task, len(batch))

    await each_of(partial(send, teacher, rolls) for (_, teacher), rolls in of_teacher.items())


async def _send_adjustments(district: District, adjustments: Sequence[OfficeAdjustment], progress: Progress) -> None:
    task = progress.add_task("marks adjusted", total=len(adjustments))

    async def send(made: OfficeAdjustment) -> None:
        url = f"{district.roll_url(made.meeting.section_id, made.meeting.on, made.meeting.period_id)}/adjustments"
        await district.agreed(clerk(made.school_id), "POST", url, made.adjustment)
        progress.advance(task)

    await each_of(partial(send, made) for made in adjustments)


async def _send_today(district: District, rolls: Sequence[TeacherRoll], progress: Progress) -> None:
    """One by one, as they come in from classrooms; the last of all tells the next start that all is loaded."""
    task = progress.add_task("rolls of today", total=len(rolls))

    async def send(roll: TeacherRoll) -> None:
        said = roll.submission
        url = district.roll_url(said.section_id, said.on, said.period_id)
        body = RollSubmission.model_validate(said.model_dump(include=set(RollSubmission.model_fields)))
        await district.agreed(roll.teacher, "PUT", url, body)
        progress.advance(task)

    await each_of(partial(send, roll) for roll in rolls[:-1])
    await send(rolls[-1])
