"""Build every sheet of a district again from the rolls as followed, and say which differ: they should be none."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from services.credit import tables
from services.credit.build_together import build_together
from services.credit.build_touched import Builder
from services.credit.cases import CaseBook
from services.credit.lawbook import read_lawbook
from services.credit.sheets import SheetOfDay
from shared.plumbing.database import Database


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`digest` names what the sheets say, whatever the numbers of their cases and students."""

    seconds: float
    school_days: int
    student_days: int
    differing: tuple[tuple[str, date], ...]
    digest: str


async def rebuild(database: Database, district_id: str, processes: int = 1) -> Rebuilt:
    async with database.bare(district_id) as connection:
        await tables.lock_district(connection, district_id)
        schools = sorted(school for school in await tables.versions(connection, district_id) if school)
        before = {school: await tables.find_sheets(connection, district_id, school) for school in schools}
        await tables.touch(connection, district_id, None, [(date.min, date.max)])
    began = time.perf_counter()
    await build_together(Builder(database, district_id, read_lawbook()), processes)
    seconds = time.perf_counter() - began
    differing: list[tuple[str, date]] = []
    days = student_days = 0
    digest = hashlib.sha256()
    async with database.bare(district_id, readonly=True) as connection:
        book = CaseBook.of(await tables.find_cases(connection, district_id))
        for school in schools:
            sheets = await tables.find_sheets(connection, district_id, school)
            differing += sorted({(school, sheet.on) for sheet in set(sheets) ^ set(before[school])})
            days += len(sheets)
            student_days += sum(int(np.count_nonzero(sheet.numbers)) for sheet in sheets)
            known = await Builder(database, district_id, {}).shelf.school(connection, district_id, school)
            for line in _lines(school, sheets, known.facts.students if known else (), book):
                digest.update(line)
    return Rebuilt(seconds, days, student_days, tuple(differing), digest.hexdigest())


def _lines(school_id: str, sheets: Sequence[SheetOfDay], students: Sequence[str], book: CaseBook) -> Iterator[bytes]:
    """What the sheets say: who is on them in the order of their ids, and of each of them the facts and the count."""
    said = {case_no: f"{case.facts_key} {case.count}" for case_no, case in book.cases.items()}
    cases = np.zeros((len(sheets), len(students) + 1), dtype=np.uint32)
    for row, sheet in enumerate(sheets):
        cases[row, : len(sheet.numbers)] = sheet.numbers
    met = np.flatnonzero(np.bincount(cases.ravel()))
    words = sorted({said[number] for number in met.tolist() if number})
    place = {word: index for index, word in enumerate(words, start=1)}
    named = np.zeros(int(met.max(initial=0)) + 1, dtype="<u4")
    named[met] = [place[said[number]] if number else 0 for number in met.tolist()]
    members = sorted(np.flatnonzero(cases.any(axis=0)).tolist(), key=students.__getitem__)
    yield json.dumps([school_id, words, [students[member] for member in members]]).encode()
    for sheet, row in zip(sheets, named[cases][:, members], strict=True):
        yield json.dumps([sheet.track_id, sheet.on.isoformat(), sheet.later_roll, sheet.problems]).encode()
        yield row.tobytes()
