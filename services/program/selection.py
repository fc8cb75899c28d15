"""Which schools the program serves: those below the API with the lowest shares. Rules LA-2, AMB-30, AMB-31; pure.

A frozen input and the law give the selection, byte for byte, whatever order the schools came in. A candidate is one
school in one target grade; every school is listed, with its reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from services.program.percentages import percent
from services.program.rulebook import ProgramLaw, SelectionRule, Target
from services.program.school_facts import SchoolFacts, TargetFacts
from services.program.selection_documents import (
    ByCount,
    ByShare,
    Ground,
    HowMany,
    Line,
    Outcome,
    Selection,
    SelectionInput,
)
from services.program.staffing import counselor_days, warning_about
from shared.schema.ruling import Citation, Ruling


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A school in a target grade (or in none), and what its own facts say. `standing` is None while it qualifies.

    `need` orders those that qualify: lower share, then larger enrollment, then school id (AMB-30).
    """

    school: SchoolFacts
    target: str | None
    facts: TargetFacts | None
    days: int
    grounds: tuple[Ruling[object], ...]
    standing: Ruling[Outcome] | None
    need: tuple[Fraction, int, str, str] = (Fraction(0), 0, "", "")


def select(facts: SelectionInput, law: ProgramLaw) -> Selection:
    """Select schools. Raises NoLawInForce for a program year before the law, ValueError for an unknown target."""
    rule, taught = law.selection.of_year(facts.program_year), law.target_grades.of_year(facts.program_year)
    targets = tuple(target for target in taught.targets if target.target in facts.targets)
    if len(targets) != len(facts.targets):
        raise ValueError("a target grade that the law does not name")

    candidates = [one for school in facts.schools for one in _candidates(school, targets, facts.program_year, law)]
    qualified = sorted((one for one in candidates if one.standing is None), key=lambda one: one.need)
    taken = _how_many(qualified, facts.how_many)
    lines = [
        _line(one, _rank_ruling(rank, taken, len(qualified), facts.how_many, rule.citation), rank)
        for rank, one in enumerate(qualified, start=1)
    ]
    lines += [_line(one, one.standing, None) for one in candidates if one.standing is not None]
    return Selection(
        program_year=facts.program_year,
        how_many=facts.how_many,
        targets=facts.targets,
        input_digest=facts.digest,
        law_digest=law.digest,
        days_a_week=sum(one.days for one in qualified[:taken]),
        lines=tuple(lines),
    )


def _candidates(school: SchoolFacts, targets: Sequence[Target], year: int, law: ProgramLaw) -> Iterable[_Candidate]:
    here = [
        (target, facts)
        for target in targets
        for facts in (school.in_target(target.target),)
        if school.level in target.taught_at or (facts is not None and facts.enrollment > 0)
    ]
    if not here:
        because = f"its level is {school.level}, and it has no students in the target grades"
        ruling = Ruling("outcome", Outcome.NOT_APPLICABLE, because, law.target_grades.of_year(year).citation)
        yield _Candidate(school, None, None, 0, (), ruling)
    for target, facts in here:
        yield _candidate(school, target, facts, year, law)


def _candidate(
    school: SchoolFacts, target: Target, facts: TargetFacts | None, year: int, law: ProgramLaw
) -> _Candidate:
    rule, share = law.selection.of_year(year), None if facts is None else facts.share
    api = rule_on_api(school, rule)
    grounds: list[Ruling[object]] = [api]
    if facts is not None and share is not None:
        because = f"{facts.at_or_above} of {facts.with_a_rate} students with a rate are at the line or higher"
        grounds.append(Ruling("share", f"{percent(share)} %", because, law.line.of_year(year).citation))
    if facts is not None:
        grounds.append(counselor_days(facts.enrollment, law.counselor_days.of_year(year)))

    standing = None
    if api.value is not True:
        outcome = Outcome.NEEDS_DATA if api.value is None else Outcome.NOT_SELECTED
        standing = Ruling("outcome", outcome, api.because, rule.citation)
    elif share is None:
        because = "no student of the target grade has a rate of attendance for the year before"
        standing = Ruling("outcome", Outcome.NEEDS_DATA, because, rule.citation)
    days = 0 if facts is None else counselor_days(facts.enrollment, law.counselor_days.of_year(year)).value
    enrollment = 0 if facts is None else facts.enrollment
    need = (share or Fraction(0), -enrollment, school.school_id, target.target)
    return _Candidate(school, target.target, facts, days, tuple(grounds), standing, need)


def rule_on_api(school: SchoolFacts, rule: SelectionRule) -> Ruling[bool | None]:
    """Is the API below the line? 800 is not below 800; None where there is no API (AMB-31)."""
    if school.api is None:
        return Ruling("API below the line", None, school.api_problem or "no API is given", rule.citation)
    below = school.api < rule.api_below
    because = f"API {school.api} is {'' if below else 'not '}below {rule.api_below}"
    return Ruling("API below the line", below, because, rule.citation)


def _how_many(qualified: Sequence[_Candidate], how_many: HowMany) -> int:
    """How many of the ranked candidates are taken, from the first."""
    if isinstance(how_many, ByCount):
        return min(how_many.schools, len(qualified))
    if isinstance(how_many, ByShare):
        line = Fraction(Decimal(how_many.below_percent)) / 100
        return sum(one.need[0] < line for one in qualified)
    left, taken = how_many.days_a_week, 0
    for one in qualified:
        left -= one.days
        if left < 0:
            break
        taken += 1
    return taken


def _rank_ruling(rank: int, taken: int, ranked: int, how_many: HowMany, under: Citation) -> Ruling[Outcome]:
    outcome = Outcome.SELECTED if rank <= taken else Outcome.NOT_SELECTED
    if isinstance(how_many, ByCount):
        asked = f"the first {how_many.schools} are selected"
    elif isinstance(how_many, ByShare):
        asked = f"shares below {how_many.below_percent} % are selected"
    else:
        asked = f"in order, {how_many.days_a_week} counselor days a week serve the first {taken}"
    return Ruling("outcome", outcome, f"rank {rank} of {ranked} that qualify, lowest share first; {asked}", under)


def _line(one: _Candidate, ruling: Ruling[Outcome], rank: int | None) -> Line:
    facts = one.facts
    warning = warning_about(facts.enrollment) if facts is not None else None
    return Line(
        school_id=one.school.school_id,
        name=one.school.name,
        target=one.target,
        outcome=ruling.value,
        rank=rank,
        api=one.school.api,
        at_or_above=None if facts is None else facts.at_or_above,
        with_a_rate=None if facts is None else facts.with_a_rate,
        without_a_rate=None if facts is None else facts.without_a_rate,
        share_percent=None if facts is None or facts.share is None else percent(facts.share),
        enrollment=None if facts is None else facts.enrollment,
        days_a_week=None if facts is None else one.days,
        because=ruling.because,
        under=str(ruling.under),
        resting_on=tuple(
            Ground(what=ground.what, value=str(ground.value), because=ground.because, under=str(ground.under))
            for ground in one.grounds
        ),
        warnings=() if warning is None else (warning,),
    )
