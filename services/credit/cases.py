"""The distinct cases of a district: same facts under the same law are one case, ruled once. Pure.

A case's facts bear the first day on which its law was as it is, not the day itself, so that all days under one state
of the law share their cases.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from services.credit.day_count import DayCount
from services.credit.formulas import JURISDICTIONS
from services.credit.lawbook import LawFile
from services.credit.not_taken import NotTaken
from services.credit.track_days import CannotRead
from shared.schema.law import CannotRule
from shared.schema.ruling import Ruling

COLUMNS = ("membership", "absent", "eligible", "ineligible", "not_taken")
_as_json: TypeAdapter[Any] = TypeAdapter(Any)


@dataclass(frozen=True, slots=True)
class LawCase:
    """One case and what was ruled. When it cannot be ruled, the counts are zero and `cannot_rule` says why."""

    case_no: int
    jurisdiction: str
    law_digest: str
    facts: dict[str, Any]
    ruling: dict[str, Any]
    explanation: tuple[str, ...]
    because: str
    citation: str
    cannot_rule: str | None
    count: DayCount
    assumed: NotTaken = NotTaken.AS_IT_IS
    """How the district's setting reads a roll not taken; the facts are as they are."""

    @property
    def whole(self) -> DayCount:
        """The count in whole sixths, as the sheets' arrays add it."""
        return self.count.whole()

    @property
    def facts_key(self) -> str:
        return facts_key(self.facts)

    @property
    def counted_in_minutes(self) -> bool:
        """Texas's flexible attendance (rule TX-23): the day adds nothing at the official roll."""
        grounds = self.ruling.get("resting_on", ())
        return any(isinstance(one["value"], dict) and one["value"].get("day") == "by minutes" for one in grounds)


def facts_key(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def rule_case(case_no: int, jurisdiction: str, law: LawFile, facts: Any) -> LawCase:
    """Rule on the facts by the jurisdiction's formula."""
    written = _as_json.dump_python(facts, mode="json")
    try:
        if isinstance(facts, CannotRead):
            raise CannotRule(facts.because)
        ruling: Ruling[DayCount] = JURISDICTIONS[jurisdiction].rule_day(facts, law.law)
    except CannotRule as unruled:
        return LawCase(case_no, jurisdiction, law.digest, written, {}, (), str(unruled), "", str(unruled), DayCount())
    return LawCase(
        case_no,
        jurisdiction,
        law.digest,
        written,
        _as_json.dump_python(ruling, mode="json"),
        tuple(ruling.explain()),
        ruling.because,
        str(ruling.under),
        None,
        ruling.value,
    )


@dataclass
class CaseBook:
    """A district's cases by number, and by what they are. `new` are not yet stored, `last` is the greatest number."""

    cases: dict[int, LawCase] = field(default_factory=dict)
    new: list[LawCase] = field(default_factory=list)
    last: int = 0
    _numbers: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, cases: Iterable[LawCase]) -> "CaseBook":
        book = cls()
        for case in cases:
            book._keep(case)
        return book

    def _keep(self, case: LawCase) -> None:
        self.cases[case.case_no] = case
        self.last = max(self.last, case.case_no)
        self._numbers[case.jurisdiction, case.law_digest, case.facts_key] = case.case_no

    def number(self, jurisdiction: str, law: LawFile, facts: Any) -> int:
        """The case's number; a case that was never met is ruled on now."""
        key = jurisdiction, law.digest, facts_key(_as_json.dump_python(facts, mode="json"))
        if key not in self._numbers:
            case = rule_case(self.last + 1, jurisdiction, law, facts)
            self._keep(case)
            self.new.append(case)
        return self._numbers[key]

    def values(self) -> NDArray[np.int64]:
        """[cases + 1, COLUMNS]: what one student-day of each case adds to the sums, in whole sixths; row 0 nothing."""
        table = np.zeros((self.last + 1, len(COLUMNS)), dtype=np.int64)
        for case_no, case in self.cases.items():
            table[case_no] = [getattr(case.whole, column) for column in COLUMNS]
        return table

    def beyond(self) -> dict[int, DayCount]:
        """What the few cases whose days are no whole sixths add beyond those of `values`."""
        return {case_no: case.count.beyond_whole() for case_no, case in self.cases.items() if case.whole != case.count}
