"""Submissions of one roll that were made apart from each other, merged student by student. Pure.

What stands follows from the set of submissions: never from the order in which they came, nor from a device's clock.

- A submission had seen the roll at version `base`. It *speaks* of the students of whom it says otherwise than was
  claimed there, or of whom claims differed: with base 0, of all.
- Of two that speak of a student, one that had seen the other supersedes it.
- A correction stands in the place of the submissions that it follows: its author's own, from the same base. What it
  repeats is no newer for being repeated.
- What comes after the teacher's window is kept, and takes nothing from what came in time.

The claims that are left either agree on a student's code, or are a conflict. Until it is resolved, what came in time
goes before what came late, then the weightier authority, then the mark that claims the least presence (a missed absence
is a missed child), then the code. See docs/decisions/0051.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, get_args
from uuid import UUID

from shared.schema.entries import Authority, Claim, MarkTimes
from shared.schema.roster import AttendanceCode, Presence

WEIGHT = get_args(Authority)
LEAST_PRESENCE = (Presence.ABSENT, Presence.TARDY, Presence.EARLY_DEPARTURE, Presence.PRESENT)
AS_MUCH = {Presence.EARLY_DEPARTURE: LEAST_PRESENCE.index(Presence.TARDY)}


class Said(NamedTuple):
    """How a submission marks one student."""

    code: str
    times: MarkTimes | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A roll as somebody said it. `version` is the roll's own once it was kept, `base` the one that it had seen."""

    submission_id: UUID
    version: int
    base: int
    by: str
    authority: Authority
    said: Mapping[str, Said]
    follows: UUID | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """What stands of each student by these submissions, and the claims on those of whom they differ, its own first."""

    stands: Mapping[str, Said]
    conflicts: Mapping[str, tuple[Claim, ...]]


def merge(submissions: Iterable[Submission], codes: Mapping[str, AttendanceCode]) -> Merged:
    """Of all students whom somebody has marked. `codes` are those in force on the day of the roll."""
    stands: dict[str, Said] = {}
    conflicts: dict[str, tuple[Claim, ...]] = {}
    for student, claims in claims_of(submissions).items():
        ranked = sorted(claims, key=lambda each: _precedence(each, student, codes))
        stands[student] = ranked[0].said[student]
        said = dict.fromkeys(
            Claim(code=each.said[student].code, by=each.by, authority=each.authority, late=each.late) for each in ranked
        )
        if len({claim.code for claim in said}) > 1:
            conflicts[student] = tuple(said)
    return Merged(stands, conflicts)


def _precedence(submission: Submission, student: str, codes: Mapping[str, AttendanceCode]) -> tuple[object, ...]:
    """The smallest stands. A code that is no longer defined claims no presence."""
    code, times = submission.said[student]
    presence = codes[code].presence if code in codes else Presence.ABSENT
    claimed = AS_MUCH.get(presence, LEAST_PRESENCE.index(presence))
    weight = WEIGHT.index(submission.authority)
    return submission.late, weight, claimed, code, times is None, submission.by, submission.submission_id


def claims_of(submissions: Iterable[Submission]) -> dict[str, tuple[Submission, ...]]:
    """Of every student, the submissions whose word on her nothing has superseded; at least one."""
    return _History(sorted(submissions, key=lambda each: each.version)).claims()


class _History:
    """The submissions in the order of their versions. What each speaks of is found once, from what it had seen."""

    def __init__(self, submissions: Sequence[Submission]) -> None:
        self.submissions = submissions
        self._at: dict[int, dict[str, tuple[Submission, ...]]] = {0: {}}
        self._spoken: dict[UUID, frozenset[str]] = {}
        for each in submissions:
            there = self._claims_at(each.base)
            self._spoken[each.submission_id] = frozenset(
                student
                for student, said in each.said.items()
                if {claim.said[student] for claim in there.get(student, ())} != {said}
            )

    def claims(self) -> dict[str, tuple[Submission, ...]]:
        return _left(self.submissions, self._spoken)

    def _claims_at(self, version: int) -> dict[str, tuple[Submission, ...]]:
        if version not in self._at:
            seen = [each for each in self.submissions if each.version <= version]
            self._at[version] = _left(seen, self._spoken)
        return self._at[version]


def _left(
    submissions: Sequence[Submission], spoken: Mapping[UUID, Collection[str]]
) -> dict[str, tuple[Submission, ...]]:
    """The claims once every submission has withdrawn those that it corrects, and superseded those that it had seen."""
    corrected = corrections(submissions)
    withdrawn: dict[str, set[UUID]] = {}
    for each in submissions:
        for before in corrected[each.submission_id]:
            if before.late or not each.late:
                for student in each.said:
                    withdrawn.setdefault(student, set()).add(before.submission_id)
    speaking: dict[str, list[Submission]] = {}
    for each in submissions:
        for student in spoken[each.submission_id]:
            if each.submission_id not in withdrawn.get(student, ()):
                speaking.setdefault(student, []).append(each)

    def supersedes(newer: Submission, older: Submission, student: str) -> bool:
        said = older.said[student]
        repeated = [before for before in corrected[older.submission_id] if before.said.get(student) == said]
        had_seen = any(each.version <= newer.base for each in (older, *repeated))
        return had_seen and (older.late or not newer.late)

    return {
        student: tuple(each for each in those if not any(supersedes(newer, each, student) for newer in those))
        for student, those in speaking.items()
    }


def corrections(submissions: Sequence[Submission]) -> dict[UUID, tuple[Submission, ...]]:
    """Of each submission, those that it corrects: what it follows, what that follows, and so on.

    One can follow only what the same author said from the same base. Two that follow each other correct nothing.
    """
    named = {each.submission_id: each for each in submissions}
    chains: dict[UUID, dict[UUID, Submission]] = {}
    for each in submissions:
        chain: dict[UUID, Submission] = {}
        before = named.get(each.follows) if each.follows else None
        while (
            before is not None
            and before.submission_id not in chain
            and (before.by, before.base) == (each.by, each.base)
        ):
            chain[before.submission_id] = before
            before = named.get(before.follows) if before.follows else None
        chains[each.submission_id] = chain
    return {
        name: tuple(before for before in chain.values() if name not in chains[before.submission_id])
        for name, chain in chains.items()
    }
