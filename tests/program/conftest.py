"""Builders: a test spells out only what it is about."""

from pathlib import Path

import pytest

import services.program
from services.program.rulebook import ProgramLaw, read_law

LAW_FILE = Path(services.program.__file__).parent / "law" / "aip.toml"


@pytest.fixture(scope="session")
def law() -> ProgramLaw:
    return read_law(LAW_FILE.read_text())
