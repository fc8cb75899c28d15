"""The demonstration district: one seed, one district, the same every time. Generated, never loaded from here."""

from dataclasses import dataclass
from datetime import date
from random import Random

from deploy.attendance_codes import attendance_codes
from deploy.demonstration.rolls import Rolls, make_rolls
from deploy.demonstration.roster import SchoolRoster, make_roster
from deploy.demonstration.schools import Size, plan
from shared.schema.base import Schema

DISTRICT = "demo"
SEED = "Rollbook 2025-26"


@dataclass(frozen=True)
class District:
    schools: tuple[SchoolRoster, ...]
    rolls: tuple[Rolls, ...]

    def rows(self, collection: str) -> list[Schema]:
        """Every row of one collection, in all schools."""
        if collection == "attendance-codes":
            return list(attendance_codes(date(2025, 7, 1)))
        return [row for school in self.schools for row in school.of(collection)]


def make_district(size: Size, seed: str = SEED) -> District:
    """A district of that size. Each school draws from its own chance, so that one does not shift another."""
    schools: list[SchoolRoster] = []
    number = 100_001
    for school in plan(size):
        schools.append(make_roster(school, number, _chance(seed, "roster", school.school_id)))
        number += sum(school.students.values())
    rolls = tuple(make_rolls(school, _chance(seed, "rolls", school.plan.school_id)) for school in schools)
    return District(tuple(schools), rolls)


def _chance(*names: str) -> Random:
    return Random("/".join(names))  # noqa: S311 - invented people need a repeatable chance, not a secret one
