"""Who serves which school: fewest counselors, then fewest visits, exactly. Decides nothing by floats; see `solver`.

Counselors whom a fixed or forbidden pair names, or who are away on a weekday, are chosen for school by school; all
others are alike, so only the kinds of group that they form are counted (see `grouping`). That makes a district of a
thousand schools as quick as one of forty.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from fractions import Fraction

from services.program.grouping import Pattern, counts, patterns
from services.program.naming import name_weeks
from services.program.nearness import Fixed, Item, gather, improve, metres, weeks_of
from services.program.obstacles import obstacles
from services.program.percentages import percent
from services.program.solver import Infeasible, Program, Solution, minimise
from services.program.staff_plan import WEEK, CannotBeStaffed, Need, Pair, Place, Plan, Question, Visit

MOST_TURNS, MOST_FILLED = 24, 4000
"""So many ways of filling the groups are tried before pairs are solved for; fewer where there are many schools."""


@dataclass(slots=True)
class _Model:
    """The program, and where its variables are. `rest[school][days]`: the others give the school so many days."""

    program: Program = field(default_factory=Program)
    days: dict[tuple[str, str], int] = field(default_factory=dict)
    rest: dict[str, list[int]] = field(default_factory=dict)
    groups: dict[Pattern, int] = field(default_factory=dict)
    others: int = 0
    idle: int = 0


def assign(question: Question, *, seconds: float = 20.0) -> Plan:
    """The best plan, proven or with its bound. Raises CannotBeStaffed with the reasons, OutOfTime with neither."""
    needs = tuple(sorted(question.needs, key=lambda need: need.school_id))
    if reasons := obstacles(question):
        raise CannotBeStaffed(reasons)
    if not needs:
        return _plan(needs, [], 0, question)
    fixed, forbidden = set(map(_key, question.fixed)), set(map(_key, question.forbidden))
    named = sorted({who for who, _ in fixed | forbidden} | question.weekdays_away.keys())

    # First as if no pair were named: nothing can be better, and often its weeks can be handed out so that all hold.
    model, solution = _solve(needs, [], question, seconds, None)
    for turn in range(min(MOST_TURNS, len(needs), max(1, MOST_FILLED // len(needs)))):
        weeks = _weeks_of_others(needs[turn:] + needs[:turn], model, solution, fixed)
        if names := name_weeks(weeks, _names(question, named, len(weeks)), fixed, forbidden, question.room):
            return _plan(needs, _visits(names, weeks), solution.bound, question)

    try:
        model, solution = _solve(needs, named, question, seconds, solution.bound)
    except Infeasible as refused:
        raise CannotBeStaffed(_too_short(needs, question, seconds)) from refused
    weeks = _weeks_of_others(needs, model, solution, set())
    others = [who for who in _names(question, named, len(weeks)) if who not in named]
    chosen = [(who, school, solution.values[days]) for (who, school), days in model.days.items()]
    return _plan(needs, [*chosen, *_visits(others, weeks)], solution.bound, question)


def _visits(names: Sequence[str], weeks: Sequence[Sequence[Item]]) -> list[tuple[str, str, int]]:
    return [(who, school, days) for who, week in zip(names, weeks, strict=False) for school, days in week]


def _solve(
    needs: tuple[Need, ...], named: list[str], question: Question, seconds: float, floor: int | None
) -> tuple[_Model, Solution]:
    """Cost is counselors times a weight that no number of visits reaches, plus visits."""
    model, weight = _Model(), _weight(needs)
    pool = None if question.counselors is None else len(question.counselors) - len(named)
    _choose_named(model, needs, named, question, weight)
    _count_others(model, needs, pool, weight)
    if floor is not None:
        model.program.require(list(enumerate(model.program.costs)), lower=floor)
    return model, minimise(model.program, seconds=seconds)


def _weight(needs: tuple[Need, ...]) -> int:
    return sum(need.days_a_week for need in needs) + 1


def _choose_named(model: _Model, needs: tuple[Need, ...], named: list[str], question: Question, weight: int) -> None:
    program, fixed, forbidden = model.program, set(map(_key, question.fixed)), set(map(_key, question.forbidden))
    for counselor in named:
        used, mine = program.variable(1, cost=weight), []
        for need in needs:
            key = counselor, need.school_id
            if key in forbidden:
                continue
            most = min(need.days_a_week, question.room(counselor))
            if most == 0:
                continue
            days = model.days[key] = program.variable(most, lower=int(key in fixed))
            mine.append((days, 1))
            visits = program.variable(1, cost=1)
            program.require({days: 1, visits: -most}, upper=0)
            program.require({visits: 1, used: -1}, upper=0)
        program.require([*mine, (used, -question.room(counselor))], upper=0)


def _key(pair: Pair) -> tuple[str, str]:
    return pair.counselor_id, pair.school_id


def _count_others(model: _Model, needs: tuple[Need, ...], pool: int | None, weight: int) -> None:
    """Visits of the others: schools they serve + counselors - groups."""
    program, total = model.program, sum(need.days_a_week for need in needs)
    most = total if pool is None else pool
    model.others = program.variable(most, cost=weight + 1)
    model.idle = program.variable(most * WEEK)
    supply: dict[int, list[tuple[int, int]]] = defaultdict(list, {1: [(model.idle, 1)]})
    given = [(model.idle, 1), (model.others, -WEEK)]
    by_named: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for (_, school), days in model.days.items():
        by_named[school].append((days, 1))
    for need in needs:
        # Days in whole weeks close a group by themselves: one visit and one group, which cancel.
        rest = [program.variable(1, cost=_visit_less_group(days)) for days in range(need.days_a_week + 1)]
        model.rest[need.school_id] = rest
        program.require([(choice, 1) for choice in rest], lower=1, upper=1)
        mine = [(choice, days) for days, choice in enumerate(rest)]
        program.require([*mine, *by_named[need.school_id]], lower=need.days_a_week, upper=need.days_a_week)
        given += mine
        for days, choice in enumerate(rest):
            supply[days % WEEK].append((choice, 1))
    program.require(given, lower=0, upper=0)
    for pattern in patterns():
        model.groups[pattern] = program.variable(total + WEEK, cost=-1)
    for remainder in range(1, WEEK):
        taken = [(index, -counts(pattern).get(remainder, 0)) for pattern, index in model.groups.items()]
        program.require([*supply[remainder], *taken], lower=0, upper=0)


def _visit_less_group(days: int) -> int:
    return 0 if days % WEEK == 0 else 1


def _weeks_of_others(
    needs: tuple[Need, ...], model: _Model, solution: Solution, fixed: Set[tuple[str, str]]
) -> list[list[Item]]:
    values = solution.values
    items = [
        (need.school_id, days)
        for need in needs
        for days, choice in enumerate(model.rest[need.school_id])
        if days and values[choice]
    ]
    wanted = [pattern for pattern, index in model.groups.items() for _ in range(values[index])]
    places = _places(needs)
    groups = gather(wanted, [item for item in items if item[1] % WEEK], places)
    groups += [[item] for item in items if item[1] % WEEK == 0]
    if places is not None or fixed:
        groups = improve(groups, places, Fixed(fixed))
    weeks = [week for group in groups for week in weeks_of(group) if week]
    return sorted(weeks)


def _places(needs: tuple[Need, ...]) -> dict[str, Place] | None:
    places = {need.school_id: need.place for need in needs if need.place is not None}
    return places if len(places) == len(needs) else None


def _plan(needs: tuple[Need, ...], chosen: list[tuple[str, str, int]], bound: int, question: Question) -> Plan:
    """`bound` is on the cost: counselors times a weight, plus visits."""
    visits, weight = sorted(visit for visit in chosen if visit[2]), _weight(needs)
    used = sorted({who for who, _, _ in visits})
    counselors_at_least, visits_at_least = divmod(bound, weight)
    cost = weight * len(used) + len(visits)
    places = _places(needs)
    by_counselor = [[(school, days) for who, school, days in visits if who == one] for one in used]
    return Plan(
        visits=tuple(Visit(counselor_id=who, school_id=school, days_a_week=days) for who, school, days in visits),
        counselors_used=len(used),
        counselors_at_least=counselors_at_least,
        pairs=len(visits),
        pairs_at_least=visits_at_least if counselors_at_least == len(used) else len(needs),
        idle_days=sum(map(question.room, used)) - sum(need.days_a_week for need in needs),
        optimal=cost == bound,
        gap_percent=percent(Fraction(cost - bound, cost)) if cost else percent(Fraction(0)),
        metres=None if places is None else metres(by_counselor, places),
    )


def _names(question: Question, named: list[str], count: int) -> list[str]:
    """The counselors as given; or those whom a pair names, and as many new names as it takes."""
    if question.counselors is not None:
        return list(question.counselors)
    invented = (f"counselor-{number:03d}" for number in range(1, count + len(named) + 1))
    return [*named, *(name for name in invented if name not in named)]


def _too_short(needs: tuple[Need, ...], question: Question, seconds: float) -> tuple[str, ...]:
    """Which schools the pairs leave short, and by how many days, when as few days as possible are missing."""
    program, counselors = Program(), question.counselors or ()
    fixed, forbidden = set(map(_key, question.fixed)), set(map(_key, question.forbidden))
    missing = {need.school_id: program.variable(need.days_a_week, cost=1) for need in needs}
    days = {
        (who, need.school_id): program.variable(
            min(need.days_a_week, question.room(who)), lower=int((who, need.school_id) in fixed)
        )
        for who in counselors
        for need in needs
        if (who, need.school_id) not in forbidden and question.room(who)
    }
    of_school, of_counselor = defaultdict(list), defaultdict(list)
    for (who, school), index in days.items():
        of_school[school].append((index, 1))
        of_counselor[who].append((index, 1))
    for need in needs:
        program.require([*of_school[need.school_id], (missing[need.school_id], 1)], lower=need.days_a_week)
    for who, terms in of_counselor.items():
        program.require(terms, upper=question.room(who))
    values = minimise(program, seconds=seconds).values
    away = " and weekdays away" if question.away else ""
    return tuple(
        f"school {school} is left {values[index]} of its days short by the fixed and forbidden pairs{away}"
        for school, index in missing.items()
        if values[index]
    )
