"""The program's law file, read once when the service starts; a law that cannot be read stops it there."""

from pathlib import Path
from typing import Final

from services.program.rulebook import ProgramLaw, Target, read_law
from shared.schema.law import NoLawInForce

LAW: Final[ProgramLaw] = read_law((Path(__file__).parent / "law" / "aip.toml").read_text(encoding="utf-8"))


def targets_of(program_year: int) -> tuple[Target, ...]:
    """Of a year before the law: none, and every grade stands by itself."""
    try:
        return LAW.target_grades.of_year(program_year).targets
    except NoLawInForce:
        return ()
