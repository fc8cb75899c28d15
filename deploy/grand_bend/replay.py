"""Replay a folder through the running system: roster in, rolls in, ADA out."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from deploy.grand_bend.folder import Folder
from deploy.grand_bend.marks import read_marks, reported_days, rolls
from deploy.grand_bend.roster import ASSUMED, OFFICIAL_PERIOD, Roster
from deploy.grand_bend.six_weeks import as_json, as_table, rows_of
from deploy.places import Addresses
from deploy.public_api import COLLECTIONS, District, Mint, batches, clerk, each_of, progress_bar
from shared.schema.roll import DatedRollSubmission

CREDIT_WITHIN = 180.0  # seconds, for a year of rolls


async def replay(addresses: Addresses, mint: Mint, console: Console, folder: Folder, out: Path | None) -> None:
    """Write one JSON row per school and six-weeks to `out` (None: standard output), and a table to the console.

    The district is the folder's own: a replay that was broken off goes on where it was, and other files begin with an
    empty one. Errors: `Trouble`.
    """
    roster = Roster(folder)
    read = read_marks(roster)
    async with District(addresses, mint, roster.folder.district_id) as district:
        with progress_bar(console) as progress:
            await _send_roster(district, roster, progress)
            await _send_rolls(district, rolls(roster, read), progress)
        answer = await district.ada_after(
            await district.heads(), roster.school_year, reported_days(roster)[-1], CREDIT_WITHIN
        )
    rows = list(rows_of(answer, len(roster.folder.reported())))
    console.print(as_table(rows))
    for line in (*ASSUMED, *_taken_later(roster), *(f"{count} {what}." for what, count in read.remarks.items())):
        console.print(f"- {line}")
    if out is None:
        print(as_json(rows), end="")  # the answer itself, for a pipe
    else:
        await asyncio.to_thread(out.write_text, as_json(rows))
        console.print(f"{len(rows)} rows are in {out}.")


async def _send_roster(district: District, roster: Roster, progress: Progress) -> None:
    for collection in COLLECTIONS:
        if rows := roster.rows(collection):
            task = progress.add_task(collection, total=len(rows))
            await district.send_rows(collection, rows, partial(progress.advance, task))


async def _send_rolls(
    district: District, taken: Mapping[str, Sequence[DatedRollSubmission]], progress: Progress
) -> None:
    """On paper, through the clerk of each school: the files name no teachers."""
    task = progress.add_task("rolls", total=sum(map(len, taken.values())))

    async def send(school_id: str, batch: Sequence[DatedRollSubmission]) -> None:
        await district.send_rolls(clerk(school_id), batch)
        progress.advance(task, len(batch))

    await each_of(
        partial(send, school_id, batch)
        for school_id, rolls_of_school in taken.items()
        for batch in batches(rolls_of_school)
    )


def _taken_later(roster: Roster) -> Iterator[str]:
    """How many students have no section in the official period, by term."""
    periods: dict[str, dict[str, set[str]]] = {}
    for key, seats in roster.seats.items():
        for student in seats:
            periods.setdefault(key.term, {}).setdefault(student, set()).add(key.period_id)
    for term, students in periods.items():
        without = [met for met in students.values() if OFFICIAL_PERIOD not in met]
        never = sum(max(met) < OFFICIAL_PERIOD for met in without)
        yield (
            f"{term}: {len(without)} of {len(students)} students have no section in period {OFFICIAL_PERIOD} and are "
            f"taken at the first period after it in which they have one; {never} have none after it."
        )
