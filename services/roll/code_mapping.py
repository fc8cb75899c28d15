"""Attendance codes that do not say what their jurisdiction asks: refused at the door, and listed where they are inside.

Credit does not guess what such a code means (rules TX-13, GEN-6): the count of the day stops.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.roster_findings import SHOULD_BE_SAID, STOPS_THE_COUNT, says_too_little
from services.roll.row_intake import Intake
from shared.plumbing.circumstances import BareTransaction, WhoAsks
from shared.plumbing.problems import refusals
from shared.schema.reading import UnmappedCode, UnmappedCodes
from shared.schema.roster import Jurisdiction

router = APIRouter(tags=["roster"])
READERS = ("sis_client", "attendance_clerk", "principal", "district_office", "auditor")

WITHOUT_MAPPING = """
    SELECT a.code, a.begins_on, a.ends_before FROM roll.attendance_code a
    WHERE a.district_id = $1 AND a.presence IN ('tardy', 'early_departure') AND a.present_at_official_roll IS NULL
      AND EXISTS (SELECT FROM roll.school c WHERE c.district_id = $1 AND c.jurisdiction = 'texas')
    ORDER BY a.code, a.begins_on
"""
"""Codes of a district with schools in Texas that stop a count there."""

WITHOUT_VERSION = """
    SELECT a.code, a.ends_before AS begins_on, min(b.begins_on) AS ends_before
    FROM roll.attendance_code a
    LEFT JOIN roll.attendance_code b ON b.district_id = $1 AND b.code = a.code AND b.begins_on >= a.ends_before
    WHERE a.district_id = $1 AND a.ends_before IS NOT NULL
    GROUP BY a.code, a.begins_on, a.ends_before
    HAVING min(b.begins_on) IS DISTINCT FROM a.ends_before
    ORDER BY a.code, a.ends_before
"""
"""Spans between two versions of a code, or after its last."""

USED = """
    SELECT count(*) AS rolls, min(r."on") AS first_on, max(r."on") AS last_on,
           coalesce(array_agg(DISTINCT r.school_id), '{}') AS schools
    FROM roll.roll r JOIN roll.school c ON c.district_id = $1 AND c.school_id = r.school_id
    WHERE r.district_id = $1 AND $2 = ANY (r.codes) AND r."on" >= $3 AND coalesce(r."on" < $4, true)
      AND ($5 OR c.jurisdiction = 'texas') AND ($6::text[] IS NULL OR r.school_id = ANY ($6))
"""


@router.get("/v1/unmapped-codes", responses=refusals())
async def read_unmapped_codes(asking: WhoAsks, connection: BareTransaction) -> UnmappedCodes:
    """The attendance codes that stop a count, and the rolls on which they stand. A code not used yet has no rolls."""
    asking.require_role(*READERS)
    schools = None if asking.principal.schools is None else list(asking.principal.schools)
    codes = []
    for statement, missing in ((WITHOUT_MAPPING, "present_at_official_roll"), (WITHOUT_VERSION, "version")):
        for row in await connection.fetch(statement, asking.district_id):
            span = row["code"], row["begins_on"], row["ends_before"]
            used = await connection.fetchrow(USED, asking.district_id, *span, missing == "version", schools)
            if used["rolls"] or missing != "version":
                said = {**row, **used, "missing": missing, "schools": tuple(used["schools"])}
                codes.append(UnmappedCode.model_validate(said))
    return UnmappedCodes(codes=tuple(codes))


async def check_mapping(session: AsyncSession, district_id: str, intake: Intake, new: Mapping[int, Any]) -> None:
    """Refuse new codes that would stop the count of a school here; warn while no school says where it is."""
    connection = await session.connection()
    found = await connection.execute(
        text("SELECT DISTINCT jurisdiction FROM roll.school WHERE district_id = :district"), {"district": district_id}
    )
    here = {Jurisdiction(name) for (name,) in found}
    for number, row in new.items():
        for jurisdiction in here or set(Jurisdiction):
            column = says_too_little(row, jurisdiction)
            if column is None or number not in intake.rows:
                continue
            if column in STOPS_THE_COUNT and here:
                intake.refuse(number, column, STOPS_THE_COUNT[column])
            elif column in STOPS_THE_COUNT or here:
                intake.warn(number, column, {**STOPS_THE_COUNT, **SHOULD_BE_SAID}[column])


async def warn_of_unmapped_codes(session: AsyncSession, district_id: str, intake: Intake) -> None:
    """A school of Texas in a district whose codes came first, and do not say enough for it."""
    texan = [number for number, row in intake.rows.items() if row.jurisdiction is Jurisdiction.TEXAS]
    if not texan:
        return
    connection = await session.connection()
    found = await connection.execute(
        text(
            "SELECT DISTINCT code FROM roll.attendance_code WHERE district_id = :district "
            "AND presence IN ('tardy', 'early_departure') AND present_at_official_roll IS NULL ORDER BY code LIMIT 20"
        ),
        {"district": district_id},
    )
    if codes := ", ".join(code for (code,) in found):
        said = f"these attendance codes stop its count, see GET /v1/unmapped-codes: {codes}"
        intake.warn(texan[0], "jurisdiction", said)
