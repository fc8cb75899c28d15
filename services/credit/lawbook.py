"""The law files of this repository: read once, with the digest that a statement rests on."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.credit.formulas import LAWS
from services.credit.rulebook import LawReportLine, report_law
from shared.schema.law import read_law

FOLDER = Path(__file__).parent / "law"


@dataclass(frozen=True, slots=True)
class LawFile:
    """One law (of the class that `LAWS` names) and the SHA-256 (hex) of the file that it was read from."""

    name: str
    law: Any
    digest: str


def read_law_file(name: str) -> LawFile:
    """The law of that name; KeyError when there is none."""
    kind = LAWS[name]
    raw = (FOLDER / f"{name}.toml").read_bytes()
    return LawFile(name, read_law(kind, raw.decode()), hashlib.sha256(raw).hexdigest())


def read_lawbook() -> dict[str, LawFile]:
    return {name: read_law_file(name) for name in LAWS}


def report(lawbook: Mapping[str, LawFile] | None = None, unchecked_only: bool = False) -> Iterator[LawReportLine]:
    """Every version of every rule; or only those that nobody has held against their source."""
    for name, file in (read_lawbook() if lawbook is None else lawbook).items():
        for line in report_law(name, file.law):
            if not (unchecked_only and line.checked_on):
                yield line
