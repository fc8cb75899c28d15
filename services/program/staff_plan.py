"""What is asked of an assignment, and what it answers. Pure."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from shared.schema.base import Id, Schema

WEEK = 5
"""Days in a counselor's week, and in a school's."""


Metres = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]


class Place(Schema):
    """Metres east and north of a point of the district's own choosing."""

    east: Metres
    north: Metres

    def metres_to(self, other: "Place") -> int:
        """Along streets, which run east and north."""
        return abs(self.east - other.east) + abs(self.north - other.north)


class Need(Schema):
    """Counselor days a week for one school (LA-3). With two target grades it may need more than a week's five."""

    school_id: Id
    days_a_week: Annotated[int, Field(ge=1, le=2 * WEEK)]
    place: Place | None = None


class Pair(Schema):
    counselor_id: Id
    school_id: Id


class Away(Schema):
    """Weekdays on which a counselor cannot be had, every week: 1 is Monday, 5 is Friday."""

    counselor_id: Id
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=WEEK)], ...], Field(min_length=1, max_length=WEEK)]


class Question(Schema):
    """Who serves whom? `counselors` None means: as many as it takes, named counselor-001 and on.

    A fixed pair serves at least a day a week; a forbidden one, none.
    """

    needs: tuple[Need, ...]
    counselors: tuple[Id, ...] | None
    fixed: tuple[Pair, ...] = ()
    forbidden: tuple[Pair, ...] = ()
    away: tuple[Away, ...] = ()

    @model_validator(mode="after")
    def each_is_named_once(self) -> "Question":
        schools = [need.school_id for need in self.needs]
        if len(schools) != len(set(schools)):
            raise ValueError("a school is listed once")
        if self.counselors is not None and len(self.counselors) != len(set(self.counselors)):
            raise ValueError("a counselor is listed once")
        return self

    @property
    def weekdays_away(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for one in self.away:
            found.setdefault(one.counselor_id, set()).update(one.weekdays)
        return found

    def room(self, counselor_id: str) -> int:
        """Days that a counselor has in a week."""
        return WEEK - len(self.weekdays_away.get(counselor_id, ()))


class Visit(Schema):
    """One counselor at one school, so many days a week."""

    counselor_id: Id
    school_id: Id
    days_a_week: PositiveInt


class Plan(Schema):
    """Visits by counselor and school. `optimal`: no plan uses fewer counselors, nor as many with fewer visits.

    Where that is not proven, `pairs_at_least` is: no plan with these counselors has fewer; and `gap_percent`: the part
    of its cost, counselors first, that the best one may save at most. `metres` adds up the distances between the
    schools of each counselor; it is made small, not proven least.
    """

    visits: tuple[Visit, ...]
    counselors_used: NonNegativeInt
    counselors_at_least: NonNegativeInt
    pairs: NonNegativeInt
    pairs_at_least: NonNegativeInt
    idle_days: NonNegativeInt
    optimal: bool
    metres: int | None
    gap_percent: str | None = None


class CannotBeStaffed(ValueError):
    """No plan exists; each reason names who or what stands in the way."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
