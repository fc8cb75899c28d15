"""Which schools are selected, and why: rules LA-2, AMB-30, AMB-31; example B-LA-03."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.program.comparison import compare
from services.program.percentages import percent
from services.program.rulebook import ProgramLaw, Scale
from services.program.school_facts import SchoolFacts, read_api
from services.program.selection import select
from services.program.selection_documents import (
    ByCounselorDays,
    ByCount,
    ByShare,
    HowMany,
    Line,
    Outcome,
    Selection,
    canonical,
)
from shared.schema.law import NoLawInForce
from tests.program.builders import a_school, an_input


def chosen(selection: Selection) -> list[str]:
    return [line.school_id for line in selection.selected]


def outcome_of(selection: Selection, school_id: str) -> str:
    (line,) = (line for line in selection.lines if line.school_id == school_id)
    return line.outcome


A, B = a_school("A", 410, api=710), a_school("B", 395, api=805)
C, D = a_school("C", 442, api=655), a_school("D", 409, api=799)


def test_the_lowest_shares_below_the_api_are_selected(law: ProgramLaw) -> None:
    selection = select(an_input(A, B, C, D), law)
    assert chosen(selection) == ["D", "A"]
    assert outcome_of(selection, "B") == "not_selected"


@pytest.mark.parametrize(("api", "outcome"), [(799, "selected"), (800, "not_selected"), (801, "not_selected")])
def test_an_api_of_800_is_not_below_800(api: int, outcome: str, law: ProgramLaw) -> None:
    assert outcome_of(select(an_input(a_school("A", api=api)), law), "A") == outcome


def test_a_school_without_an_api_needs_data_and_is_never_taken_for_zero(law: ProgramLaw) -> None:
    selection = select(an_input(a_school("A", 1, api=None), B, C), law)
    assert outcome_of(selection, "A") == "needs_data"
    assert chosen(selection) == ["C"]


def test_a_school_whose_students_have_no_rate_needs_data(law: ProgramLaw) -> None:
    assert outcome_of(select(an_input(a_school("A", 0, of=0)), law), "A") == "needs_data"


def test_a_share_of_nobody_at_the_line_is_a_share_and_the_lowest(law: ProgramLaw) -> None:
    assert chosen(select(an_input(C, a_school("Z", 0, of=12)), law)) == ["Z", "C"]


def test_a_middle_school_has_no_target_grade(law: ProgramLaw) -> None:
    middle = a_school("M", level="middle").model_copy(update={"targets": ()})
    (line,) = select(an_input(middle), law).lines
    assert (line.outcome, line.target, line.rank) == (Outcome.NOT_APPLICABLE, None, None)


def test_a_middle_school_that_enrolls_ninth_graders_is_a_candidate(law: ProgramLaw) -> None:
    assert chosen(select(an_input(a_school("M", level="middle")), law)) == ["M"]


def test_an_elementary_school_not_yet_heard_from_needs_data(law: ProgramLaw) -> None:
    silent = a_school("E", level="elementary").model_copy(update={"targets": ()})
    assert outcome_of(select(an_input(silent), law), "E") == "needs_data"


def test_of_equal_shares_the_larger_target_enrollment_goes_first(law: ProgramLaw) -> None:
    small, large = a_school("A", 1, of=3, enrollment=100), a_school("B", 2, of=6, enrollment=101)
    assert chosen(select(an_input(small, large, how_many=ByCount(by="count", schools=1)), law)) == ["B"]


def test_of_equal_shares_and_enrollments_the_smaller_school_id_goes_first(law: ProgramLaw) -> None:
    one, two = a_school("B", 1, of=3), a_school("A", 2, of=6)
    assert chosen(select(an_input(one, two, how_many=ByCount(by="count", schools=1)), law)) == ["A"]


def test_shares_are_compared_exactly_though_people_see_the_same_percentage(law: ProgramLaw) -> None:
    lower, higher = a_school("B", 33_333, of=100_000), a_school("A", 1, of=3)
    first, second = select(an_input(lower, higher), law).selected
    assert (first.school_id, second.school_id) == ("B", "A")
    assert first.share_percent == second.share_percent == "33.33"


@pytest.mark.parametrize(("below", "expected"), [("41.0", ["D"]), ("41.01", ["D", "A"]), ("40.9", [])])
def test_a_share_at_the_cut_off_is_not_below_it(below: str, expected: list[str], law: ProgramLaw) -> None:
    how_many = ByShare(by="share", below_percent=below)
    assert chosen(select(an_input(A, B, C, D, how_many=how_many), law)) == expected


@pytest.mark.parametrize(("days", "expected"), [(4, []), (5, ["X"]), (6, ["X"]), (7, ["X", "Y"]), (8, ["X", "Y", "Z"])])
def test_a_budget_of_days_is_spent_in_order_and_no_school_overtakes(
    days: int, expected: list[str], law: ProgramLaw
) -> None:
    schools = a_school("X", 1, enrollment=300), a_school("Y", 2, enrollment=51), a_school("Z", 3, enrollment=50)
    selection = select(an_input(*schools, how_many=ByCounselorDays(by="counselor_days", days_a_week=days)), law)
    assert chosen(selection) == expected
    assert selection.days_a_week <= days


def test_one_target_grade_may_be_selected_by_itself(law: ProgramLaw) -> None:
    kindergarten = a_school("K", 900, target="TK/K", level="elementary")
    assert chosen(select(an_input(A, kindergarten, targets=("TK/K",)), law)) == ["K"]


def test_a_school_with_both_target_grades_is_a_candidate_in_each(law: ProgramLaw) -> None:
    ninth, kindergarten = a_school("S", 500), a_school("S", 300, target="TK/K")
    span = ninth.model_copy(update={"level": "span", "targets": ninth.targets + kindergarten.targets})
    assert [(line.school_id, line.target) for line in select(an_input(span), law).selected] == [
        ("S", "TK/K"),
        ("S", "9"),
    ]


def test_every_line_says_why_and_under_which_law(law: ProgramLaw) -> None:
    d, a, c, b = select(an_input(A, B, C, D), law).lines
    assert d.because == "rank 1 of 3 that qualify, lowest share first; the first 2 are selected"
    assert b.because == "API 805 is not below 800"
    assert [ground.what for ground in a.resting_on] == ["API below the line", "share", "counselor days a week"]
    assert a.resting_on[1].value == "41.00 %"
    assert "School Selection (2012-13)" in c.under


def test_a_selected_school_without_target_students_carries_a_warning(law: ProgramLaw) -> None:
    (line,) = select(an_input(a_school("A", enrollment=0)), law).lines
    assert (line.outcome, line.days_a_week, len(line.warnings)) == ("selected", 1, 1)


def test_the_2011_selection_is_refused_because_no_criterion_of_that_year_is_known(law: ProgramLaw) -> None:
    with pytest.raises(NoLawInForce):
        select(an_input(A).model_copy(update={"program_year": 2012}), law)


def test_a_target_grade_that_the_law_does_not_name_is_refused(law: ProgramLaw) -> None:
    with pytest.raises(ValueError, match="does not name"):
        select(an_input(A, targets=("6",)), law)


def test_a_school_listed_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="listed once"):
        an_input(A, A)


@pytest.mark.parametrize(
    ("text", "api", "problem"),
    [
        ("710", 710, None),
        (" 710 ", 710, None),
        ("200", 200, None),
        ("199", None, "the API is off its scale of 200 to 1000"),
        ("1000", 1000, None),
        ("1001", None, "the API is off its scale of 200 to 1000"),
        ("", None, "no API is given"),
        (None, None, "no API is given"),
        ("79O", None, "the API is not a whole number"),
        ("799.9", None, "the API is not a whole number"),
        ("-710", None, "the API is not a whole number"),
        ("٧١٠", None, "the API is not a whole number"),
    ],
)
def test_an_api_is_read_or_its_problem_is_told(text: str | None, api: int | None, problem: str | None) -> None:
    reading = read_api(text, Scale(lowest=200, highest=1000))
    assert (reading.api, reading.problem) == (api, problem)


def test_percentages_for_people_are_rounded_half_up() -> None:
    assert [percent(Fraction(n, 100_000)) for n in (66665, 66664, 0, 100_000)] == ["66.67", "66.66", "0.00", "100.00"]


SCHOOLS = st.lists(
    st.builds(
        lambda n, above, rest, api, size: a_school(f"S{n}", above, of=above + rest, api=api, enrollment=size),
        st.integers(0, 999),
        st.integers(0, 5),
        st.integers(0, 5),
        st.sampled_from([None, 650, 799, 800, 900]),
        st.sampled_from([0, 50, 51, 101, 300]),
    ),
    unique_by=lambda school: school.school_id,
    max_size=12,
)
HOW_MANY = st.one_of(
    st.builds(lambda n: ByCount(by="count", schools=n), st.integers(1, 12)),
    st.builds(lambda n: ByShare(by="share", below_percent=str(n)), st.integers(0, 100)),
    st.builds(lambda n: ByCounselorDays(by="counselor_days", days_a_week=n), st.integers(1, 30)),
)


@given(SCHOOLS, HOW_MANY, st.randoms(use_true_random=False))
def test_the_order_the_schools_came_in_changes_no_byte(
    law: ProgramLaw, schools: list[SchoolFacts], how_many: HowMany, random: Random
) -> None:
    shuffled = random.sample(schools, len(schools))
    one, other = (select(an_input(*order, how_many=how_many), law) for order in (schools, shuffled))
    assert canonical(one) == canonical(other)
    assert one.digest == other.digest


@given(SCHOOLS, HOW_MANY)
def test_every_school_is_listed_once_and_nobody_left_out_is_needier_than_one_taken(
    law: ProgramLaw, schools: list[SchoolFacts], how_many: HowMany
) -> None:
    selection = select(an_input(*schools, how_many=how_many), law)
    assert sorted(line.school_id for line in selection.lines) == sorted(school.school_id for school in schools)
    for taken in selection.selected:
        assert taken.api is not None
        assert taken.api < 800
        for left in selection.lines:
            if left.outcome == "not_selected" and left.rank is not None:
                assert share(taken) <= share(left)


def share(line: Line) -> Fraction:
    assert line.at_or_above is not None
    assert line.with_a_rate is not None
    return Fraction(line.at_or_above, line.with_a_rate)


def test_two_runs_on_one_input_are_the_same(law: ProgramLaw) -> None:
    comparison = compare(select(an_input(A, B, C, D), law), select(an_input(D, C, B, A), law))
    assert (comparison.same, comparison.moves) == (True, ())


def test_a_comparison_says_what_moved_and_why(law: ProgramLaw) -> None:
    moved = select(an_input(A, B, a_school("C", 405, api=655), D), law)
    comparison = compare(select(an_input(A, B, C, D), law), moved)
    assert [(move.school_id, move.before, move.after) for move in comparison.moves] == [
        ("A", "selected", "not_selected"),
        ("C", "not_selected", "selected"),
    ]
    assert comparison.moves[0].because == ("its own facts are the same; others moved it from rank 2 to 3",)
    assert comparison.moves[1].because == ("at_or_above 442 became 405",)


def test_a_comparison_names_a_changed_question(law: ProgramLaw) -> None:
    more = select(an_input(A, B, C, D, how_many=ByCount(by="count", schools=3)), law)
    (move,) = compare(select(an_input(A, B, C, D), law), more).moves
    assert (move.school_id, move.because) == ("C", ("how many are selected changed",))
