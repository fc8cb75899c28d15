"""The law that credit applies: every version of every rule, with its citation and how it was read."""

from datetime import date

from fastapi import APIRouter

from services.credit.lawbook import read_lawbook, report
from services.credit.sheet_library import Reader
from shared.plumbing.problems import refusals
from shared.schema.base import Schema

router = APIRouter(tags=["law"])


class RuleVersion(Schema):
    """`law_digest` is the SHA-256 (hex) of the law's whole file: the one that statements and rulings name."""

    law: str
    law_digest: str
    rule: str
    in_force_from: date
    cite: str
    reading: str | None
    checked_on: date | None


@router.get("/v1/law", responses=refusals())
async def report_law(reader: Reader, unchecked_only: bool = False) -> tuple[RuleVersion, ...]:
    """All of it; or what nobody has held against its source yet."""
    digests = {name: file.digest for name, file in read_lawbook().items()}
    return tuple(
        RuleVersion(
            law=line.law, law_digest=digests[line.law], rule=line.rule, in_force_from=line.in_force_from,
            cite=line.cite, reading=line.reading, checked_on=line.checked_on,
        )
        for line in report(unchecked_only)
    )  # fmt: skip
