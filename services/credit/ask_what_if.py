"""What if the same rolls were read otherwise: both columns, and what was changed between them."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Query

from services.credit.another_reading import Reading, reread
from services.credit.both_readings import Column, TrackCount, at_the_line, cases_read_otherwise, side_by_side
from services.credit.built_sheets import CaseValues
from services.credit.not_taken import NotTaken, say_all
from services.credit.read_ada import SchoolYear, Through
from services.credit.rulebook import Share
from services.credit.sheet_library import NoSuchSchool, Reader, SchoolSheets
from services.credit.unchanged import UNLESS_UNCHANGED, UnlessUnchanged
from shared.plumbing.problems import refusals
from shared.schema.base import Id
from shared.schema.law import NoLawInForce
from shared.schema.not_taken import NotTakenUsed
from shared.schema.refusals import Unprocessable
from shared.schema.what_if import CaseReadOtherwise, LineReadOtherwise, ReadOtherwise, WhatIf

router = APIRouter(tags=["what if"])


class NothingChanged(Unprocessable):
    """Say what is to be read otherwise."""


class OfNoSchool(Unprocessable):
    """None of the schools is in the jurisdiction whose rule is to be read otherwise."""


@router.get("/v1/what-if", responses=refusals(NothingChanged, OfNoSchool, NoSuchSchool) | UNLESS_UNCHANGED)
async def ask_what_if(
    reader: Reader,
    library: UnlessUnchanged,
    school_year: SchoolYear,
    school_id: Id | None = None,
    through: Through = None,
    law_of: Annotated[
        date | None, Query(description="Rule every student-day as if the law were that of this day.")
    ] = None,
    strict_appendix_b: Annotated[bool, Query(description="Illinois: the rival reading of the grid (AMB-17).")] = False,
    not_taken: Annotated[
        NotTaken | None, Query(description="How rolls that nobody took are read; else as the district has set it.")
    ] = None,
    ada: Annotated[
        Literal["aggregate", "refined"], Query(description="Texas: the year's ADA; refined is the mean of six periods.")
    ] = "aggregate",
    line_percent: Annotated[
        Decimal | None, Query(gt=0, le=100, decimal_places=4, description="Another line than the law's 96 %.")
    ] = None,
) -> WhatIf:
    """The rolls as they are beside the rolls as they would count. Nothing is kept and nothing is changed."""
    reading = Reading(law_of, strict_appendix_b, not_taken)
    changed = [*reading.changed()]
    if ada == "refined":
        changed.append("Texas: the year's ADA is refined, the mean of the six periods' (AMB-3)")
    if line_percent is not None:
        changed.append(f"students are held against a line of at least {line_percent} %")
    if not changed:
        raise NothingChanged("Give law_of, strict_appendix_b, not_taken, ada or line_percent.")
    async with library.view(reader, only=school_id) as view:
        if school_id is not None:
            view.school(school_id)
        if not_taken is NotTaken.AS_IT_IS and not view.values.settings and len(changed) == 1:
            raise NothingChanged("Rolls that nobody took are read as that already: the district has set nothing else.")
        jurisdictions = {one.facts.school.jurisdiction for one in view.schools.values()}
        if (strict_appendix_b and "illinois" not in jurisdictions) or (
            ada == "refined" and "texas" not in jurisdictions
        ):
            raise OfNoSchool("Appendix B is Illinois's, refined ADA is Texas's.")
        last = {name: min(through or view.today(name), view.today(name)) for name in view.schools}
    now = Column(view.values, view.cases, view.lawbook)
    question = Question(school_year, reading, ada == "refined", line_percent)
    answered = await asyncio.to_thread(_answer, view.schools, last, now, question)
    return WhatIf(
        district_id=reader.district_id,
        school_year=school_year,
        through=through,
        changed=tuple(changed),
        law_digest=view.law_digest,
        followed_through=view.followed_through,
        rows=tuple(
            row for row in answered.rows if row.school_id or (school_id is None and reader.principal.schools is None)
        ),
        lines=answered.lines,
        cases=answered.cases,
        not_taken=answered.not_taken,
    )


@dataclass(frozen=True, slots=True)
class Question:
    school_year: int
    reading: Reading
    refined: bool
    line_percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Answered:
    rows: tuple[ReadOtherwise, ...]
    lines: tuple[LineReadOtherwise, ...]
    cases: tuple[CaseReadOtherwise, ...]
    not_taken: tuple[NotTakenUsed, ...]


def _answer(schools: Mapping[str, SchoolSheets], last: Mapping[str, date], now: Column, asked: Question) -> Answered:
    def count(column: Column) -> list[TrackCount]:
        return [one for name, school in schools.items() for one in column.count(school, asked.school_year, last[name])]

    as_is = count(now)
    met = {case_no for _, row in as_is for case_no in np.flatnonzero(row.cases).tolist()}
    book = reread((now.cases[case_no] for case_no in sorted(met)), now.lawbook, asked.reading)
    values = np.zeros_like(now.values.columns)
    again = book.values()
    values[: len(again)] = again
    then = Column(CaseValues.of(values, now.values.settings, book.beyond()), book.cases, now.lawbook, asked.refined)
    return Answered(
        tuple(side_by_side(now, as_is, then, count(then))),
        tuple(_lines(schools, last, as_is, now, then, asked.line_percent)),
        tuple(cases_read_otherwise(as_is, now.cases, book.cases)),
        say_all([untaken for _, row in as_is for untaken in row.untaken]),
    )


def _lines(
    schools: Mapping[str, SchoolSheets],
    last: Mapping[str, date],
    as_is: Sequence[TrackCount],
    now: Column,
    then: Column,
    line_percent: Decimal | None,
) -> Iterator[LineReadOtherwise]:
    """Every school's students at the law's line and at the other, in the year. None before the law has a line."""
    for name, school in schools.items():
        first = min((row.begins_on for _, row in as_is if row.school_id == name), default=None)
        if first is None:
            continue
        try:
            other = rule = now.lawbook["lausd"].law.target_line.in_force(first)
        except NoLawInForce:
            continue
        if line_percent is not None:
            other = rule.model_copy(update={"rate": Share(at_least_percent=line_percent)})
        before = at_the_line(school, now.values, first, last[name], rule)
        after = at_the_line(school, then.values, first, last[name], other)
        yield LineReadOtherwise(
            school_id=name, students=before.students + before.without_a_rate,
            line=str(rule.rate), at_or_above=before.at_or_above, without_a_rate=before.without_a_rate,
            what_if_line=str(other.rate), what_if_at_or_above=after.at_or_above,
            what_if_without_a_rate=after.without_a_rate, difference=after.at_or_above - before.at_or_above,
        )  # fmt: skip
