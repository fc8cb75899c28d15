"""What days add in a window of them, as the district has set it for days whose roll nobody took (GEN-6). Pure.

The setting in force on the window's first day counts the whole window, as it does a reporting period.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from services.credit.built_sheets import Built, CaseValues, Sixths, count_cases
from services.credit.cases import COLUMNS
from services.credit.not_taken import Untaken, say_all
from services.credit.school_facts import SchoolFacts
from shared.schema.not_taken import NotTakenUsed


@dataclass(frozen=True, slots=True)
class WindowValues:
    """`values` of sheets' own numbers; `counts` of every case in the window, where the setting reads it; and how many
    days nobody took."""

    values: CaseValues
    counts: Sixths
    untaken: Untaken


def window_values(facts: SchoolFacts, built: Built, values: CaseValues, first: date, last: date) -> WindowValues:
    """Of a school's days from `first` until before `last`."""
    as_set, place, untaken = values.as_set(facts.school.jurisdiction.value, first)
    counts = np.zeros(values.block, dtype=np.int64)
    for sheets in built.values():
        counts += count_cases(sheets.cases[sheets.between(first, last)], as_set)
    sixths = int(counts @ values.columns[: values.block, COLUMNS.index("not_taken")])
    return WindowValues(as_set, values.place(counts, place), replace(untaken, sixths=sixths))


def say_used(windows: Iterable[WindowValues]) -> tuple[NotTakenUsed, ...]:
    """Each setting that was used, by jurisdiction, with the days that it was about."""
    return tuple(
        sorted(say_all([window.untaken for window in windows]), key=lambda used: (used.jurisdiction, used.said))
    )
