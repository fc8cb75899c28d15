"""The office's tables beside the rolls: what was signed, done as one act, read, locked, approved and imported.

They are declared as tables.py declares the rest: a test holds them against the migrations.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, BigInteger, Date, LargeBinary, Text
from sqlmodel import Field

from services.roll.tables import DistrictRow

MOMENT = TIMESTAMP(timezone=True)


class CheckpointRow(DistrictRow, table=True):
    """A signed note of how far a stream had come; never changed."""

    __tablename__ = "checkpoint"

    stream: str = Field(primary_key=True, sa_type=Text)
    size: int = Field(primary_key=True, sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)
    signed_at: datetime = Field(sa_type=MOMENT)
    note: str = Field(sa_type=Text)


class GroupAdjustmentRow(DistrictRow, table=True):
    """What was answered to an adjustment of many marks, for whoever asks again."""

    __tablename__ = "group_adjustment"

    adjustment_id: UUID = Field(primary_key=True)
    digest: bytes = Field(sa_type=LargeBinary)
    answer: str = Field(sa_type=Text)


class AccessRow(DistrictRow, table=True):
    """Who has read what of whose record."""

    __tablename__ = "access"

    about: str = Field(primary_key=True, sa_type=Text)
    at: datetime = Field(primary_key=True, sa_type=MOMENT)
    access_id: UUID = Field(primary_key=True)
    subject: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    route: str = Field(sa_type=Text)
    student_ids: list[str] = Field(sa_type=ARRAY(Text))


class CertifiedPeriodRow(DistrictRow, table=True):
    """The days of a school that a statement has locked, and where the stream says so."""

    __tablename__ = "certified_period"

    school_id: str = Field(primary_key=True, sa_type=Text)
    statement_id: str = Field(primary_key=True, sa_type=Text)
    begins_on: date = Field(sa_type=Date)
    ends_before: date = Field(sa_type=Date)
    released: bool
    sequence: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_type=LargeBinary)


class RosterImportRow(DistrictRow, table=True):
    """How far an import of a roster has come."""

    __tablename__ = "roster_import"

    import_id: UUID = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    done: int
    total: int
    updated_at: datetime = Field(sa_type=MOMENT)


class ApprovalRow(DistrictRow, table=True):
    """Where an approval is in its school's stream."""

    __tablename__ = "approval"

    school_id: str = Field(primary_key=True, sa_type=Text)
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    approval_id: UUID
    expires_at: datetime = Field(sa_type=MOMENT)


class RosterStampRow(DistrictRow, table=True):
    """Changes with whatever is changed of a section, of a school's days or of the codes."""

    __tablename__ = "roster_stamp"

    scope: str = Field(primary_key=True, sa_type=Text)
    stamp: UUID
