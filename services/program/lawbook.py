"""The program's law file, read once when the service starts; a law that cannot be read stops it there."""

from pathlib import Path
from typing import Final

from services.program.rulebook import ProgramLaw, read_law

LAW: Final[ProgramLaw] = read_law((Path(__file__).parent / "law" / "aip.toml").read_text(encoding="utf-8"))
