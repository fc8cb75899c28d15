"""Build the sheets of a school's days: for each track and day, a vector of case numbers by student number. Pure.

Facts of all student-days are packed into whole numbers, the distinct ones are looked up (and ruled on if they are
new), and the numbers are replaced by case numbers: a handful of passes over arrays, whatever the law.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.credit.cases import CaseBook
from services.credit.day_facts import READINGS
from services.credit.lawbook import LawFile
from services.credit.roll_runs import CodeTables, RollRun, RollsTaken, Times, rolls_taken
from services.credit.rulebook import states_since
from services.credit.school_facts import Ints, SchoolFacts
from services.credit.seats import NO_SEAT, SeatPlan, Seats
from services.credit.track_days import Profile, Seen, TrackDays

Cases = NDArray[np.uint16] | NDArray[np.uint32]
NARROW = 65_535
"""The greatest case number of a sheet whose numbers have two bytes. Few districts ever have so many cases."""


@dataclass(frozen=True, slots=True)
class SheetOfDay:
    """`cases[n - 1]` is the case of student number n, 0 where she is no member; trailing zeros are left out.

    A number has `width` bytes (2 or 4), little-endian: 4 on the sheets that have a case beyond NARROW, and on no
    others. A sheet with problems has no cases: its school-day cannot be counted until they are mended.
    """

    track_id: str
    on: date
    cases: bytes
    later_roll: int
    problems: tuple[str, ...] = ()
    width: int = 2

    @property
    def numbers(self) -> Cases:
        return np.frombuffer(self.cases, dtype=f"<u{self.width}")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Membership of the days in question: the enrollment of each student on each day, and what is asked of it."""

    days: tuple[date, ...]
    member: Ints
    track_ids: tuple[str, ...]
    track: Ints
    profiles: tuple[Profile, ...]
    profile: Ints

    @classmethod
    def on(cls, facts: SchoolFacts, days: Sequence[date]) -> "Enrolled":
        reading = READINGS[facts.school.jurisdiction]
        track_ids = tuple(sorted({enrollment.track_id for enrollment in facts.enrollments}))
        profiles = [reading.profile(enrollment) for enrollment in facts.enrollments]
        distinct = tuple(dict.fromkeys(profiles))
        number = {profile: index for index, profile in enumerate(distinct)}
        track_number = {track_id: index for index, track_id in enumerate(track_ids)}
        track = [track_number[enrollment.track_id] for enrollment in facts.enrollments]
        return cls(
            tuple(days),
            facts.members(days),
            track_ids,
            np.array([*track, -1], dtype=np.int32),  # the last is where an index of -1 leads
            distinct,
            np.array([*(number[profile] for profile in profiles), 0], dtype=np.int32),
        )


def wanted_slots(facts: SchoolFacts, seats: Seats, days: Sequence[date]) -> list[tuple[str, str]]:
    """The sections and periods whose rolls are somebody's official roll on one of the days."""
    plans = {
        id(plan): plan
        for track_id in {track.track_id for track in facts.tracks}
        for on in days
        if facts.is_taught(track_id, on)
        for plan in (seats.plan(track_id, on),)
    }
    if not plans:
        return []
    slots = np.unique(np.concatenate([plan.slots.ravel() for plan in plans.values()]))
    return [seats.place_of(int(slot)) for slot in slots if slot != NO_SEAT]


def build_sheets(
    facts: SchoolFacts,
    seats: Seats,
    days: Sequence[date],
    runs: Sequence[RollRun],
    rosters: Mapping[tuple[str, int], Ints],
    law: LawFile,
    book: CaseBook,
    times: Times | None = None,
) -> list[SheetOfDay]:
    """The sheets of those days (ascending), for every track that is taught and has members. Nothing for other days."""
    enrolled = Enrolled.on(facts, days)
    tables = CodeTables(facts)
    taken = rolls_taken(runs, rosters, seats, tables, days, times)
    sheets: list[SheetOfDay] = []
    for track in range(len(enrolled.track_ids)):
        sheets += _sheets_of_track(facts, seats, enrolled, track, taken, runs, tables, law, book)
    return sheets


def _sheets_of_track(
    facts: SchoolFacts,
    seats: Seats,
    enrolled: Enrolled,
    track: int,
    taken: RollsTaken,
    runs: Sequence[RollRun],
    tables: CodeTables,
    law: LawFile,
    book: CaseBook,
) -> list[SheetOfDay]:
    track_id = enrolled.track_ids[track]
    rows = [index for index, on in enumerate(enrolled.days) if facts.is_taught(track_id, on)]
    if not rows:
        return []
    days = [enrolled.days[row] for row in rows]
    row_of_day = np.full(len(enrolled.days), -1, dtype=np.int32)
    row_of_day[rows] = np.arange(len(rows))
    plans = [seats.plan(track_id, on) for on in days]
    enrollment = enrolled.member if len(rows) == len(enrolled.days) else enrolled.member[rows]
    member = enrolled.track.take(enrollment, mode="wrap") == track
    profile = enrolled.profile.take(enrollment, mode="wrap")
    seen = READINGS[facts.school.jurisdiction].see(
        TrackDays(facts, seats, track_id, days, plans, row_of_day, taken, enrolled.profiles, profile, member)
    )

    since = states_since(law.law, days)
    problems = _problems(days, since, seen, member, runs, tables, law)
    packed, states = _packed(profile, seen, member, since)
    case_of = _cases_of(packed, states, enrolled.profiles, seen, facts.school.jurisdiction, law, book)
    return list(_sheets(track_id, days, case_of.take(packed), member, plans, problems))


def _packed(
    profile: Ints, seen: Seen, member: NDArray[np.bool_], since: Sequence[date | None]
) -> tuple[NDArray[Any], list[date | None]]:
    """One whole number a student-day, 0 for who is no member; and the states of the law that the days fall into."""
    states = list(dict.fromkeys(since))
    kind = np.min_scalar_type((int(profile.max(initial=0)) + 1) * len(states) * len(seen.kinds))
    of_day = np.array([states.index(first) * len(seen.kinds) + 1 for first in since], dtype=kind)
    packed = profile.astype(kind)
    packed *= kind.type(len(states) * len(seen.kinds))
    packed += of_day[:, None]
    np.add(packed, seen.numbers, out=packed, casting="unsafe")
    packed *= member
    return packed, states


def _cases_of(
    packed: NDArray[Any],
    states: Sequence[date | None],
    profiles: Sequence[Profile],
    seen: Seen,
    jurisdiction: str,
    law: LawFile,
    book: CaseBook,
) -> Cases:
    """A table from packed facts to case numbers, of two bytes if they suffice."""
    reading = READINGS[jurisdiction]
    met = np.flatnonzero(np.bincount(packed.ravel()))
    table = np.zeros(int(met[-1]) + 1, dtype=np.uint32)
    for key in met[met > 0].tolist():
        profile_and_state, number = divmod(key - 1, len(seen.kinds))
        profile, state = divmod(profile_and_state, len(states))
        first = states[state]
        if number != seen.unmapped and first is not None:
            table[key] = book.number(jurisdiction, law, reading.facts(first, profiles[profile], seen.kinds[number]))
    return table.astype("<u2") if table.max() <= NARROW else table


def _problems(
    days: Sequence[date],
    since: Sequence[date | None],
    seen: Seen,
    member: NDArray[np.bool_],
    runs: Sequence[RollRun],
    tables: CodeTables,
    law: LawFile,
) -> dict[date, tuple[str, ...]]:
    problems: dict[date, tuple[str, ...]] = {}
    for on, first in zip(days, since, strict=True):
        if first is None:
            problems[on] = (f"the law of {law.name} that we have does not reach back to this day",)
    for row, said in seen.problems.items():
        problems.setdefault(days[row], (said,))
    for row in np.flatnonzero(((seen.numbers == seen.unmapped) & member).any(axis=1)).tolist():
        on = days[row]
        codes = sorted({code for run in runs if on.toordinal() in run.days for code in tables.unmapped(run.codes, on)})
        problems[on] = tuple(
            f"attendance code {code} has no definition on this day that says all that {law.name} asks" for code in codes
        )
    return problems


def _sheets(
    track_id: str,
    days: Sequence[date],
    cases: Cases,
    member: NDArray[np.bool_],
    plans: Sequence[SeatPlan],
    problems: Mapping[date, tuple[str, ...]],
) -> Iterator[SheetOfDay]:
    """A sheet for each day that has members; `cases` and `member` are [days, students + 1]."""
    distinct = {id(plan): plan.later for plan in plans}
    later_of = {plan: later if later.any() else None for plan, later in distinct.items()}
    ends = (member.shape[1] - member[:, ::-1].argmax(axis=1)).tolist()
    wide = (cases.max(axis=1) > NARROW) if cases.itemsize > 2 else np.zeros(len(days), np.bool_)
    for row in np.flatnonzero(member.any(axis=1)).tolist():
        late = later_of[id(plans[row])]
        later = 0 if late is None else int(np.count_nonzero(late & member[row]))
        if said := problems.get(days[row], ()):
            yield SheetOfDay(track_id, days[row], b"", later, said)
            continue
        width = 4 if wide[row] else 2
        numbers = cases[row, 1 : ends[row]].astype(f"<u{width}", copy=False)
        yield SheetOfDay(track_id, days[row], numbers.tobytes(), later, (), width)
