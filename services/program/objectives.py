"""The five objectives of every program school, each with its evidence and its progress. Rules LA-4, AMB-28; pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from services.program.percentages import percent
from services.program.program_year import year_of
from services.program.rulebook import Increase, Objectives, Reading
from shared.schema.ruling import Citation, Ruling


@dataclass(frozen=True, slots=True)
class Share:
    """Students at the line or higher, of those with a rate."""

    at_or_above: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.at_or_above <= self.of:
            raise ValueError("a share is a part of its whole")

    @property
    def exact(self) -> Fraction | None:
        return Fraction(self.at_or_above, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Progress:
    """Towards the increase. `relative` is None where last year's share was 0: a rise from nothing has no ratio (GEN-5).

    `students_needed` must be at the line or higher in June, of as many students as now; `to_move` is how many are still
    missing. Both are None where the increase asks for more than every student.
    """

    test: Reading
    points: Fraction
    relative: Fraction | None
    by_points: Ruling[bool]
    by_relative: Ruling[bool | None]
    students_needed: int | None
    to_move: int | None

    @property
    def met(self) -> bool | None:
        return self.by_points.value if self.test == "points" else self.by_relative.value


def progress(before: Share, now: Share, rule: Increase, test: Reading | None = None) -> Progress | None:
    """How far this year's share is above last year's, read both ways; None where either is not computable.

    `test` decides which reading counts; without it the law's own.
    """
    if before.exact is None or now.exact is None:
        return None
    asked = Fraction(rule.at_least_percent, 100)
    reading = test or rule.read_as
    points, relative = now.exact - before.exact, None
    if before.exact:
        relative = points / before.exact
    goal = before.exact + asked if reading == "points" else before.exact * (1 + asked)
    needed = ceil(goal * now.of) if goal <= 1 and (reading == "points" or before.exact) else None
    shown = f"{percent(before.exact)} % became {percent(now.exact)} %"
    return Progress(
        test=reading,
        points=points * 100,
        relative=None if relative is None else relative * 100,
        by_points=Ruling("increase in points", points >= asked, shown, rule.citation),
        by_relative=_relatively(relative, asked, shown, rule.citation),
        students_needed=needed,
        to_move=None if needed is None else max(0, needed - now.at_or_above),
    )


def _relatively(relative: Fraction | None, asked: Fraction, shown: str, under: Citation) -> Ruling[bool | None]:
    if relative is None:
        return Ruling("relative increase", None, "nobody was at the line last year: no ratio", under)
    return Ruling("relative increase", relative >= asked, shown, under)


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of the year before and of this year, with where it is written down."""

    objective: str
    name: str
    before: Decimal
    now: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Review:
    """The school's attendance data were looked at together on this day."""

    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One objective: None where evidence is missing, and then `because` names what is."""

    objective: str
    text: str
    met: Ruling[bool | None]
    evidence: tuple[str, ...]
    rests_on_shares: bool = False


def standings(
    rules: Objectives, increase: Progress | None, measures: Collection[Measure], reviews: Collection[Review], on: date
) -> tuple[Standing, ...]:
    """All objectives as of a day in the program year, in the law's order. Raises ValueError for unknown measures."""
    known = {(rule.objective, name) for rule in rules.items for name in rule.measures}
    if any((measure.objective, measure.name) not in known for measure in measures):
        raise ValueError("a measure that no objective names")
    found = []
    for rule in rules.items:
        mine = [measure for measure in measures if measure.objective == rule.objective]
        if rule.reviews_a_month:
            ruling = _reviewed(reviews, rule.reviews_a_month, on, rules.citation)
            evidence = [f"{review.on}: {review.source}" for review in sorted(reviews, key=lambda review: review.on)]
        elif rule.measures:
            ruling = _risen(mine, rule.measures, rules.citation)
            in_order = sorted(mine, key=lambda one: rule.measures.index(one.name))
            evidence = [f"{one.name} {one.before} became {one.now}: {one.source}" for one in in_order]
        else:
            ruling, evidence = _increased(increase, rules.citation), []
        on_shares = not rule.reviews_a_month and not rule.measures
        found.append(Standing(rule.objective, rule.text, ruling, tuple(evidence), on_shares))
    return tuple(found)


def _reviewed(reviews: Iterable[Review], a_month: int, on: date, under: Citation) -> Ruling[bool | None]:
    """Every month that is over, September to June; the current month can still be reviewed."""
    months = _months_over(on)
    held = Counter((review.on.year, review.on.month) for review in reviews if review.on <= on)
    missed = [f"{year}-{month:02d}" for year, month in months if held[year, month] < a_month]
    if not months:
        return Ruling("monitor", None, "no month of the program year is over", under)
    because = f"no review in {', '.join(missed)}" if missed else f"a review in each of {len(months)} months"
    return Ruling("monitor", not missed, because, under)


def _months_over(on: date) -> list[tuple[int, int]]:
    first_year = year_of(on) - 1
    months = [(first_year, month) for month in range(9, 13)] + [(first_year + 1, month) for month in range(1, 7)]
    return [month for month in months if month < (on.year, on.month)]


def _risen(measures: Sequence[Measure], asked: Sequence[str], under: Citation) -> Ruling[bool | None]:
    by_name = {measure.name: measure for measure in measures}
    missing = [name for name in asked if name not in by_name]
    fallen = [name for name in asked if name in by_name and by_name[name].now <= by_name[name].before]
    if fallen:
        return Ruling("measures", False, f"not risen: {', '.join(fallen)}", under)
    if missing:
        return Ruling("measures", None, f"no evidence: {', '.join(missing)}", under)
    return Ruling("measures", True, f"risen: {', '.join(asked)}", under)


def _increased(increase: Progress | None, under: Citation) -> Ruling[bool | None]:
    if increase is None:
        return Ruling("increase", None, "the share of one of the two years is not computable", under)
    ground = increase.by_points if increase.test == "points" else increase.by_relative
    return Ruling("increase", increase.met, ground.because, under, (ground,))
