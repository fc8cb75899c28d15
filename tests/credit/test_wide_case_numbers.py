"""Case numbers have two bytes for as long as they can, and four on the sheets that need them."""

from datetime import date
from uuid import uuid4

import asyncpg
import numpy as np
import pytest

from services.credit import tables
from services.credit.built_sheets import CaseValues, count_cases, stack_sheets, sum_by_student
from services.credit.cases import CaseBook
from services.credit.formulas.texas import MarkReason, OfficialMark, TexasDay
from services.credit.lawbook import read_law_file
from services.credit.sheets import NARROW, SheetOfDay
from shared.plumbing.database import NAME_DISTRICT
from shared.schema.roster import Jurisdiction
from tests.credit.histories import BEGINNING, DAYS, STUDENTS, History
from tests.postgres import Database

LAW = read_law_file("texas")


def a_book(last: int) -> CaseBook:
    """A book whose greatest number is `last`."""
    book = CaseBook()
    book.last = last
    return book


def present_for(minutes: int) -> TexasDay:
    return TexasDay(
        date(2026, 3, 2), minutes, "1" if minutes == 420 else "2", OfficialMark.PRESENT, MarkReason.MARKED_PRESENT
    )


def built(book: CaseBook) -> list[SheetOfDay]:
    history = History(Jurisdiction.TEXAS)
    for row in BEGINNING:
        history.say(row)
    return list(history.build(set(DAYS), book).values())


@pytest.mark.parametrize(("last", "width"), [(NARROW - 1, 2), (NARROW, 4), (NARROW + 1, 4)])
def test_a_sheet_is_wide_from_the_first_case_that_two_bytes_cannot_number(last: int, width: int) -> None:
    sheets = built(a_book(last))

    assert {sheet.width for sheet in sheets} == {width}
    assert {len(sheet.cases) for sheet in sheets} == {width * len(STUDENTS)}
    assert {int(number) for sheet in sheets for number in sheet.numbers} == {last + 1}


def test_sheets_of_both_widths_are_summed_as_one() -> None:
    book = a_book(NARROW - 1)
    numbers = [book.number("texas", LAW, present_for(minutes)) for minutes in (420, 180)]
    narrow = SheetOfDay("blue", DAYS[0], np.array([numbers[0], 0], "<u2").tobytes(), 0)
    wide = SheetOfDay("blue", DAYS[1], np.array([numbers[0], numbers[1]], "<u4").tobytes(), 0, (), 4)

    cases, values = stack_sheets([narrow, wide], 2)["blue"].cases, CaseValues.of(book.values())

    assert numbers == [NARROW, NARROW + 1]
    assert cases.tolist() == [[NARROW, 0], [NARROW, NARROW + 1]]
    assert sum_by_student(cases, values)[:, 0].tolist() == [12, 3]
    assert count_cases(cases, values)[numbers].tolist() == [2, 1]


async def test_cases_and_sheets_of_both_widths_are_kept_and_found(both_databases: Database) -> None:
    district_id, book = f"district-{uuid4().hex[:8]}", a_book(NARROW - 1)
    for minutes in (420, 180):
        book.number("texas", LAW, present_for(minutes))
    sheets = [
        SheetOfDay("blue", DAYS[0], np.array([NARROW], "<u2").tobytes(), 0),
        SheetOfDay("blue", DAYS[1], np.array([NARROW + 1], "<u4").tobytes(), 3, ("one", "two"), 4),
    ]
    connection = await asyncpg.connect(both_databases.app("credit"))
    try:
        async with connection.transaction():
            await connection.execute(NAME_DISTRICT, district_id)
            await tables.keep_cases(connection, district_id, book.new)
            await tables.replace_sheets(connection, district_id, "cedar", DAYS, sheets)
            kept = [case.case_no for case in await tables.find_cases(connection, district_id)]
            found = await tables.find_sheets(connection, district_id, "cedar")
            await tables.replace_sheets(connection, district_id, "cedar", DAYS[:1], [])
            left = await tables.find_sheets(connection, district_id, "cedar")
    finally:
        await connection.close()

    assert kept == [NARROW, NARROW + 1]
    assert (found, left) == (sheets, sheets[1:])
