"""Two schools made by chance, of which nearly everything that decides whether a roll is due occurs."""

import random
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

MONDAY = date(2026, 3, 2)
DAYS = 26
STUDENTS = [f"s{number:02}" for number in range(24)]
TRACKS = ("m", "l")
BELLS = [("long", "1", 8, True), ("long", "2", 10, True), ("long", "3", 11, False), ("long", "4", 13, True),
         ("short", "2", 8, True), ("short", "4", 9, True)]  # fmt: skip


async def a_district(connection: Any, district: str, modes: Mapping[str, str], chance: random.Random) -> None:
    """Schools by their roll modes. With closures, Saturdays, a short and an unknown bell schedule, two tracks, of
    which one may end, students of both schools, moves between sections and back, and rolls not taken.

    `connection` does not check references: rolls have no entries.
    """
    for school, mode in modes.items():
        await insert(connection, "school", (district, school, "S", "new_york", "America/New_York", mode))
        await a_calendar(connection, district, school, chance)
        for number in range(7):
            await a_section(connection, district, school, f"{school}-{number}", chance)
    for student in STUDENTS:
        for school in chance.choices((("here",), ("here", "there"), ("there",)), (8, 1, 1))[0]:
            entry, withdrawal = a_span(chance)
            await insert(
                connection, "school_enrollment",
                (district, school, student, entry, withdrawal, "05", "m", None, None, None, None),
            )  # fmt: skip


async def a_calendar(connection: Any, district: str, school: str, chance: random.Random) -> None:
    for schedule, period, hour, instructional in BELLS:
        bell = (district, school, schedule, period, time(hour), time(hour, 50), instructional)
        await insert(connection, "bell_period", bell)
    for name in TRACKS:
        ends = chance.choice((None, None, MONDAY + timedelta(days=chance.randrange(DAYS))))
        official = chance.choice(("2", "4", "1", None))
        await insert(connection, "track", (district, school, name, 2026, MONDAY - timedelta(days=9), ends, official))
        for day in days():
            bells = chance.choices(("long", "short", None), (6, 2, 1))[0]
            row = (district, school, name, day, chance.random() < 0.9, bells, None, None)
            await insert(connection, "calendar_day", row)


async def a_section(connection: Any, district: str, school: str, section: str, chance: random.Random) -> None:
    of = chance.sample(["1", "2", "3", "4", "5"], chance.randrange(1, 4))
    weekdays = chance.choice(([1, 2, 3, 4, 5], [1, 3, 5], [2, 4, 6]))
    track = chance.choices(TRACKS, (3, 1))[0]
    await insert(connection, "section", (district, school, section, "T", track, MONDAY, None, of, weekdays))
    for student in chance.sample(STUDENTS, 14):
        for begins, ends in dict(a_span(chance) for _ in range(chance.choice((1, 1, 1, 2)))).items():
            await insert(connection, "section_enrollment", (district, school, section, student, begins, ends))
    for roster in (1, 2):
        await insert(connection, "section_roster", (district, section, roster, chance.sample(STUDENTS, 12)))
    for day in days():
        for period in of:
            if chance.random() < 0.7:
                row = (district, school, day, section, period, 1, chance.choice((1, 2)), 1, ["P"], "0" * 12, None, None)
                await insert(connection, "roll", row)


def days() -> list[date]:
    return [MONDAY + timedelta(days=number) for number in range(DAYS)]


def a_span(chance: random.Random) -> tuple[date, date | None]:
    begins = MONDAY + timedelta(days=chance.randrange(-5, DAYS))
    return begins, chance.choice((None, begins + timedelta(days=chance.randrange(1, DAYS))))


async def insert(connection: Any, table: str, row: tuple[Any, ...]) -> None:
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await connection.execute(f"INSERT INTO roll.{table} VALUES ({places})", *row)  # noqa: S608 - our own tables
