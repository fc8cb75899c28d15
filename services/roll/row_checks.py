"""What the rows of a call are held against: the rows that are here, the rolls taken, what was certified."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll import roster_findings as found
from services.roll.certified_rows import look_at_certified
from services.roll.code_mapping import check_mapping, warn_of_unmapped_codes
from services.roll.code_meaning import refuse_other_meanings
from services.roll.official_period import refuse_other_periods
from services.roll.roll_mode_warnings import warn_of_rare_rolls
from services.roll.roster_collections import ROSTER, Collection
from services.roll.roster_findings import Finding
from services.roll.row_intake import Intake
from services.roll.short_days import short_days, short_schedules
from services.roll.stored_rows import standing_rows
from shared.plumbing.circumstances import Asking


@dataclass
class Neighbours:
    """Rows of a call among the others, as they would stand together."""

    session: AsyncSession
    district_id: str
    collection: Collection
    rows: Mapping[int, Any]

    async def of(self, name: str, *on: str) -> list[Any]:
        """The rows of a collection that have, in those columns, what a row of the call has."""
        kind = ROSTER[name]
        rows = await standing_rows(self.session, self.district_id, kind, self.rows.values(), on)
        if kind is self.collection:
            rows |= {kind.key_of(row): row for row in self.rows.values()}
        return list(rows.values())

    def tell(self, findings: Iterable[Finding], intake: Intake, say: Callable[[int, str | None, str], None]) -> int:
        """Say each once, of the last of its rows that came with the call: how many were said."""
        numbers, said = {id(row): number for number, row in self.rows.items()}, 0
        for finding in findings:
            ours = [numbers[id(row)] for row in finding.rows if id(row) in numbers]
            if ours and all(number in intake.rows for number in ours):
                say(max(ours), finding.column, finding.detail)
                said += 1
        return said


async def check_rows(
    session: AsyncSession, asking: Asking, collection: Collection, intake: Intake, new: Mapping[int, Any],
    before: Mapping[Any, Any],
) -> tuple[UUID, ...]:  # fmt: skip
    """Refuse new rows, and warn of any that should be looked at. `before` has the new ones as they stand.

    The approvals by which locked days of the calendar change.
    """
    district_id = asking.district_id
    near = Neighbours(session, district_id, collection, new)
    await _refuse_the_later(collection, intake, near)
    if collection.name == "attendance_codes" and new:
        await refuse_other_meanings(session, district_id, intake, new, before, await near.of(collection.name, "code"))
        await check_mapping(session, district_id, intake, new)
    if collection.name == "tracks":
        await refuse_other_periods(session, district_id, intake, new, before)
    approvals = await look_at_certified(session, asking, collection, intake, new, before)
    await warn_of_rows(session, district_id, collection, intake)
    return approvals


REFUSED: Mapping[str, tuple[tuple[str, ...], Callable[[Iterable[Any]], Iterator[Finding]]]] = {
    "school_enrollments": (("school_id", "student_id"), found.enrolled_twice),
    "tracks": (("school_id", "track_id"), found.tracks_at_once),
    "attendance_codes": (("code",), found.codes_at_once),
}
"""Of two such rows only one can be so."""


async def _refuse_the_later(collection: Collection, intake: Intake, near: Neighbours) -> None:
    if collection.name not in REFUSED or not near.rows:
        return
    on, find = REFUSED[collection.name]
    rows, refused = await near.of(collection.name, *on), 1
    while refused:
        gone = {id(row) for number, row in near.rows.items() if number not in intake.rows}
        refused = near.tell(find([row for row in rows if id(row) not in gone]), intake, intake.refuse)


async def warn_of_rows(session: AsyncSession, district_id: str, collection: Collection, intake: Intake) -> None:
    """What should be looked at in the rows of a call, new or not."""
    near = Neighbours(session, district_id, collection, intake.rows)
    findings: list[Finding] = []
    match collection.name:
        case "schools":
            await warn_of_rare_rolls(session, district_id, intake)
            await warn_of_unmapped_codes(session, district_id, intake)
        case "school_enrollments":
            findings += found.enrolled_elsewhere(await near.of("school_enrollments", "student_id"))
        case "bell_periods":
            bells = await near.of("bell_periods", "school_id", "bell_schedule_id")
            findings += found.bells_at_once(bells)
            findings += short_schedules(bells, await near.of("schools", "school_id"))
        case "reporting_periods" | "calendar_days":
            tracks = await near.of("tracks", "school_id", "track_id")
            periods = await near.of("reporting_periods", "school_id", "track_id")
            days = await near.of("calendar_days", "school_id", "track_id")
            unreported = list(found.unreported_days(days, periods, tracks))
            if collection.name == "reporting_periods":
                findings += found.reporting_periods(periods, tracks)
                findings += found.left_over(unreported, periods)
            else:
                bells = await near.of("bell_periods", "school_id")
                findings += found.days_without_bells(days, {(bell.school_id, bell.bell_schedule_id) for bell in bells})
                findings += unreported
                findings += short_days(days, bells, await near.of("schools", "school_id"))
    near.tell(findings, intake, intake.warn)
