"""Every case a registrar wrote, against every jurisdiction's law as it stands in the repository."""

import tomllib
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from services.credit.day_count import DayCount
from services.credit.formulas import JURISDICTIONS
from services.credit.lawbook import FOLDER, read_lawbook, report
from services.credit.rulebook import rules, unchanged_since
from shared.schema.law import CannotRule, NoLawInForce
from shared.schema.ruling import Ruling

CASES = {name: tomllib.loads((Path(__file__).parent / f"law_cases/{name}.toml").read_text()) for name in JURISDICTIONS}
LAWBOOK = read_lawbook()
EVERY_RULE = [
    pytest.param(rule, id=f"{name}: {rule_name}")
    for name, file in LAWBOOK.items()
    for rule_name, rule in rules(file.law)
]


def facts_of(name: str, case: dict[str, Any]) -> Any:
    unknown = dict.fromkeys(case.get("unknown", []))
    given = CASES[name]["ordinary"] | case["given"] | unknown
    return TypeAdapter(JURISDICTIONS[name].facts).validate_python(given)


def rule(name: str, case: dict[str, Any]) -> Ruling[DayCount]:
    return JURISDICTIONS[name].rule_day(facts_of(name, case), LAWBOOK[name].law)


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{name}: {case['name']}") for name in JURISDICTIONS for case in CASES[name]["case"]],
)
def test_law_case(name: str, case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(CannotRule, match=case["refused"]):
            rule(name, case)
        return

    ruling = rule(name, case)
    explained = "\n".join(ruling.explain())
    assert ruling.value == DayCount.of(case["count"]), explained
    assert case.get("because", "") in explained
    assert case.get("cites", "") in explained


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_no_two_cases_share_a_name(name: str) -> None:
    names = [case["name"] for case in CASES[name]["case"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("dated", EVERY_RULE)
def test_a_rule_answers_from_its_first_day_and_refuses_the_day_before(dated: Any) -> None:
    first = dated.root[0].in_force_from
    assert dated.in_force(first).in_force_from == first
    with pytest.raises(NoLawInForce):
        dated.in_force(first - timedelta(days=1))


@pytest.mark.parametrize("dated", EVERY_RULE)
def test_each_version_takes_force_on_its_day_and_not_the_day_before(dated: Any) -> None:
    for earlier, later in zip(dated.root, dated.root[1:], strict=False):
        assert dated.in_force(later.in_force_from) is later
        assert dated.in_force(later.in_force_from - timedelta(days=1)) is earlier


@pytest.mark.parametrize("name", JURISDICTIONS)
def test_the_same_facts_get_the_same_ruling_on_all_days_of_one_state_of_the_law(name: str) -> None:
    day = facts_of(name, {"given": {}})
    since = unchanged_since(LAWBOOK[name].law, day.on)
    assert since <= day.on
    assert rule(name, {"given": {"on": since}}) == rule(name, {"given": {}})


@pytest.mark.parametrize("name", LAWBOOK)
def test_the_law_report_lists_every_version_with_its_citation(name: str) -> None:
    lines = [line for line in report() if line.law == name]
    assert len(lines) == sum(len(dated.root) for _, dated in rules(LAWBOOK[name].law))
    assert all(line.cite for line in lines)


def test_every_law_file_is_registered_and_read() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LAWBOOK)


def test_the_digest_of_a_law_is_that_of_its_file() -> None:
    for name, file in LAWBOOK.items():
        assert file.digest == sha256((FOLDER / f"{name}.toml").read_bytes()).hexdigest()


def test_a_law_that_nobody_checked_is_listed_as_unchecked() -> None:
    unchecked = list(report(unchecked_only=True))
    assert all(line.checked_on is None for line in unchecked)
    assert {line for line in report() if line.checked_on is None} == set(unchecked)
