"""Which code stands behind each day that a school's sheets count present off campus."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from services.credit import tables
from services.credit.built_sheets import Built
from services.credit.off_campus_days import OffCampusDay, ground_of
from services.credit.official_roll import Roll
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import NO_SEAT, Seats
from shared.schema.entries import MARK_DIGITS
from shared.schema.texas import OffCampusCode


class Cell(NamedTuple):
    """A student's day, and the slots of her official roll."""

    track_id: str
    on: date
    number: int
    slots: tuple[tuple[str, str], ...]


async def find_off_campus(
    connection: Any,
    district_id: str,
    facts: SchoolFacts,
    seats: Seats,
    built: Built,
    off_campus: Collection[int],
    codes: Sequence[OffCampusCode],
) -> list[OffCampusDay]:
    """The days of the cases `off_campus` whose code the district has given a ground."""
    cells = list(_cells(seats, built, off_campus)) if codes else []
    if not cells:
        return []
    place = district_id, facts.school.school_id
    days, slots = sorted({cell.on for cell in cells}), sorted({slot for cell in cells for slot in cell.slots})
    rolls = await tables.find_rolls(connection, *place, days, slots)
    rosters = await tables.find_rosters(connection, *place, {(roll.section_id, roll.roster) for roll in rolls})
    standing = {(roll.on, roll.section_id, roll.period_id): roll for roll in rolls}
    found: list[OffCampusDay] = []
    for cell in cells:
        enrollment = facts.enrollments[int(facts.members([cell.on])[0, cell.number])]
        track = facts.track_on(cell.track_id, cell.on)
        for slot in cell.slots:
            code = _code(standing.get((cell.on, *slot)), rosters, cell.number)
            ground = None if code is None else ground_of(codes, code, cell.on)
            if code is not None and ground is not None and track is not None:
                student_id = facts.students[cell.number - 1]
                found.append(
                    OffCampusDay(student_id, cell.on, cell.track_id, enrollment.grade, track.school_year, code, ground)
                )
                break
    return found


def _cells(seats: Seats, built: Built, off_campus: Collection[int]) -> Iterator[Cell]:
    numbers = np.array(sorted(off_campus), dtype=np.uint32)
    for track_id, sheets in built.items():
        rows, places = np.nonzero(np.isin(sheets.cases, numbers))
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            on, number = sheets.days[row], place + 1
            slots = seats.plan(track_id, on).slots[:, number].tolist()
            yield Cell(track_id, on, number, tuple(seats.place_of(slot) for slot in slots if slot != NO_SEAT))


def _code(roll: Roll | None, rosters: dict[tuple[str, int], Ints], number: int) -> str | None:
    if roll is None:
        return None
    roster = rosters[roll.section_id, roll.roster].tolist()
    if number not in roster:
        return None
    return roll.codes.split(" ")[MARK_DIGITS.index(roll.marks[roster.index(number)])]
