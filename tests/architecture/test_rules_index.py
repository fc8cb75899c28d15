"""docs/rules-index.md leads an auditor from a rule to its code and its tests; here it is kept from leading astray."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs/rules-index.md").read_text()
CITED = re.compile(r"(?<![A-Z0-9-])(TX|NY|IL|LA|CA|US|GEN|AMB)-(\d+)(?: to \1-(\d+))?\b")
WITHOUT_CODE = {"AMB-6": "an error of print", "LA-8": "held nowhere", "LA-9": "nothing to compute"}
WITHOUT_TESTS = {"IL-10": "ended before", "IL-11": "for comparison"} | WITHOUT_CODE


def rows() -> dict[str, list[str]]:
    """What is said, the code and the tests of each rule; of an example, its tests alone."""
    lines = (line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| [A-Z]+-[A-Z0-9-]*\d", line))
    return {first: rest for first, *rest in lines}


ROWS = rows()
RULES = {rule: said for rule, said in ROWS.items() if len(said) == 3}


def cited_in(text: str) -> Iterator[str]:
    for state, first, last in CITED.findall(text):
        yield from (f"{state}-{number}" for number in range(int(first), int(last or first) + 1))


def test_every_rule_that_is_cited_anywhere_has_a_row() -> None:
    tops = ("services", "shared", "deploy", "tests")
    sources = [path for top in tops for path in (HOUSE / top).rglob("*") if path.suffix in (".py", ".toml")]
    sources += (HOUSE / "docs").rglob("*.md")

    unknown = {(rule, path.name) for path in sources for rule in cited_in(path.read_text()) if rule not in RULES}

    assert not unknown, "give each rule a row in docs/rules-index.md"


def test_every_place_that_a_row_names_is_there() -> None:
    for row, cells in ROWS.items():
        for place in re.findall(r"`([^`]+)`", " ".join(cells)):
            path, _, name = place.partition("::")
            assert (HOUSE / path).is_file(), f"{row}: there is no {path}"
            assert name in (HOUSE / path).read_text(), f"{row}: {path} has no {name}"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_code_and_tests_or_says_why_it_has_none(rule: str) -> None:
    said, code, tests = RULES[rule]

    assert "`" in code or WITHOUT_CODE[rule] in said
    assert "`" in tests or WITHOUT_TESTS[rule] in said


def test_the_page_has_the_rules_of_every_state_without_a_gap() -> None:
    last = {"TX": 30, "NY": 13, "IL": 12, "LA": 9, "CA": 6, "US": 2, "GEN": 6, "AMB": 34}

    assert list(RULES) == [f"{state}-{number}" for state in last for number in range(1, last[state] + 1)]


def test_every_worked_example_has_a_test() -> None:
    examples = {row: cells for row, cells in ROWS.items() if len(cells) == 1}

    assert len(examples) == 62
    assert all("`tests/" in cells[0] for cells in examples.values())
