"""The law is computed exactly and by itself: no float decides, nothing is rounded half-even, nothing is looked up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CREDIT = Path("services/credit")
PURE = [
    *(CREDIT / f"{name}.py" for name in ("rulebook", "day_count", "averaging", "course_credit", "said_of_rolls")),
    *sorted((CREDIT / "formulas").glob("*.py")),
]
MAY_IMPORT = {
    "bisect", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "math", "pydantic", "tomllib",
    "typing", "services.credit.averaging", "services.credit.day_count", "services.credit.formulas",
    "services.credit.rulebook", "services.credit.said_of_rolls", "shared.schema",
}  # fmt: skip


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("source", PURE, ids=str)
def test_the_law_imports_nothing_that_acts(source: Path) -> None:
    for module in imported(ast.parse(source.read_text())):
        assert any(module == allowed or module.startswith(f"{allowed}.") for allowed in MAY_IMPORT), module


@pytest.mark.parametrize("source", PURE, ids=str)
def test_no_float_and_no_half_even_rounding_decides_anything(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text())):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"line {node.lineno}: a float"
        assert not (isinstance(node, ast.Name) and node.id in ("float", "round")), f"line {node.lineno}: {node.id}"


@pytest.mark.parametrize("source", PURE, ids=str)
def test_the_clock_is_never_asked(source: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Call)]
    assert not [call.attr for call in calls if isinstance(call, ast.Attribute) and call.attr in ("now", "today")]


def test_formulas_of_one_jurisdiction_never_lean_on_another() -> None:
    families = {"texas", "illinois", "new_york", "california", "lausd", "national"}
    for source in PURE:
        if source.parent.name != "formulas" or source.stem == "__init__":
            continue
        for module in imported(ast.parse(source.read_text())):
            other = module.removeprefix("services.credit.formulas.")
            named = other != module and other.removesuffix("_year").removesuffix("_claim") in families
            assert not named or source.stem.startswith(other.removesuffix("_year")), f"{source} leans on {other}"
