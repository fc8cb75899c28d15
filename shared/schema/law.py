"""Law as data: dated, cited, and refused when it does not cover the day in question.

A rule is a list of versions. A version states its whole content anew, together with the citation it comes from, so
that a value can never drift away from its authority. Nothing here opens a file: a law is read from text.
"""

import tomllib
from datetime import date
from decimal import Decimal
from typing import Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, RootModel, model_validator

from shared.schema.ruling import Citation


class CannotRule(LookupError):
    """The facts or the law do not allow a ruling. The message says what is missing; the answer is never zero."""


class NoLawInForce(CannotRule):
    """The law has no version of a rule for this day, and we do not guess."""


class Law(BaseModel):
    """Anything read from a law file: immutable, and intolerant of keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Version(Law):
    """What a rule says from a day on. `checked_on` is absent until someone has held it against its source."""

    in_force_from: date = Field(alias="from")
    cite: str = Field(min_length=1)
    url: HttpUrl | None = None
    reading: str | None = None
    checked_on: date | None = None

    @property
    def citation(self) -> Citation:
        return Citation(self.cite, self.in_force_from, self.reading)


VersionT = TypeVar("VersionT", bound=Version)
LawT = TypeVar("LawT", bound=Law)


class Dated(RootModel[tuple[VersionT, ...]], Generic[VersionT]):
    """A rule: its versions, in the order in which they took force."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _versions_follow_one_another(self) -> Self:
        dates = [version.in_force_from for version in self.root]
        if not dates or dates != sorted(set(dates)):
            raise ValueError("versions must exist, and ascend strictly by `from`")
        return self

    @property
    def newest(self) -> VersionT:
        return self.root[-1]

    def reaches_back_to(self, on: date) -> bool:
        return self.root[0].in_force_from <= on

    def in_force(self, on: date) -> VersionT:
        """Raises NoLawInForce before the first version."""
        for version in reversed(self.root):
            if version.in_force_from <= on:
                return version
        first = self.root[0]
        raise NoLawInForce(f"no version reaches back to {on}: the first, {first.cite}, is of {first.in_force_from}")


def read_law(kind: type[LawT], text: str) -> LawT:
    """Read a law from TOML; decimals are exact. A mistake is a ValidationError in the file's own words."""
    return kind.model_validate(tomllib.loads(text, parse_float=Decimal))
