"""Illinois: by which grid a district counts the minutes of a day (IL-1, IL-2, AMB-17), dated and never silent."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.schema.base import LongText, Schema
from shared.schema.roster import Day

Grid = Literal["grid 1", "appendix B"]


class MinimumTimeSetting(Schema):
    """From `begins_on` on the district's days are counted so. `grid 1` ("or more") is the default; `appendix B` is the
    rival reading ("more than") of exactly 120 and exactly 150 minutes."""

    setting_id: UUID
    grid: Grid
    begins_on: Day
    reason: LongText = Field(description="Why, and on whose authority. Do not write names of students.")


class KeptMinimumTimeSetting(Schema):
    """A setting as it is on record. Nothing rewrites it: a later one takes its place."""

    setting: MinimumTimeSetting
    set_at: datetime
    set_by: str


class MinimumTimeSettings(Schema):
    """`in_force` today, and the whole trail, in the order in which it was set."""

    in_force: Grid
    trail: tuple[KeptMinimumTimeSetting, ...]
