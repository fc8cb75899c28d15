"""A program year is a school year, 1 July to 30 June, named by the year in which it ends. Pure."""

from datetime import date
from typing import Final

SPAN: Final = "It is 1 July to 30 June, named by the year in which it ends."


def year_begins(program_year: int) -> date:
    return date(program_year - 1, 7, 1)


def year_ends_before(program_year: int) -> date:
    return date(program_year, 7, 1)


def year_of(day: date) -> int:
    return day.year + (day.month >= 7)
