"""What becomes of days whose roll nobody took (GEN-6): a setting of the district, and what an answer did by it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schema.base import LongText, Schema
from shared.schema.roster import Day, Jurisdiction

CountsAs = Literal["not_taken", "absent", "present"]


class NotTakenUsed(Schema):
    """`days` whose roll nobody took, as exact text, and what was made of them. `said` is whose setting that is."""

    jurisdiction: str
    counts_as: CountsAs
    days: str
    said: str


class NotTakenSetting(Schema):
    """From the reporting period on that begins on `begins_on` or later, days not taken count as this.

    `not_taken`: as neither present nor absent, which is the default everywhere.
    """

    setting_id: UUID
    jurisdiction: Jurisdiction
    counts_as: CountsAs
    begins_on: Day
    reason: LongText = Field(description="Why, and on whose authority. Do not write names of students.")


class KeptNotTakenSetting(Schema):
    """A setting as it is on record. Nothing rewrites it: a later one takes its place."""

    setting: NotTakenSetting
    set_at: datetime
    set_by: str


class NotTakenSettings(Schema):
    """`defaults` where nothing is set; `in_force` today; and the whole trail, in the order in which it was set."""

    defaults: dict[str, str]
    in_force: dict[str, CountsAs]
    trail: tuple[KeptNotTakenSetting, ...]
