"""The law that credit applies: every version of every rule, with its citation and how it was read, also where the
district has set how."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from services.credit.lawbook import LawFile, report
from services.credit.minimum_time_tables import find_lawbook
from services.credit.sheet_library import Library, Reader, SheetLibrary
from shared.plumbing.circumstances import Asking
from shared.plumbing.problems import refusals
from shared.schema.base import Schema
from shared.schema.law import NoLawInForce, Version
from shared.schema.refusals import NotFound, Unprocessable

router = APIRouter(tags=["law"])


class NoSuchRule(NotFound):
    """There is no such law, or no such rule in it."""


class NotInForceYet(Unprocessable):
    """The rule has no version of that day or of any day before it, and we do not guess."""


class RuleVersion(Schema):
    """`law_digest` is the SHA-256 (hex) of the law's whole file: the one that statements and rulings name.

    `checked_on` is null until somebody has held the version against its source.
    """

    law: str
    law_digest: str
    rule: str
    in_force_from: date
    cite: str
    reading: str | None
    checked_on: date | None


class RuleOnDay(RuleVersion):
    """The version of a rule that is in force on a day, and the numbers, names and thresholds that it says."""

    on: date
    says: dict[str, Any]


@router.get("/v1/law", responses=refusals())
async def report_law(reader: Reader, library: Library, unchecked_only: bool = False) -> tuple[RuleVersion, ...]:
    """All of it; or what nobody has held against its source yet."""
    lawbook = await _lawbook(reader, library)
    return tuple(
        RuleVersion(
            law=line.law, law_digest=lawbook[line.law].digest, rule=line.rule,
            in_force_from=line.in_force_from, cite=line.cite, reading=line.reading, checked_on=line.checked_on,
        )
        for line in report(lawbook, unchecked_only)
    )  # fmt: skip


@router.get("/v1/law/{law}/{rule}", responses=refusals(NoSuchRule, NotInForceYet))
async def read_rule(
    reader: Reader, library: Library, law: Annotated[str, Path()], rule: Annotated[str, Path()],
    on: Annotated[date, Query(description="The day whose law is asked for.")],
) -> RuleOnDay:  # fmt: skip
    """The version in force on a day. A day before the first version is refused."""
    version, digest = _version(await _lawbook(reader, library), law, rule, on)
    said = version.model_dump(mode="json", exclude=set(Version.model_fields))
    return RuleOnDay(
        law=law, law_digest=digest, rule=rule, in_force_from=version.in_force_from, cite=version.cite,
        reading=version.reading, checked_on=version.checked_on, on=on, says=said,
    )  # fmt: skip


async def _lawbook(reader: Asking, library: SheetLibrary) -> dict[str, LawFile]:
    async with library.database.bare(reader.district_id, readonly=True) as connection:
        return await find_lawbook(connection, reader.district_id, library.lawbook)


def _version(lawbook: Mapping[str, LawFile], law: str, rule: str, on: date) -> tuple[Version, str]:
    file = lawbook.get(law)
    if file is None or rule not in type(file.law).model_fields:
        raise NoSuchRule("GET /v1/law names the laws and their rules.")
    try:
        version: Version = getattr(file.law, rule).in_force(on)
    except NoLawInForce as why:
        raise NotInForceYet(str(why), "query/on") from None
    return version, file.digest
