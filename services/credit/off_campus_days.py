"""Texas: days on which a student is counted present although she is elsewhere, and those beyond the most (TX-14). Pure.

The office's code says why; the district says which of the law's grounds the code is. In a school year the first days
of a ground count; the days beyond its most, in the year or in a row, are absences, and so are those of a grade that it
is not for, and those after which she should have come and was seen by no roll.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from services.credit.built_sheets import Built
from services.credit.cases import LawCase, rule_case
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, OffCampus, OffCampusGround, TexasDay, TexasLaw
from services.credit.lawbook import LawFile
from shared.schema.texas import OffCampusCode


@dataclass(frozen=True, slots=True)
class OffCampusDay:
    """A student's day under a code that the district has given a ground. `because` is empty while it counts present.

    `day_before` is the day taught before it; `seen`: whether another roll of the day found her, None while unknown.
    """

    student_id: str
    on: date
    track_id: str
    grade: str
    school_year: int
    code: str
    ground: str
    day_before: date | None = None
    seen: bool | None = None
    because: str = ""


def ground_of(codes: Iterable[OffCampusCode], code: str, on: date) -> str | None:
    """What the district says that the code is for on a day: of several rows, the one that began last."""
    known = [
        row
        for row in codes
        if row.code == code and row.begins_on <= on and (row.ends_before is None or on < row.ends_before)
    ]
    last = max(known, key=lambda row: row.begins_on, default=None)
    return None if last is None else last.ground


def held_against_the_most(days: Iterable[OffCampusDay], law: TexasLaw) -> list[OffCampusDay]:
    """The days in order, each with the reason why it does not count present, where there is one."""
    judged: list[OffCampusDay] = []
    counted: dict[tuple[str, str, int], int] = defaultdict(int)
    in_a_row: dict[tuple[str, str, date | None], int] = defaultdict(int)
    for day in sorted(days, key=lambda one: (one.student_id, one.on)):
        rule: OffCampus = law.counted_present_off_campus.in_force(day.on)
        ground, year = rule.ground(day.ground), (day.student_id, day.ground, day.school_year)
        row = 1 + in_a_row[day.student_id, day.ground, day.day_before] if day.day_before else 1
        because = _why_not(day, ground, counted[year] + 1, row)
        if not because:
            counted[year] += 1
            in_a_row[day.student_id, day.ground, day.on] = row
        judged.append(replace(day, because=because))
    return judged


def _why_not(day: OffCampusDay, ground: OffCampusGround, of_the_year: int, in_a_row: int) -> str:
    """Why her day, the so-manieth of the ground in the year and in a row, does not count present; "" if it does."""
    if ground.grades is not None and day.grade not in ground.grades:
        return f"{ground.ground} is not for grade {day.grade}"
    if ground.most_days_a_year is not None and of_the_year > ground.most_days_a_year:
        return f"{ground.ground}: at most {ground.most_days_a_year} days a year"
    if ground.most_days_in_a_row is not None and in_a_row > ground.most_days_in_a_row:
        return f"{ground.ground}: at most {ground.most_days_in_a_row} in a row"
    if ground.seen_the_same_day and day.seen is False:
        return f"{ground.ground}: every other roll of the day says that she was absent"
    return ""


def twins(cases: Mapping[int, LawCase], lawbook: Mapping[str, LawFile], last: int) -> dict[int, LawCase]:
    """By the number of a day counted present off campus: the same day beyond the most, numbered from after `last`."""
    found: dict[int, LawCase] = {}
    reason = MarkReason.OFF_CAMPUS_NOT_COUNTED
    for case_no, case in sorted(cases.items()):
        if case.jurisdiction == "texas" and case.facts.get("mark_reason") == MarkReason.OFF_CAMPUS_COUNTED_PRESENT:
            said = {"on": date.fromisoformat(case.facts["on"]), "official_mark": MARK_THAT_FOLLOWS[reason]}
            facts = TexasDay(**case.facts | said | {"mark_reason": reason})
            number = last + 1 + len(found)
            found[case_no] = replace(rule_case(number, "texas", lawbook["texas"], facts), law_digest=case.law_digest)
    return found


def beyond_the_most(
    built: Built, days: Sequence[OffCampusDay], number_of: Mapping[str, int], twin: Mapping[int, int]
) -> Built:
    """The sheets, with those days that do not count present as their twins."""
    beyond = [day for day in days if day.because]
    changed = dict(built)
    for track_id in {day.track_id for day in beyond}:
        sheets = built[track_id]
        cases = sheets.cases.astype(np.uint32)
        for day in beyond:
            if day.track_id == track_id:
                row, place = sheets.days.index(day.on), number_of[day.student_id] - 1
                cases[row, place] = twin[int(cases[row, place])]
        changed[track_id] = replace(sheets, cases=cases)
    return changed
