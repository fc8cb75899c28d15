"""Course credit under policies that boards in New York really adopted."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.credit.course_credit import CourseLength as Length
from services.credit.course_credit import (
    CoursePolicies,
    CoursePolicy,
    CourseRecord,
    CreditOutcome,
    CreditStanding,
    Safeguards,
    count_absences,
    rule_credit,
)
from services.credit.formulas.new_york_year import NewYorkYearLaw
from services.credit.lawbook import read_law_file
from shared.schema.ruling import Ruling

REGULATION: NewYorkYearLaw = read_law_file("new_york_year").law
TEXT = (Path(__file__).parent / "law_cases/new_york_policies.toml").read_text()
DECIDED_ON = date(2026, 1, 30)
ON_FILE = Safeguards(parents_notified_on=date(2026, 1, 5), intervention_on=date(2026, 1, 12))


def policies() -> dict[str, CoursePolicies]:
    return {
        name: CoursePolicies.model_validate(table) for name, table in tomllib.loads(TEXT, parse_float=Decimal).items()
    }


POLICIES = policies()


def policy(name: str, **changes: Any) -> CoursePolicy:
    return POLICIES[name].policy.in_force(DECIDED_ON).model_copy(update=changes)


def full_year(**counts: int) -> CourseRecord:
    return CourseRecord(Length.FULL_YEAR, **({"meetings": 180, "meetings_so_far": 180, "unexcused": 0} | counts))


def semester(**counts: int) -> CourseRecord:
    return CourseRecord(Length.SEMESTER, **({"meetings": 90, "meetings_so_far": 90, "unexcused": 0} | counts))


def standing(record: CourseRecord, under: CoursePolicy, on_file: Safeguards = ON_FILE) -> Ruling[CreditStanding]:
    return rule_credit(record, under, on_file, DECIDED_ON, REGULATION.course_credit.in_force(DECIDED_ON))


def outcome(record: CourseRecord, under: CoursePolicy) -> CreditOutcome:
    return standing(record, under).value.outcome


def test_an_explicit_14_wins_over_the_85_percent_that_would_allow_13() -> None:
    assert outcome(semester(unexcused=14), policy("albany")) is CreditOutcome.ELIGIBLE
    assert outcome(semester(unexcused=15), policy("albany")) is CreditOutcome.DENIED


def test_an_excused_absence_without_its_make_up_work_counts_even_where_the_board_opted_in() -> None:
    assert count_absences(full_year(unexcused=20, excused=5, excused_made_up=5), policy("deposit")).value == 25


def test_a_tardy_is_not_an_absence_where_the_policy_is_silent() -> None:
    assert count_absences(full_year(unexcused=22, tardies=30), policy("wayland_cohocton")).value == 22


@pytest.mark.parametrize(
    ("on_file", "missing"),
    [
        (Safeguards(), ("a notice to the parents", "a specific intervention")),
        (Safeguards(intervention_on=date(2026, 1, 12)), ("a notice to the parents",)),
        (Safeguards(parents_notified_on=date(2026, 1, 5)), ("a specific intervention",)),
        (Safeguards(date(2026, 1, 29), date(2026, 1, 30)), ("a specific intervention",)),
        (Safeguards(date(2026, 1, 30), date(2026, 1, 29)), ("a notice to the parents",)),
    ],
)
def test_a_denial_is_blocked_until_notice_and_intervention_lie_before_it(
    on_file: Safeguards, missing: tuple[str, ...]
) -> None:
    ruling = standing(full_year(unexcused=25), policy("wayland_cohocton"), on_file)
    assert (ruling.value.outcome, ruling.value.missing) == (CreditOutcome.DENIAL_BLOCKED, missing)
    assert "104.1(i)(2)(v)" in ruling.under.law


def test_safeguards_of_the_day_before_let_a_denial_stand() -> None:
    on_file = Safeguards(date(2026, 1, 29), date(2026, 1, 29))
    assert standing(full_year(unexcused=25), policy("wayland_cohocton"), on_file).value.outcome is CreditOutcome.DENIED


@pytest.mark.parametrize(
    ("name", "record", "left"),
    [
        ("wayland_cohocton", full_year(unexcused=20), 4),
        ("wayland_cohocton", full_year(unexcused=24), 0),
        ("cairo_durham", semester(unexcused=10), 4),
        ("south_seneca", full_year(unexcused=20), 7),
        ("south_seneca", semester(unexcused=13), 0),
    ],
)
def test_a_pupil_can_still_miss_so_many(name: str, record: CourseRecord, left: int) -> None:
    assert standing(record, policy(name)).value.can_still_miss == left


def test_the_ladder_of_notices_is_climbed_at_its_counts() -> None:
    def due(absences: int) -> tuple[str, ...]:
        return standing(full_year(unexcused=absences), policy("eastchester")).value.actions_due

    assert [due(n) for n in (5, 6, 11)] == [(), ("teacher calls",), ("teacher calls",)]
    assert due(12) == ("teacher calls", "letter and conference")


def test_a_ladder_of_percentages_rounds_to_the_nearest_whole_day_of_those_so_far() -> None:
    def due(absences: int, so_far: int) -> int:
        record = full_year(unexcused=absences, meetings_so_far=so_far)
        return len(standing(record, policy("north_rose_wolcott")).value.actions_due)

    assert [due(absences, 30) for absences in (1, 2, 3, 4, 5, 6)] == [0, 2, 3, 3, 4, 5]
    assert due(0, 5) == 0, "with a quarter of a day as the threshold, no absence is still no step"


@pytest.mark.parametrize(
    ("minutes", "double", "absent"), [(8, False, False), (9, False, True), (15, True, False), (16, True, True)]
)
def test_missing_more_than_8_minutes_of_a_single_or_15_of_a_double_is_an_absence(
    minutes: int, double: bool, absent: bool
) -> None:
    assert policy("south_seneca").is_absence(minutes, double) is absent


def test_a_course_without_meetings_is_not_computable() -> None:
    assert outcome(full_year(meetings=0, meetings_so_far=0), policy("albany")) is CreditOutcome.NOT_COMPUTABLE


def test_a_standing_explains_what_it_rests_on() -> None:
    lines = list(standing(full_year(unexcused=22, tardies=8), policy("sewanhaka")).explain())
    assert "2 for 8 tardies" in lines[1]


def test_every_policy_answers_from_its_first_day_and_refuses_the_day_before() -> None:
    for adopted in POLICIES.values():
        assert adopted.policy.in_force(date(2002, 9, 1)).level == "high"
        with pytest.raises(LookupError):
            adopted.policy.in_force(date(2002, 8, 31))


@pytest.mark.parametrize(
    "change",
    [
        {"attendance": None, "limits": {"semester": {"more_than_absences": 3}}},
        {"limits": {"semester": {"more_than_absences": 3, "at_least_absences": 4}}},
        {"ladder": {"semester": [{"action": "call"}]}},
        {"pupil": "S1"},
    ],
)
def test_a_policy_that_says_too_little_too_much_or_names_a_pupil_is_refused(change: dict[str, Any]) -> None:
    sound = {
        "from": date(2002, 9, 1), "cite": "a policy", "district": "X", "level": "high",
        "attendance": {"at_least_percent": 85},
    }  # fmt: skip
    CoursePolicy.model_validate(sound)
    with pytest.raises(ValidationError):
        CoursePolicy.model_validate(sound | change)
