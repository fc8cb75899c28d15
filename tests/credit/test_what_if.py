"""The same rolls under another reading, side by side: what was changed is named, and nothing is kept."""

from datetime import date
from typing import Any

import pytest

from services.credit.another_reading import Reading, reread
from services.credit.cases import LawCase, rule_case
from services.credit.formulas.california import CaliforniaDay
from services.credit.formulas.california import RollMark as CaliforniaMark
from services.credit.formulas.illinois import IllinoisDay, ServedAs
from services.credit.formulas.new_york import NewYorkDay, PeriodMark
from services.credit.formulas.texas import MARK_THAT_FOLLOWS, MarkReason, TexasDay
from services.credit.lawbook import read_lawbook
from services.credit.not_taken import NotTaken
from tests.credit.cedar_high import MONDAY, ROWS, WEEK, CedarHigh

LAWBOOK = read_lawbook()
DAY = date(2025, 9, 15)


def case_of(jurisdiction: str, facts: Any) -> LawCase:
    return rule_case(1, jurisdiction, LAWBOOK[jurisdiction], facts)


def read_as(jurisdiction: str, facts: Any, **reading: Any) -> LawCase:
    """The case again, under another reading."""
    return reread([case_of(jurisdiction, facts)], LAWBOOK, Reading(**reading)).cases[1]


def texan(reason: MarkReason, code: str = "1") -> TexasDay:
    return TexasDay(DAY, 420, code, MARK_THAT_FOLLOWS[reason], reason)


UNSEEN: list[tuple[str, Any]] = [
    ("texas", texan(MarkReason.ROLL_NOT_TAKEN)),
    ("texas", texan(MarkReason.ON_NO_ROLL)),
    ("california", CaliforniaDay(DAY, (CaliforniaMark.NOT_TAKEN,))),
    ("california", CaliforniaDay(DAY, ())),
    ("new_york", NewYorkDay(DAY, (PeriodMark.ABSENT, PeriodMark.NOT_TAKEN))),
]


@pytest.mark.parametrize(("jurisdiction", "facts"), UNSEEN)
def test_a_day_whose_roll_nobody_took_can_be_read_as_absent_or_as_present(jurisdiction: str, facts: Any) -> None:
    absent = read_as(jurisdiction, facts, not_taken=NotTaken.ABSENT)
    present = read_as(jurisdiction, facts, not_taken=NotTaken.PRESENT)

    assert case_of(jurisdiction, facts).count.not_taken == 6
    assert (absent.count.absent, absent.count.not_taken) == (6, 0)
    assert (present.count.eligible, present.count.not_taken) == (6, 0)


def test_who_is_ineligible_is_present_while_ineligible() -> None:
    present = read_as("texas", texan(MarkReason.ROLL_NOT_TAKEN, code="4"), not_taken=NotTaken.PRESENT)

    assert (present.count.eligible, present.count.ineligible) == (0, 6)


@pytest.mark.parametrize("not_taken", [NotTaken.ABSENT, NotTaken.PRESENT])
def test_a_roll_that_was_taken_stays_what_it_is(not_taken: NotTaken) -> None:
    for reason in (MarkReason.MARKED_ABSENT, MarkReason.MARKED_PRESENT, MarkReason.ADJUSTED_TO_PRESENT):
        assert read_as("texas", texan(reason), not_taken=not_taken).count == case_of("texas", texan(reason)).count


def test_the_minutes_of_a_class_that_nobody_took_are_not_invented() -> None:
    day = IllinoisDay(DAY, ServedAs.GRADES_2_TO_12, (50, 50, None))

    assert read_as("illinois", day, not_taken=NotTaken.PRESENT).cannot_rule is not None
    assert read_as("illinois", day, not_taken=NotTaken.ABSENT).count.not_taken == 0


def test_appendix_b_reads_illinois_s_grid_otherwise_and_nothing_else() -> None:
    days = [IllinoisDay(DAY, served_as, (minutes,)) for served_as in ServedAs for minutes in range(0, 400, 10)]
    strictly = [read_as("illinois", day, strict_appendix_b=True).count for day in days]

    assert strictly != [case_of("illinois", day).count for day in days]
    texas = texan(MarkReason.MARKED_PRESENT)
    assert read_as("texas", texas, strict_appendix_b=True) == case_of("texas", texas)


def test_the_law_of_another_day_is_the_law_of_that_day() -> None:
    """Code 8 came in 2007: by the law of 2003 it is no code, and that is said."""
    day = texan(MarkReason.MARKED_PRESENT, code="9")

    assert read_as("texas", day, law_of=date(2003, 9, 1)).cannot_rule is not None
    assert case_of("texas", day).cannot_rule is None


async def asked(cedar: CedarHigh, **said: Any) -> dict[str, Any]:
    await cedar.caught_up()
    answer = await cedar.ask("/v1/what-if", school_year=2026, school_id="cedar", **said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_no_line_is_drawn_before_the_law_has_one(cedar: CedarHigh) -> None:
    early = {"begins_on": "2003-03-10", "ends_before": "2003-03-15", "school_year": 2003}
    await cedar.tell("tracks", ROWS["tracks"][0] | early)
    await cedar.tell("reporting-periods", ROWS["reporting-periods"][0] | early)
    await cedar.caught_up()

    answer = await cedar.ask("/v1/what-if", school_year=2003, not_taken="absent")

    assert (answer.status_code, answer.json()["lines"]) == (200, [])


async def test_rolls_that_nobody_took_as_absences_cost_no_ada_and_as_presences_make_some(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")

    absent = await asked(cedar, not_taken="absent")
    present = await asked(cedar, not_taken="present")

    week = next(row for row in present["rows"] if row["period"] == 4)
    assert (week["as_is"]["ada"], week["what_if"]["ada"], week["difference"]["ada"]) == ("3.300", "4.300", "1.000")
    assert week["difference"]["totals"] == {
        "membership_days": "0", "absent_days": "0", "eligible_days": "5", "ineligible_days": "0",
        "not_taken_days": "-5",
    }  # fmt: skip
    week = next(row for row in absent["rows"] if row["period"] == 4)
    assert (week["difference"]["ada"], week["difference"]["totals"]["absent_days"]) == ("0.000", "5")
    assert absent["changed"] == ["rolls that nobody took count as absent"]
    (kind,) = present["cases"]
    assert (kind["student_days"], kind["because"].split(";")[0]) == (5, "on no official roll that day")
    assert kind["what_if_because"].split(";")[0] == "the roll was not taken, and is counted as present: marked present"


async def test_the_rolls_as_they_are_are_what_ada_answers(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    week = await cedar.week()

    before = next(row for row in (await asked(cedar, not_taken="present"))["rows"] if row["period"] == 4)["as_is"]

    assert (before["ada"], before["totals"]) == (week["ada"], week["totals"])
    assert (await cedar.week())["totals"] == week["totals"]


async def test_another_line_holds_the_same_students_against_another_rate(cedar: CedarHigh) -> None:
    """Ana is at 4 of 5 days: above 80 % and below 96 %. Eve has no rate."""
    await cedar.take_every_roll(*WEEK)
    await cedar.take_roll("algebra", MONDAY, version=1, ana="A")

    (at_80,) = (await asked(cedar, line_percent="80"))["lines"]
    (above_80,) = (await asked(cedar, line_percent="80.0001"))["lines"]

    assert (at_80["students"], at_80["without_a_rate"], at_80["line"]) == (5, 1, "at least 96 %")
    assert (at_80["at_or_above"], at_80["what_if_at_or_above"], at_80["difference"]) == (3, 4, 1)
    assert above_80["difference"] == 0


async def two_six_weeks_of_different_length(cedar: CedarHigh) -> None:
    """One day, on which nobody is seen; and four, on which everybody is who can be."""
    first = ROWS["reporting-periods"][0]
    split = {"begins_on": WEEK[1]}
    await cedar.tell("reporting-periods", first | {"number": 1, "ends_before": WEEK[1]}, first | split | {"number": 4})
    await cedar.take_every_roll(*WEEK[1:])
    await cedar.take_roll("algebra", MONDAY, ana="A", ben="A", cho="A")
    await cedar.take_roll("physics", MONDAY, cho="A")
    await cedar.take_roll("art", MONDAY, dee="A", ben="A")


async def test_refined_ada_is_not_computable_until_six_periods_are_there(cedar: CedarHigh) -> None:
    await two_six_weeks_of_different_length(cedar)

    year = next(row for row in (await asked(cedar, ada="refined"))["rows"] if row["period"] is None)

    assert (year["as_is"]["ada_exact"], year["as_is"]["ada_kind"]) == ("14/5", "aggregate, of the year")
    assert (year["what_if"]["ada"], year["difference"]["ada"]) == (None, None)
    assert "mean of 6 periods, and there are 2" in year["what_if"]["not_computable"]


async def test_refined_and_aggregate_ada_differ_where_periods_have_different_lengths(cedar: CedarHigh) -> None:
    """Monday counts as much as the four days after it: (0 + 3.5 + 4 x 3.5 ...) / 6 against a sum over a sum."""
    await two_six_weeks_of_different_length(cedar)
    late = ROWS["reporting-periods"][0]
    days = [f"2026-03-{day}" for day in range(16, 20)]
    await cedar.tell("calendar-days", *(ROWS["calendar-days"][0] | {"on": on} for on in days))
    await cedar.tell(
        "reporting-periods",
        *(
            late | {"number": number, "begins_on": on, "ends_before": f"2026-03-{int(on[-2:]) + 1}"}
            for number, on in zip((2, 3, 5, 6), days, strict=True)
        ),
    )
    await cedar.take_every_roll(*days)

    year = next(row for row in (await asked(cedar, ada="refined"))["rows"] if row["period"] is None)

    assert year["as_is"]["ada_exact"] == "28/9"
    assert year["what_if"]["ada_exact"] == "35/12"
    assert (year["as_is"]["ada"], year["what_if"]["ada"], year["difference"]["ada"]) == ("3.111", "2.917", "-0.194")


async def test_the_law_of_a_day_is_named_and_what_it_does_not_know_is_said(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)

    same = await asked(cedar, law_of="2010-01-01")
    before = await asked(cedar, law_of="1995-01-01")

    assert same["changed"] == ["every student-day is ruled by the law of 2010-01-01; averages are made as they are"]
    assert all(row["difference"]["ada"] == "0.000" for row in same["rows"])
    assert all(row["what_if"]["ada"] is None for row in before["rows"])
    assert "no version reaches back" in before["rows"][0]["what_if"]["not_computable"]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "nothing-changed"),
        ({"not_taken": "not_taken"}, "nothing-changed"),
        ({"strict_appendix_b": "true"}, "of-no-school"),
        ({"not_taken": "perhaps"}, "invalid-request"),
        ({"line_percent": "101"}, "invalid-request"),
        ({"line_percent": "NaN"}, "invalid-request"),
        ({"school_id": "elsewhere", "ada": "refined"}, "no-such-school"),
    ],
)
async def test_a_question_without_an_answer_is_refused(cedar: CedarHigh, said: dict[str, Any], problem: str) -> None:
    await cedar.caught_up()

    asked: dict[str, Any] = {"school_year": 2026, "school_id": "cedar"} | said
    refused = await cedar.ask("/v1/what-if", **asked)

    assert 400 <= refused.status_code < 500
    assert refused.json()["type"] == f"/problems/{problem}"


async def test_the_district_s_row_is_for_those_who_see_every_school(cedar: CedarHigh) -> None:
    await cedar.take_every_roll(*WEEK)
    await cedar.caught_up()

    everybody = await cedar.ask("/v1/what-if", school_year=2026, not_taken="absent")
    principal = await cedar.ask("/v1/what-if", "principal", school_year=2026, not_taken="absent", schools=["cedar"])

    assert [row["school_id"] for row in everybody.json()["rows"]] == [None, None, "cedar", "cedar"]
    assert [row["school_id"] for row in principal.json()["rows"]] == ["cedar", "cedar"]
    assert (await cedar.ask("/v1/what-if", "teacher", school_year=2026, ada="refined")).status_code == 403
