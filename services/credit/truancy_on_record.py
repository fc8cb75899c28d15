"""What California's ladder of truancy rests on besides days: what was done for a pupil in a school year. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from shared.schema.truancy import TruancyAct


class OnRecord(NamedTuple):
    """Reports of truancy, the first effort to confer not before the first of them, and whether the others were done."""

    reports: int
    conference_effort_on: date | None
    notified: bool
    referred: bool

    @classmethod
    def of(cls, acts: Iterable[TruancyAct]) -> "OnRecord":
        done: dict[str, list[date]] = {}
        for act in acts:
            done.setdefault(act.kind, []).append(act.done_on)
        reports = done.get("report", [])
        efforts = [on for on in done.get("conference effort", []) if reports and on >= min(reports)]
        return cls(len(reports), min(efforts, default=None), "notice" in done, "referral" in done)
