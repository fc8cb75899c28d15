"""A OneRoster import on the wire: what it needs to be told, what it found, and how far it has come."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import Day, Jurisdiction, RollMode, SchoolYear


class ImportDefaults(Schema):
    """What OneRoster does not say, for schools, years and classes that are new here. What is here already stays."""

    jurisdiction: Jurisdiction | None = None
    time_zone: ShortText | None = None
    roll_mode: RollMode = RollMode.EVERY_PERIOD
    track_id: Id = "main"
    school_year: SchoolYear | None = None
    begins_on: Day | None = Field(default=None, description="First day of the year, where no academicSession says so.")
    ends_before: Day | None = Field(default=None, description="The day after its last.")
    period_id: Id | None = Field(default=None, description="The period of classes that name none.")


class FileRefusal(Schema):
    """What is said of one row of one file. `row` counts from 1, the line of column names being row 1.

    Of what ends because no row names it, there is no file, and `column` is what of ours it is.
    """

    file: str
    row: int
    column: str
    detail: str


class RowCounts(Schema):
    """Of one collection: rows that are new, that differ, that say nothing new, and that come to an end."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    ended: int = 0


class ImportReport(Schema):
    """What a package says, against what is here. `applied` is false for a dry run and when rows were refused.

    `ignored` counts rows that concern no roll, by why; `refused` and `warnings` have the first 1,000.
    """

    import_id: UUID
    applied: bool
    files: dict[str, int]
    counts: dict[str, RowCounts]
    ignored: dict[str, int]
    refused_count: int
    refused: tuple[FileRefusal, ...]
    warned_count: int = 0
    warnings: tuple[FileRefusal, ...] = ()


class ImportProgress(Schema):
    """`state` is running as long as nobody has said otherwise: see `updated_at` for when it last moved."""

    import_id: UUID
    state: Literal["running", "finished", "refused"]
    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    updated_at: str
