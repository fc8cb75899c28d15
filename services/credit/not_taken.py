"""What becomes of a day whose roll nobody took (GEN-6): a setting of the district, dated, never silent. Pure.

The setting in force on the first day of a reporting period counts the whole period. Every answer says which it was,
and how many days it was about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.credit.day_count import Exact, in_days
from shared.schema.not_taken import NotTakenUsed

LEFT_OUT = "left out and counted"
COUNTED_ABSENT = "counted as absent, and shown"

NOT_TAKEN: Mapping[str, str] = {
    "texas": LEFT_OUT,
    "new_york": LEFT_OUT,
    "new_york, chronic absence report (NY-12)": COUNTED_ABSENT,
    "illinois": LEFT_OUT,
    "california": LEFT_OUT,
    "national": LEFT_OUT,
}
"""The defaults: left out of present and absent alike; every answer has its number beside them."""


class NotTaken(StrEnum):
    """How a roll that nobody took is read."""

    AS_IT_IS = "not_taken"
    ABSENT = "absent"
    PRESENT = "present"


BLOCKS = tuple(NotTaken)
"""Cases as they are, and each again as a setting reads it: see `CaseValues`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A district's setting for one jurisdiction, from a day on."""

    jurisdiction: str
    counts_as: NotTaken
    begins_on: date
    reason: str
    set_at: datetime
    set_by: str

    def __str__(self) -> str:
        at = self.set_at.isoformat(timespec="seconds")
        return f"as {self.set_by} set it at {at} for periods from {self.begins_on} on: {self.reason}"


def in_force(settings: Iterable[Setting], jurisdiction: str, on: date) -> Setting | None:
    """Of those that have begun the one that began last; of several of one day the one set last."""
    begun = [one for one in settings if one.jurisdiction == jurisdiction and one.begins_on <= on]
    return max(begun, key=lambda one: (one.begins_on, one.set_at), default=None)


@dataclass(frozen=True, slots=True)
class Untaken:
    """So many sixths of days that nobody took, and by which setting (None: the default) they were counted."""

    jurisdiction: str
    setting: Setting | None
    sixths: Exact = 0

    @property
    def counts_as(self) -> NotTaken:
        return self.setting.counts_as if self.setting is not None else NotTaken.AS_IT_IS

    def say(self) -> NotTakenUsed:
        how = LEFT_OUT if self.counts_as is NotTaken.AS_IT_IS else f"counted as {self.counts_as}"
        whose = "the default" if self.setting is None else str(self.setting)
        return NotTakenUsed(
            jurisdiction=self.jurisdiction, counts_as=self.counts_as.value, days=in_days(self.sixths),
            said=f"{how}: {whose}",
        )  # fmt: skip


def added(parts: Iterable[Untaken]) -> tuple[Untaken, ...]:
    """One for each setting, its days together."""
    together: dict[tuple[str, Setting | None], Untaken] = {}
    for part in parts:
        key = part.jurisdiction, part.setting
        before = together.get(key, replace(part, sixths=0))
        together[key] = replace(part, sixths=before.sixths + part.sixths)
    return tuple(together.values())


def say_all(parts: Sequence[Untaken]) -> tuple[NotTakenUsed, ...]:
    return tuple(part.say() for part in added(parts))
