"""Counselors to schools in whole days: valid, and as few as a search through every plan finds."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.program.assignment import assign
from services.program.grouping import patterns
from services.program.rulebook import ProgramLaw
from services.program.staff_plan import WEEK, CannotBeStaffed, Need, Pair, Place, Plan, Question


def asked(
    *days: int,
    counselors: tuple[str, ...] | None = None,
    fixed: tuple[tuple[str, str], ...] = (),
    forbidden: tuple[tuple[str, str], ...] = (),
) -> Question:
    return Question(
        needs=tuple(Need(school_id=f"S{number}", days_a_week=count) for number, count in enumerate(days, start=1)),
        counselors=counselors,
        fixed=tuple(Pair(counselor_id=who, school_id=school) for who, school in fixed),
        forbidden=tuple(Pair(counselor_id=who, school_id=school) for who, school in forbidden),
    )


def check(question: Question, plan: Plan) -> None:
    """Every school has its days, no counselor more than a week, every pair holds, and the counts are true."""
    pairs = {(visit.counselor_id, visit.school_id) for visit in plan.visits}
    assert len(pairs) == len(plan.visits) == plan.pairs
    for need in question.needs:
        assert sum(v.days_a_week for v in plan.visits if v.school_id == need.school_id) == need.days_a_week
    used = {visit.counselor_id for visit in plan.visits}
    for who in used:
        assert sum(v.days_a_week for v in plan.visits if v.counselor_id == who) <= WEEK
    assert question.counselors is None or used <= set(question.counselors)
    assert {(pair.counselor_id, pair.school_id) for pair in question.fixed} <= pairs
    assert not {(pair.counselor_id, pair.school_id) for pair in question.forbidden} & pairs
    assert plan.counselors_used == len(used)
    assert plan.idle_days == len(used) * WEEK - sum(need.days_a_week for need in question.needs)


def best_of_all(question: Question) -> tuple[int, int] | None:
    """(counselors, visits) of the best plan, by trying all; None where there is none."""
    counselors = question.counselors or ()
    fixed = {(pair.counselor_id, pair.school_id) for pair in question.fixed}
    forbidden = {(pair.counselor_id, pair.school_id) for pair in question.forbidden}
    reached: dict[tuple[int, ...], int] = {(0,) * len(counselors): 0}
    for need in question.needs:
        after: dict[tuple[int, ...], int] = {}
        for loads, visits in reached.items():
            for split in splits(need.days_a_week, len(counselors)):
                pairs = [(counselors[n], need.school_id) for n, days in enumerate(split) if days]
                heavier = tuple(load + days for load, days in zip(loads, split, strict=True))
                must = {pair for pair in fixed if pair[1] == need.school_id}
                if max(heavier) <= WEEK and must <= set(pairs) and not forbidden & set(pairs):
                    after[heavier] = min(after.get(heavier, 999), visits + len(pairs))
        reached = after
    return min(((sum(map(bool, loads)), visits) for loads, visits in reached.items()), default=None)


def splits(days: int, parts: int) -> Iterator[tuple[int, ...]]:
    return (split for split in product(range(min(days, WEEK) + 1), repeat=parts) if sum(split) == days)


def test_forty_program_schools_take_twenty_two_counselors() -> None:
    question = asked(*[1, 2, 3, 5] * 10)
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs, plan.idle_days, plan.optimal) == (22, 40, 0, True)


def test_a_school_of_five_days_has_one_counselor_to_itself() -> None:
    assert len(assign(asked(5, 5)).visits) == 2


def test_four_schools_of_three_days_share_three_counselors_by_splitting_one() -> None:
    question = asked(3, 3, 3, 3)
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs, plan.idle_days) == (3, 5, 3)


def test_a_school_with_two_target_grades_may_need_more_than_a_week() -> None:
    question = asked(8, 2)
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs) == (2, 3)


def test_no_schools_need_no_counselor() -> None:
    plan = assign(asked())
    assert (plan.visits, plan.counselors_used, plan.optimal) == ((), 0, True)


def test_a_district_of_a_thousand_schools_is_planned_and_proven() -> None:
    question = asked(*[1 + (number * 7919) % 5 for number in range(1000)])
    plan = assign(question)
    check(question, plan)
    assert plan.optimal


def test_the_kinds_of_group_are_few_and_closed() -> None:
    assert (1, 4) in patterns()
    assert (1, 1, 4, 4) not in patterns()
    assert all(sum(pattern) % WEEK == 0 for pattern in patterns())
    assert len(patterns()) == 14


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_no_search_through_every_plan_finds_a_better_one(days: list[int]) -> None:
    team = tuple("ABCD")[: max(1, -(-sum(days) // WEEK))]
    if sum(days) > WEEK * len(team):
        return
    question = asked(*days, counselors=team)
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs) == best_of_all(question)
    assert plan.optimal


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    st.sets(st.tuples(st.sampled_from("ABC"), st.sampled_from(["S1", "S2", "S3", "S4"])), max_size=3),
    st.sets(st.tuples(st.sampled_from("ABC"), st.sampled_from(["S1", "S2", "S3", "S4"])), max_size=6),
)
def test_with_fixed_and_forbidden_pairs_too(
    days: list[int], fixed: set[tuple[str, str]], forbidden: set[tuple[str, str]]
) -> None:
    schools = {f"S{number}" for number in range(1, len(days) + 1)}
    question = asked(
        *days,
        counselors=("A", "B", "C"),
        fixed=tuple(sorted(pair for pair in fixed if pair[1] in schools)),
        forbidden=tuple(sorted(pair for pair in forbidden if pair[1] in schools)),
    )
    best = best_of_all(question)
    if best is None:
        with pytest.raises(CannotBeStaffed):
            assign(question)
        return
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs, plan.optimal) == (*best, True)


@given(st.permutations([1, 2, 3, 4, 5, 3, 3, 2]))
@settings(max_examples=20, deadline=None)
def test_the_order_the_schools_came_in_changes_nothing(days: list[int]) -> None:
    question = asked(*days)
    backwards = question.model_copy(update={"needs": question.needs[::-1]})
    assert assign(question) == assign(backwards)


def test_schools_near_each_other_share_a_counselor() -> None:
    here, there = Place(east=0, north=0), Place(east=30_000, north=0)
    places = {"S1": here, "S2": there, "S3": there, "S4": here}
    question = asked(3, 3, 2, 2)
    needs = tuple(need.model_copy(update={"place": places[need.school_id]}) for need in question.needs)
    plan = assign(question.model_copy(update={"needs": needs}))
    of = {visit.school_id: visit.counselor_id for visit in plan.visits}
    assert of["S1"] == of["S4"] != of["S2"] == of["S3"]
    assert (plan.metres, plan.pairs, plan.optimal) == (0, 4, True)


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (asked(5, 5, 1, counselors=("A", "B")), "11 days a week need 3 counselors; there are 2, 1 too few"),
        (
            asked(1, counselors=("A",), fixed=(("A", "S1"),), forbidden=(("A", "S1"),)),
            "counselor A is both fixed to and forbidden at school S1",
        ),
        (
            asked(1, counselors=("A",), fixed=(("B", "S1"),)),
            "counselor B is named in a pair, but is not among the counselors",
        ),
        (asked(1, fixed=(("B", "S9"),)), "school S9 is named in a pair, but is not to be staffed"),
        (
            asked(*[1] * 6, fixed=tuple(("A", f"S{n}") for n in range(1, 7))),
            "counselor A is fixed to 6 schools, more than the 5 days of a week",
        ),
        (asked(1, fixed=(("A", "S1"), ("B", "S1"))), "school S1 is fixed to 2 counselors, more than its 1 days"),
        (
            asked(5, 4, counselors=("A", "B"), forbidden=(("A", "S1"), ("A", "S2"))),
            "is left 4 of its days short by the fixed and forbidden pairs",
        ),
    ],
)
def test_what_cannot_be_staffed_says_why(question: Question, reason: str) -> None:
    with pytest.raises(CannotBeStaffed, match=reason):
        assign(question)


def test_as_many_counselors_as_it_takes_is_exactly_enough() -> None:
    question = asked(5, 5, counselors=("A", "B"))
    check(question, assign(question))


def test_a_counselors_week_is_the_week_of_the_law(law: ProgramLaw) -> None:
    assert law.counselor_days.of_year(2013).days_in_a_week == WEEK


def test_a_year_after_most_counselors_keep_a_school_and_nobody_more_is_needed() -> None:
    days = [1 + (number * 7919) % 5 for number in range(60)]
    team = tuple(f"C{number:02d}" for number in range(-(-sum(days) // WEEK)))
    kept = tuple((who, f"S{number}") for number, who in enumerate(team[:20], start=1))
    question = asked(*days, counselors=team, fixed=kept)
    plan = assign(question)
    check(question, plan)
    free = assign(asked(*days, counselors=team))
    assert (plan.counselors_used, plan.pairs, plan.optimal) == (free.counselors_used, free.pairs, True)


def test_a_counselor_who_keeps_two_schools_has_both_in_one_week() -> None:
    question = asked(2, 3, 2, 3, counselors=("A", "B"), fixed=(("A", "S1"), ("A", "S4")))
    plan = assign(question)
    check(question, plan)
    assert (plan.counselors_used, plan.pairs, plan.optimal) == (2, 4, True)
