"""The same cases under another reading of the law: each distinct case is ruled again, once. Pure.

A case holds its facts, so nothing but the law and what is assumed of rolls not taken needs to be said again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from services.credit.cases import CaseBook, LawCase, rule_case
from services.credit.day_count import DayCount
from services.credit.formulas import JURISDICTIONS
from services.credit.formulas.california import CaliforniaDay
from services.credit.formulas.california import RollMark as CaliforniaMark
from services.credit.formulas.illinois import IllinoisDay
from services.credit.formulas.new_york import NewYorkDay, PeriodMark
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, OfficialMark, TexasDay
from services.credit.lawbook import LawFile
from services.credit.not_taken import BLOCKS, NotTaken
from shared.schema.law import CannotRule


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read otherwise in a student-day. Nothing at all by default: rolls not taken are read as the district has
    set it."""

    law_of: date | None = None
    strict_appendix_b: bool = False
    not_taken: NotTaken | None = None

    def changed(self) -> Iterable[str]:
        if self.law_of is not None:
            yield f"every student-day is ruled by the law of {self.law_of}; averages are made as they are"
        if self.strict_appendix_b:
            yield "Illinois: the minimum-time grid is the one of Appendix B (AMB-17)"
        if self.not_taken is not None:
            yield f"rolls that nobody took count as {self.not_taken}"


def reread(cases: Iterable[LawCase], lawbook: Mapping[str, LawFile], reading: Reading) -> CaseBook:
    """The cases under their old numbers, ruled again. One that cannot be ruled so says why, and counts nothing."""
    return CaseBook.of(_rule_again(case, lawbook, reading) for case in cases)


def _rule_again(case: LawCase, lawbook: Mapping[str, LawFile], reading: Reading) -> LawCase:
    assumed = case.assumed if reading.not_taken is None else reading.not_taken
    try:
        known = facts = _read(case)
        if reading.law_of is not None:
            known = facts = replace(facts, on=reading.law_of)
        if assumed is not NotTaken.AS_IT_IS:
            facts = _ASSUME[case.jurisdiction](facts, assumed)
    except CannotRule as unruled:
        return replace(case, because=str(unruled), cannot_rule=str(unruled), count=DayCount())
    again = rule_case(case.case_no, case.jurisdiction, _law(case.jurisdiction, lawbook, reading), facts)
    if facts == known:
        return again
    because = f"the roll was not taken, and is counted as {assumed}: {again.because}"
    return replace(again, facts=case.facts, because=because, assumed=assumed)


def in_every_block(cases: Mapping[int, LawCase], lawbook: Mapping[str, LawFile], block: int) -> dict[int, LawCase]:
    """The cases as they are, and from `block` and from twice `block` on each as the settings would read it."""
    every = dict(cases)
    for number, assumed in enumerate(BLOCKS):
        for case_no, case in cases.items():
            moved = replace(case, case_no=case_no + number * block, assumed=assumed)
            untaken = number and (case.count.not_taken or case.cannot_rule)
            every[moved.case_no] = _rule_again(moved, lawbook, Reading()) if untaken else moved
    return every


def _read(case: LawCase) -> Any:
    """The case's facts; CannotRule where they were never such that a formula could be asked."""
    if case.cannot_rule is not None and set(case.facts) == {"on", "because"}:
        raise CannotRule(case.cannot_rule)
    return _facts_of(case.jurisdiction).validate_python(case.facts)


@cache
def _facts_of(jurisdiction: str) -> TypeAdapter[Any]:
    return TypeAdapter(JURISDICTIONS[jurisdiction].facts)


def _law(jurisdiction: str, lawbook: Mapping[str, LawFile], reading: Reading) -> LawFile:
    law = lawbook[jurisdiction]
    if reading.strict_appendix_b and jurisdiction == "illinois":
        return replace(law, law=lawbook["illinois_appendix_b"].law.applied_to(law.law))
    return law


def _texas(day: TexasDay, assumed: NotTaken) -> TexasDay:
    if day.official_mark is not OfficialMark.NOT_TAKEN:
        return day
    reason = MarkReason.MARKED_ABSENT if assumed is NotTaken.ABSENT else MarkReason.MARKED_PRESENT
    return replace(day, official_mark=MARK_THAT_FOLLOWS[reason], mark_reason=reason)


def _california(day: CaliforniaDay, assumed: NotTaken) -> CaliforniaDay:
    mark = CaliforniaMark(assumed.value)
    marks = tuple(mark if seen is CaliforniaMark.NOT_TAKEN else seen for seen in day.marks)
    return replace(day, marks=marks or (mark,))


def _new_york(day: NewYorkDay, assumed: NotTaken) -> NewYorkDay:
    if day.enrolled_not_scheduled:
        return day
    mark = PeriodMark(assumed.value)
    marks = tuple(mark if seen is PeriodMark.NOT_TAKEN else seen for seen in day.marks)
    return replace(day, marks=marks or (mark,))


def _illinois(day: IllinoisDay, assumed: NotTaken) -> IllinoisDay:
    if None not in day.minutes_by_class and day.minutes_by_class:
        return day
    if assumed is NotTaken.PRESENT or not day.minutes_by_class:
        raise CannotRule("the minutes of a class that nobody took are not known")
    return replace(day, minutes_by_class=tuple(minutes or 0 for minutes in day.minutes_by_class))


_ASSUME: Mapping[str, Callable[[Any, NotTaken], Any]] = {
    "texas": _texas,
    "california": _california,
    "new_york": _new_york,
    "illinois": _illinois,
}
