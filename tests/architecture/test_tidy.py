"""House rules that no off-the-shelf linter knows. Each one says why it exists."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
SOURCES = sorted(
    path.relative_to(HOUSE) for top in ("services", "shared", "deploy", "tests") for path in (HOUSE / top).rglob("*.py")
)

BANNED = {
    "commit": "a request is one transaction; its dependency commits it, nobody else does",
    "now": "a service is told the time, so that a test can choose it",
    "patch": "swap the real part for another real part instead of patching an import path",
}
ALLOWED = {
    ("shared/plumbing/circumstances.py", "now"): "the one clock",
    ("shared/plumbing/migrate.py", "commit"): "Alembic's connection is no request",
}
CLUTTER = ("utils", "helpers", "manager", "misc", "common", "helper", "util")


@pytest.mark.parametrize("source", [path for path in SOURCES if path.parts[0] in ("services", "shared")], ids=str)
def test_no_banned_call(source: Path) -> None:
    for node in ast.walk(ast.parse((HOUSE / source).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in BANNED and (source.as_posix(), name) not in ALLOWED:
                pytest.fail(f"{source}:{node.lineno} calls .{name}(): {BANNED[name]}")


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_file_fits_in_one_sitting(source: Path) -> None:
    assert len((HOUSE / source).read_text().splitlines()) <= 300, "split the file by what it is about"


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_file_is_named_for_what_is_in_it(source: Path) -> None:
    assert not set(source.with_suffix("").parts) & set(CLUTTER), "name it for its subject"


def test_the_plumbing_stays_small() -> None:
    files = [path for path in SOURCES if path.parts[:2] == ("shared", "plumbing") and path.stem != "__init__"]

    assert len(files) <= 11, "plumbing is what all stand on, not a framework: docs/decisions/0005 and 0070"
    for path in files:
        assert len((HOUSE / path).read_text().splitlines()) <= 180, f"{path} is growing into a framework"


def test_nothing_committed_names_a_registry_or_this_machine() -> None:
    """Lock files and documents must install and read the same everywhere."""
    hosts = ["pypi" + ".org", "files.python" + "hosted", "registry.npm" + "js", "deb.debian" + ".org"]
    for path in [*HOUSE.glob("*.*"), *HOUSE.glob("docs/**/*.md"), HOUSE / "Makefile", *HOUSE.glob("deploy/**/*")]:
        if path.is_file() and path.suffix not in (".pyc",):
            text = path.read_text(errors="replace")
            assert not [host for host in hosts if host in text], path
