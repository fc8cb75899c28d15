"""The register: each jurisdiction has its own facts, its own law and its own formula, and one shape of answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.credit.day_count import DayCount
from services.credit.formulas import (
    california,
    california_year,
    illinois,
    illinois_claim,
    lausd,
    national,
    new_york,
    new_york_year,
    texas,
    texas_year,
)
from shared.schema.law import Law
from shared.schema.ruling import Ruling


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """`rule_day(facts, law)` counts one student-day in sixths; it raises CannotRule rather than guess."""

    facts: type[Any]
    law: type[Law]
    rule_day: Callable[[Any, Any], Ruling[DayCount]]


JURISDICTIONS = {
    "texas": Jurisdiction(texas.TexasDay, texas.TexasLaw, texas.rule_day),
    "illinois": Jurisdiction(illinois.IllinoisDay, illinois.IllinoisLaw, illinois.rule_day),
    "new_york": Jurisdiction(new_york.NewYorkDay, new_york.NewYorkLaw, new_york.rule_day),
    "california": Jurisdiction(california.CaliforniaDay, california.CaliforniaLaw, california.rule_day),
}

LAWS: dict[str, type[Law]] = {name: jurisdiction.law for name, jurisdiction in JURISDICTIONS.items()} | {
    "texas_year": texas_year.TexasYearLaw,
    "illinois_appendix_b": illinois.AppendixB,
    "illinois_claim": illinois_claim.IllinoisClaimLaw,
    "new_york_year": new_york_year.NewYorkYearLaw,
    "california_year": california_year.CaliforniaYearLaw,
    "lausd": lausd.LausdLaw,
    "national": national.NationalLaw,
}
"""Every law file by name, and what reads it."""
