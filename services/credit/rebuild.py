"""Build every sheet of a district again from the rolls as followed, and say which differ: they should be none."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.credit import tables
from services.credit.build_touched import Builder
from services.credit.cases import CaseBook
from services.credit.lawbook import read_lawbook
from services.credit.sheets import SheetOfDay
from shared.plumbing.database import Database


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`digest` names what the sheets say, whatever the numbers of their cases and students."""

    school_days: int
    student_days: int
    differing: tuple[tuple[str, date], ...]
    digest: str


async def rebuild(database: Database, district_id: str) -> Rebuilt:
    async with database.bare(district_id) as connection:
        await tables.lock_district(connection, district_id)
        schools = sorted(school for school in await tables.versions(connection, district_id) if school)
        before = {school: await tables.find_sheets(connection, district_id, school) for school in schools}
        await tables.touch(connection, district_id, None, [(date.min, date.max)])
    await Builder(database, district_id, read_lawbook()).build_everything_touched()
    differing: list[tuple[str, date]] = []
    days = student_days = 0
    digest = hashlib.sha256()
    async with database.bare(district_id, readonly=True) as connection:
        book = CaseBook.of(await tables.find_cases(connection, district_id))
        for school in schools:
            sheets = await tables.find_sheets(connection, district_id, school)
            differing += sorted({(school, sheet.on) for sheet in set(sheets) ^ set(before[school])})
            days += len(sheets)
            student_days += sum(_members(sheet) for sheet in sheets)
            known = await Builder(database, district_id, {}).shelf.school(connection, district_id, school)
            for line in _lines(school, sheets, known.facts.students if known else (), book):
                digest.update(line)
    return Rebuilt(days, student_days, tuple(differing), digest.hexdigest())


def _members(sheet: SheetOfDay) -> int:
    return int(np.count_nonzero(sheet.numbers))


def _lines(school_id: str, sheets: Sequence[SheetOfDay], students: Sequence[str], book: CaseBook) -> Iterator[bytes]:
    """What each sheet says, spelled out: of each member, the facts and the count."""
    said = {case_no: f"{case.facts_key} {case.count}" for case_no, case in book.cases.items()}
    for sheet in sheets:
        cases = sheet.numbers
        members = np.flatnonzero(cases).tolist()
        spelled = sorted(f"{students[place]} {said[int(cases[place])]}" for place in members)
        words = [school_id, sheet.track_id, sheet.on.isoformat(), spelled, sheet.later_roll, sheet.problems]
        yield json.dumps(words).encode()
