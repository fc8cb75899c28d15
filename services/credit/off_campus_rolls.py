"""Which code stands behind each day that a school's sheets count present off campus."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from services.credit import tables
from services.credit.built_sheets import Built
from services.credit.formulas.texas import TexasLaw
from services.credit.mark_seen import code_in_force
from services.credit.off_campus_days import OffCampusDay, ground_of
from services.credit.official_roll import Roll
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import NO_SEAT, Seats
from shared.schema.entries import MARK_DIGITS
from shared.schema.roster import Presence
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
    law: TexasLaw,
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
    under: dict[Cell, OffCampusDay] = {}
    for cell in cells:
        enrollment = facts.enrollments[int(facts.members([cell.on])[0, cell.number])]
        track = facts.track_on(cell.track_id, cell.on)
        for slot in cell.slots:
            code = _code(standing.get((cell.on, *slot)), rosters, cell.number)
            ground = None if code is None else ground_of(codes, code, cell.on)
            if code is not None and ground is not None and track is not None:
                under[cell] = OffCampusDay(
                    facts.students[cell.number - 1], cell.on, cell.track_id, enrollment.grade, track.school_year, code,
                    ground, _day_before(facts, cell),
                )  # fmt: skip
                break
    rule = law.counted_present_off_campus
    seen = await _seen(
        connection, place, facts,
        [cell for cell, day in under.items() if rule.in_force(day.on).ground(day.ground).seen_the_same_day],
    )  # fmt: skip
    return [replace(day, seen=seen.get(cell)) for cell, day in under.items()]


def _day_before(facts: SchoolFacts, cell: Cell) -> date | None:
    """The day taught before it on her track."""
    taught = facts.days_taught.get(cell.track_id, ())
    place = bisect_left(taught, cell.on)
    return taught[place - 1] if place else None


async def _seen(connection: Any, place: tuple[str, str], facts: SchoolFacts, cells: Sequence[Cell]) -> dict[Cell, bool]:
    """Whether another roll of the day found her; a day is not in it while one is not taken and no other did."""
    others = {cell: _others(facts, cell) for cell in cells}
    days, slots = sorted({cell.on for cell in cells}), sorted({slot for of_day in others.values() for slot in of_day})
    if not slots:
        return {}
    rolls = await tables.find_rolls(connection, *place, days, slots)
    rosters = await tables.find_rosters(connection, *place, {(roll.section_id, roll.roster) for roll in rolls})
    standing = {(roll.on, roll.section_id, roll.period_id): roll for roll in rolls}
    found: dict[Cell, bool] = {}
    for cell, of_day in others.items():
        codes = [_code(standing.get((cell.on, *slot)), rosters, cell.number) for slot in of_day]
        known = [code_in_force(facts.codes, code, cell.on) for code in codes if code is not None]
        if any(code is not None and code.presence is not Presence.ABSENT for code in known):
            found[cell] = True
        elif codes and None not in codes:
            found[cell] = False
    return found


def _others(facts: SchoolFacts, cell: Cell) -> list[tuple[str, str]]:
    """Where she is due that day beside her official roll."""
    spans, on = facts.section_spans, cell.on.toordinal()
    hers = np.flatnonzero((spans.students == cell.number) & (spans.begins <= on) & (on < spans.ends)).tolist()
    order = facts.period_order(cell.track_id, cell.on)
    sections = [facts.sections[spans.section_ids[row]] for row in hers]
    return [
        (section.section_id, period)
        for section in sections
        if cell.on.isoweekday() in section.weekdays
        for period in section.period_ids
        if period in order and (section.section_id, period) not in cell.slots
    ]


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
