"""The law files of this repository: read once, with the digest that a statement rests on."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.credit.formulas import JURISDICTIONS
from services.credit.rulebook import Law, LawReportLine, read_law, report_law

FOLDER = Path(__file__).parent / "law"


@dataclass(frozen=True, slots=True)
class LawFile:
    """One jurisdiction's law and the SHA-256 (hex) of the file that it was read from."""

    name: str
    law: Law
    digest: str


def read_law_file(name: str) -> LawFile:
    """The law of a registered jurisdiction; KeyError for any other name."""
    kind = JURISDICTIONS[name].law
    raw = (FOLDER / f"{name}.toml").read_bytes()
    return LawFile(name, read_law(kind, raw.decode()), hashlib.sha256(raw).hexdigest())


def read_lawbook() -> dict[str, LawFile]:
    return {name: read_law_file(name) for name in JURISDICTIONS}


def report(unchecked_only: bool = False) -> Iterator[LawReportLine]:
    """Every version of every rule; or only those that nobody has held against their source."""
    for name, file in read_lawbook().items():
        for line in report_law(name, file.law):
            if not (unchecked_only and line.checked_on):
                yield line
