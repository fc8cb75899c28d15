"""Rows, and the questions asked of them. Rows are added and never changed: the database refuses anything else."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, distinct_on, insert
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


def _text() -> Any:
    return Field(sa_type=Text)


def _key(kind: Any) -> Any:
    return Field(primary_key=True, sa_type=kind)


def _moment() -> Any:
    return Field(sa_type=DateTime(timezone=True))


def _bytes() -> Any:
    return Field(sa_type=LargeBinary)


class DistrictRow(SQLModel):
    """Every row belongs to a district, which is the first part of its key."""

    __table_args__: ClassVar[Any] = {"schema": "program"}

    district_id: str = _key(Text)


class SchoolFactsRow(DistrictRow, table=True):
    __tablename__ = "school_facts"

    school_id: str = _key(Text)
    version: int = Field(primary_key=True)
    name: str = _text()
    level: str = _text()
    api: str | None = _text()
    enrollments: dict[str, int] = Field(sa_type=JSONB)
    place: dict[str, int] | None = Field(sa_type=JSONB(none_as_null=True))
    kept_at: datetime = _moment()
    kept_by: str = _text()


class SelectionRow(DistrictRow, table=True):
    __tablename__ = "selection"

    selection_id: UUID = Field(primary_key=True)
    program_year: int
    made_at: datetime = _moment()
    made_by: str = _text()
    request_digest: bytes = _bytes()
    basis: bytes = _bytes()
    input: bytes = _bytes()
    outcome: bytes = _bytes()


class AssignmentRow(DistrictRow, table=True):
    __tablename__ = "assignment"

    assignment_id: UUID = Field(primary_key=True)
    selection_id: UUID
    supersedes: UUID | None
    made_at: datetime = _moment()
    made_by: str = _text()
    request_digest: bytes = _bytes()
    question: bytes = _bytes()
    answer: bytes = _bytes()


class EvidenceRow(DistrictRow, table=True):
    __tablename__ = "evidence"

    evidence_id: UUID = Field(primary_key=True)
    school_id: str = _text()
    program_year: int
    kept_at: datetime = _moment()
    kept_by: str = _text()
    said: bytes = _bytes()


class InterventionRow(DistrictRow, table=True):
    __tablename__ = "intervention"

    intervention_id: UUID = Field(primary_key=True)
    school_id: str = _text()
    program_year: int
    supersedes: UUID | None
    kept_at: datetime = _moment()
    kept_by: str = _text()
    said: bytes = _bytes()


class DisclosureRow(DistrictRow, table=True):
    __tablename__ = "disclosure"

    disclosure_id: UUID = Field(primary_key=True)
    school_id: str = _text()
    read_at: datetime = _moment()
    read_by: str = _text()
    role: str = _text()
    route: str = _text()
    students: list[str] = Field(sa_type=JSONB)


async def add(session: AsyncSession, row: SQLModel) -> bool:
    """Insert a row; False where its key (or what it supersedes) is already there."""
    statement = insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing()
    answer = await (await session.connection()).execute(statement)
    return answer.rowcount == 1


async def add_all(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Insert new rows of one table, a thousand to a statement."""
    for start in range(0, len(rows), 1000):
        part = rows[start : start + 1000]
        await (await session.connection()).execute(insert(type(part[0])).values([row.model_dump() for row in part]))


async def lock_school_facts(session: AsyncSession, district_id: str) -> None:
    """One writer of a district's school facts at a time: versions are dense."""
    key = {"key": f"program.school_facts {district_id}"}
    await (await session.connection()).execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), key)


async def newest_school_facts(session: AsyncSession, district_id: str) -> list[SchoolFactsRow]:
    """Every school's facts as they hold, by school id."""
    statement = (
        select(SchoolFactsRow)
        .where(SchoolFactsRow.district_id == district_id)
        .order_by(col(SchoolFactsRow.school_id), col(SchoolFactsRow.version).desc())
        .ext(distinct_on(col(SchoolFactsRow.school_id)))
    )
    return list((await session.exec(statement)).all())


async def find_selection(session: AsyncSession, district_id: str, selection_id: UUID) -> SelectionRow | None:
    return await session.get(SelectionRow, (district_id, selection_id))


async def selections_before(
    session: AsyncSession, district_id: str, limit: int, before: tuple[datetime, UUID] | None
) -> list[SelectionRow]:
    """Newest first, those made before a place in that order."""
    place = func.row(col(SelectionRow.made_at), col(SelectionRow.selection_id))
    statement = select(SelectionRow).where(SelectionRow.district_id == district_id)
    if before is not None:
        statement = statement.where(place < func.row(*before))
    order = col(SelectionRow.made_at).desc(), col(SelectionRow.selection_id).desc()
    return list((await session.exec(statement.order_by(*order).limit(limit))).all())


async def find_assignment(session: AsyncSession, district_id: str, assignment_id: UUID) -> AssignmentRow | None:
    return await session.get(AssignmentRow, (district_id, assignment_id))


async def successor_of(session: AsyncSession, district_id: str, assignment_id: UUID) -> UUID | None:
    """The assignment that superseded this one, if any."""
    statement = select(AssignmentRow.assignment_id).where(
        AssignmentRow.district_id == district_id, AssignmentRow.supersedes == assignment_id
    )
    return (await session.exec(statement)).first()


async def evidence_by_school(
    session: AsyncSession, district_id: str, program_year: int
) -> dict[str, list[EvidenceRow]]:
    """Of one program year; each school's in the order in which it was kept."""
    rows = select(EvidenceRow).where(EvidenceRow.district_id == district_id, EvidenceRow.program_year == program_year)
    found: dict[str, list[EvidenceRow]] = {}
    for row in await session.exec(rows.order_by(col(EvidenceRow.kept_at), col(EvidenceRow.evidence_id))):
        found.setdefault(row.school_id, []).append(row)
    return found


async def find_evidence(session: AsyncSession, district_id: str, evidence_id: UUID) -> EvidenceRow | None:
    return await session.get(EvidenceRow, (district_id, evidence_id))


async def find_intervention(session: AsyncSession, district_id: str, intervention_id: UUID) -> InterventionRow | None:
    return await session.get(InterventionRow, (district_id, intervention_id))


async def interventions_kept(
    session: AsyncSession, district_id: str, program_year: int, school_id: str
) -> list[InterventionRow]:
    """In the order in which they were kept, superseded ones too."""
    rows = select(InterventionRow).where(
        InterventionRow.district_id == district_id,
        InterventionRow.program_year == program_year,
        InterventionRow.school_id == school_id,
    )
    order = col(InterventionRow.kept_at), col(InterventionRow.intervention_id)
    return list((await session.exec(rows.order_by(*order))).all())


async def disclosures_of(
    session: AsyncSession, district_id: str, student_id: str, before: datetime | None, limit: int
) -> list[DisclosureRow]:
    """Newest first."""
    rows = select(DisclosureRow).where(
        DisclosureRow.district_id == district_id, col(DisclosureRow.students).contains([student_id])
    )
    if before is not None:
        rows = rows.where(col(DisclosureRow.read_at) < before)
    return list((await session.exec(rows.order_by(col(DisclosureRow.read_at).desc()).limit(limit))).all())
