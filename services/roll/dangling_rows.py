"""Rows that name what is not here: a school, section, student, member of staff or time zone."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.roll.local_time import is_time_zone
from services.roll.roster_collections import Collection
from services.roll.row_intake import Intake
from services.roll.tables import DistrictRow, SchoolRow, SectionRow, key_of


async def refuse_dangling(session: AsyncSession, district_id: str, collection: Collection, intake: Intake) -> None:
    for table in collection.refers_to:
        (name,) = key_of(table)
        there = await _there(session, district_id, table, name, intake)
        for number, row in list(intake.rows.items()):
            school_id = there.get(getattr(row, name))
            if school_id is None:
                intake.refuse(number, name, f"send the {table.__tablename__} first")
            elif table is SectionRow and school_id != row.school_id:
                intake.refuse(number, "school_id", "it is not the section's school")
    if collection.table is SectionRow:
        standing = await _there(session, district_id, SectionRow, "section_id", intake)
        for number, row in list(intake.rows.items()):
            if standing.get(row.section_id, row.school_id) != row.school_id:
                intake.refuse(number, "school_id", "a section stays in its school")
    if collection.table is SchoolRow:
        for number, row in list(intake.rows.items()):
            if not is_time_zone(row.time_zone):
                intake.refuse(number, "time_zone", "use a name of the IANA time zone database")


async def _there(
    session: AsyncSession, district_id: str, table: type[DistrictRow], name: str, intake: Intake
) -> Mapping[str, Any]:
    """Which of the rows named are there, and of a section its school."""
    connection = await session.connection()
    found = await connection.execute(
        text(
            f"SELECT {name}, {'school_id' if table is SectionRow else name} "  # noqa: S608 - the names are our tables' own
            f"FROM roll.{table.__tablename__} WHERE district_id = :district AND {name} = ANY (CAST(:named AS text[]))"
        ),
        {"district": district_id, "named": sorted({getattr(row, name) for row in intake.rows.values()})},
    )
    return {row[0]: row[1] for row in found}
