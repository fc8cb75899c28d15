"""New York: the grade bands by which a district fills form SA-129, each with its own session days."""

from typing import Annotated

from pydantic import Field

from shared.schema.base import Schema, ShortText
from shared.schema.roster import Day, Grade


class GradeBand(Schema):
    band: ShortText
    grades: Annotated[tuple[Grade, ...], Field(min_length=1, max_length=15)]


class StateAidBands(Schema):
    """A district's bands from a day on: each grade in exactly one. Never rewritten; others begin on another day.

    Half-day kindergartners are a band of their own, whatever their grade.
    """

    begins_on: Day
    cite: ShortText = Field(description="The form or instruction that the bands are taken from.")
    bands: Annotated[tuple[GradeBand, ...], Field(min_length=1, max_length=15)]
