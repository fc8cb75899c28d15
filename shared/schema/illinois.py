"""Illinois: the averages of years that were counted elsewhere, put on record for the claim (IL-9)."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.schema.base import Id, Schema, ShortText
from shared.schema.roster import SchoolYear


class EarlierAda(Schema):
    """What a year's claim rested on: the average of its best three months, of one school, or without `school_id` of the
    whole district. Never rewritten; what was wrong is corrected by a newer entry of the same year."""

    entry_id: UUID
    school_id: Id | None = None
    school_year: SchoolYear
    ada: Annotated[Decimal, Field(ge=0, lt=10_000_000, decimal_places=6)] = Field(
        description="ADA of the best three months, as decimal text, without any weight."
    )
    document: ShortText = Field(description="The claim or report that it is taken from.")


class KeptEarlierAda(Schema):
    """An entry with its trail: when it was recorded, and by whom. Of one year the newest stands."""

    entry: EarlierAda
    recorded_at: datetime
    recorded_by: str
    stands: bool


class EarlierAdas(Schema):
    """In the order in which they were recorded."""

    district_id: Id
    entries: tuple[KeptEarlierAda, ...]
